"""Every sentence of the runner by its key, in the installed language and with its placeholders filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from runner.messages import language
from runner.messages.class_init import CLASS_INIT
from runner.messages.class_report import CLASS_REPORT
from runner.messages.classroom import CLASSROOM
from runner.messages.demo import DEMO
from runner.messages.errors import ERRORS
from runner.messages.exam import EXAM
from runner.messages.facts import ASKED, LABELS, WORDS
from runner.messages.faults import FAULTS
from runner.messages.grade import GRADE
from runner.messages.handout import HANDOUT
from runner.messages.help import HELP
from runner.messages.learn import LEARN
from runner.messages.lint import LINT
from runner.messages.practice import PRACTICE
from runner.messages.progress import PROGRESS
from runner.messages.prove import PROVE
from runner.messages.reference import REFERENCE
from runner.messages.screen import SCREEN
from runner.messages.translatable import Sentence
from runner.messages.trust import ELSEWHERE
from runner.messages.xray import XRAY
from runner.records.results import ABSENT, PRESENT

MESSAGES: Mapping[str, Sentence] = (
    CLASSROOM
    | CLASS_INIT
    | CLASS_REPORT
    | DEMO
    | ELSEWHERE
    | ERRORS
    | EXAM
    | FAULTS
    | GRADE
    | HANDOUT
    | HELP
    | LEARN
    | LINT
    | PRACTICE
    | PROGRESS
    | PROVE
    | REFERENCE
    | SCREEN
    | XRAY
)
SPEED = re.compile(r"([≤≥] )?([0-9]+) B/s")


def text(key: str, **values: str | float) -> str:
    """Return the sentence of a key. Without a sentence, return key and values, so that an error is not hidden."""
    sentence = MESSAGES.get(key)
    if sentence is None:
        return f"{key} {values}" if values else key
    if isinstance(sentence, tuple):
        count = values["count"]
        assert isinstance(count, int)
        chosen = language.translate_plural(*sentence, count)
    else:
        chosen = language.translate(sentence)
    return chosen.format_map(values) if values else chosen


def word(value: str) -> str:
    """Translate a word that checks use for what they expect and observe, and write a speed as people do. Anything
    else stays as it is.
    """
    if speed := SPEED.fullmatch(value):
        megabytes = round(int(speed[2]) / 1e6, 2)
        form = ".0f" if megabytes >= 10 else ".1f" if megabytes == round(megabytes, 1) else ".2f"
        return f"{speed[1] or ''}{decimal(megabytes, form)} MB/s"
    what, _, state = value.rpartition(" ")
    if what and state in (ABSENT, PRESENT):  # Examples are "/lib64/ld-linux-x86-64.so.2 absent" and "tbf absent".
        return f"{what} {language.translate(WORDS[state])}"
    return language.translate(WORDS[value]) if value in WORDS else value


def decimal(number: float, form: str = ".1f") -> str:
    """Return a number as the installed language writes it. `form` is that of Python; a fraction of 0 is left out."""
    whole, _, part = f"{number:{form}}".partition(".")
    return text("decimal", whole=whole, part=part) if part.strip("0") else whole


def label(fact: str) -> str:
    """Return the short name of a fact such as "namespace.pid". Some end in a name, here "pid"; it may have dots."""
    if fact in LABELS:
        return language.translate(LABELS[fact])
    parts = fact.split(".")
    families = (".".join(parts[:length]) for length in range(len(parts) - 1, 0, -1))
    family = next((family for family in families if family + ".*" in LABELS), None)
    return language.translate(LABELS[family + ".*"]).format(name=fact[len(family) + 1 :]) if family else fact


def asked(kind: str, parameter: str) -> str:
    """Return what a parameter of a kind of check asks for, in words."""
    return language.translate(ASKED[parameter]) if parameter in ASKED else label(f"{kind}.{parameter}")
