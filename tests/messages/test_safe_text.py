"""Text that a terminal can only show, in whatever form it leaves."""

from __future__ import annotations

import json

import pytest

from runner.messages import safe_text
from tests.support.command import semdocker
from tests.test_architecture import FILES, calls, room

WORD = 'a\x1b]0;t\x07\x7f\x9b31m\u202eb\u2066\udcff\n"ç'


def test_json_holds_the_value_and_nothing_that_a_terminal_obeys() -> None:
    text = safe_text.json_text({"name": WORD, "plain": "ação"})
    assert json.loads(text)["name"] == WORD
    assert "ação" in text
    assert safe_text.inert(text) == text


def test_every_document_is_made_by_it() -> None:
    """What is not for a terminal may use json itself: files of ours, and messages between our processes."""
    makers = {room(path) for path in FILES if "json.dumps" in calls(path)}
    shown = {name for name in makers if name.startswith(("verbs/", "engine/", "author/", "screen/", "learner/"))}
    ours = {"collected", "exam_json", "progress_json", "progress_file"}
    assert shown == {"author/translation", *(f"learner/{name}" for name in ours)}


@pytest.mark.parametrize("word", ["\u202elist", "\x9b31m", "\x1b[2J"])
def test_what_click_says_of_odd_words_is_harmless(word: str) -> None:
    for words in (
        [word],
        ["list", f"--{word}"],
        ["list", word],
        ["status", "--lang", word],
        ["check", "--watch", word],
    ):
        done = semdocker(*words)
        assert done.returncode == 2
        assert safe_text.inert(done.stderr) == done.stderr
