"""Answers to a question: what was typed becomes choices, a verdict and reasons. Nothing is asked or shown here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import NamedTuple

from runner.model import Question, QuestionWords

SEPARATORS = re.compile(r"[\s,;+&/]+")


@dataclass(frozen=True)  # no tuple, so that an answer and a refusal cannot be taken for each other
class Refusal:
    """Why what was typed is no answer: a key of `messages` and its values. It does not count as an attempt."""

    key: str
    values: Mapping[str, str]


class Reason(NamedTuple):
    """What there is to say of one chosen option."""

    choice: str
    letter: str
    right: bool
    words: str  # Markdown with templates, as the lesson has it


class Verdict(NamedTuple):
    right: bool
    reasons: tuple[Reason, ...]  # of each chosen option, in the order shown
    lacking: int  # right options that were not chosen


def is_multiple(question: Question) -> bool:
    """Whether more than one option belongs to the answer; a student should be told."""
    return len(question.answers) > 1


def letters(question: Question) -> dict[str, str]:
    """The letter of each choice, in the order shown: a, b, c..."""
    return dict(zip(question.choices, ascii_lowercase, strict=False))


def parse(typed: str, question: Question) -> tuple[str, ...] | Refusal:
    """The choices that were typed as letters or numbers ("b", "2", "a,c", "1 3", "ac"), in the order shown."""
    words = [word.strip("().:") for word in SEPARATORS.split(typed.strip().lower())]
    words = [word for word in words if word]
    if not words:
        return Refusal("quiz.nothing", _range(question))
    names = _names(question)
    chosen: set[str] = set()
    for word in words:
        # letters may be run together; numbers may not, since 12 is a number of its own
        parts = [word] if word in names or not word.isalpha() else list(word)
        if any(part not in names for part in parts):
            return Refusal("quiz.unknown", {"typed": word, **_range(question)})
        chosen.update(names[part] for part in parts)
    if len(chosen) > 1 and not is_multiple(question):
        return Refusal("quiz.one-only", {"typed": typed.strip()})
    return tuple(choice for choice in question.choices if choice in chosen)


def _names(question: Question) -> dict[str, str]:
    """Every way to name a choice."""
    numbers = {str(number): choice for number, choice in enumerate(question.choices, start=1)}
    return {letter: choice for choice, letter in letters(question).items()} | numbers


def _range(question: Question) -> dict[str, str]:
    *_, last = letters(question).values()
    return {"last": last, "count": str(len(question.choices))}


def judge(question: Question, words: QuestionWords, chosen: Sequence[str]) -> Verdict:
    """Right is exactly the options of the answer, none missing and none besides."""
    named = letters(question)
    reasons = tuple(
        Reason(choice, named[choice], choice in question.answers, words.reasons[choice])
        for choice in question.choices
        if choice in chosen
    )
    lacking = len(set(question.answers) - set(chosen))
    return Verdict(lacking == 0 and all(reason.right for reason in reasons), reasons, lacking)


def to_review(questions: Sequence[Question], right: Mapping[str, bool]) -> tuple[Question, ...]:
    """Those that were answered, but not rightly yet; `right` by question, only of those that were asked."""
    return tuple(question for question in questions if right.get(question.id) is False)
