"""The course's own sentences call things as its glossary does, as `lint` asks of lessons."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from runner.messages import language
from runner.messages.demo import DEMO
from runner.messages.facts import ASKED, LABELS, WORDS
from runner.messages.glossary import AVOIDED, TERMS
from runner.messages.learn import LEARN
from runner.messages.practice import PRACTICE
from runner.messages.progress import PROGRESS
from runner.messages.screen import SCREEN
from runner.messages.xray import XRAY

SHOWN = (LEARN, PRACTICE, SCREEN, XRAY, PROGRESS, DEMO, LABELS, WORDS, ASKED)


@pytest.mark.parametrize("spoken", ["en", "pt"])
def test_learners_read_no_word_that_the_glossary_avoids(spoken: str) -> None:
    language.install(spoken)
    try:
        avoided = re.compile(rf"\b(?:{'|'.join(map(re.escape, AVOIDED[spoken]))})\b", re.IGNORECASE)
        said = {key: sentence for part in SHOWN for key, sentence in part.items()}
        said |= {f"glossary {term.name}": term.meaning for term in TERMS}
        forms = {key: (form,) if isinstance(form, str) else form for key, form in said.items()}
        translated = {key: " ".join(map(language.translate, form)) for key, form in forms.items()}
    finally:
        language.install("en")
    plain = {key: "".join(part[0] for part in Formatter().parse(words)) for key, words in translated.items()}
    assert {key: words for key, words in plain.items() if avoided.search(words)} == {}
    assert len(plain) > 400
