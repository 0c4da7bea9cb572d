"""Answers to a question: what was typed becomes an answer, a verdict and reasons. Nothing is asked or shown here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import NamedTuple

from runner.records.course import Dual, Question, QuestionWords

SEPARATORS = re.compile(r"[\s,;+&/]+")
NUMBER = re.compile(r"([-+]?\d{1,15}(?:[.,]\d{1,15})?)", re.ASCII)
LONGEST = 200  # characters of an answer that are kept
SLACK = 1e-9  # what decimal fractions lose in binary

Rendered = Callable[[Dual | str], str]  # words with their variables filled in


@dataclass(frozen=True)  # no tuple, so that an answer and a refusal cannot be taken for each other
class Refusal:
    """Why what was typed is no answer: a key of `messages` and its values. It does not count as an attempt."""

    key: str
    values: Mapping[str, str]


class Reason(NamedTuple):
    """What there is to say of one chosen option, or of the answer that was typed."""

    choice: str
    letter: str  # empty for a typed answer
    right: bool
    words: Dual | str  # Markdown with templates, as the lesson has it


class Verdict(NamedTuple):
    right: bool
    reasons: tuple[Reason, ...]  # of each chosen option, in the order shown
    lacking: int  # right options that were not chosen


def is_multiple(question: Question) -> bool:
    """Whether more than one option belongs to the answer; a student should be told."""
    return len(question.answer) > 1


def letters(question: Question) -> dict[str, str]:
    """The letter of each choice, in the order shown: a, b, c..."""
    return dict(zip(question.choices, ascii_lowercase, strict=False))


def parse(typed: str, question: Question) -> tuple[str, ...] | Refusal:
    """The answer that was typed: choices in the order shown, or the words or number themselves."""
    if question.choices:
        return _choices(typed, question)
    words = " ".join(typed.split())[:LONGEST]
    if not words:
        return Refusal("quiz.nothing-typed", {})
    if question.number is not None and value(words) is None:
        return Refusal("quiz.no-number", {"typed": words})
    return (words,)


def _choices(typed: str, question: Question) -> tuple[str, ...] | Refusal:
    """Letters or numbers ("b", "2", "a,c", "1 3", "ac")."""
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


def value(typed: str) -> float | None:
    """The number that was typed, with a point or a comma, blanks between its digits or not; None for anything else."""
    found = NUMBER.fullmatch(re.sub(r"(?<=\d) (?=\d)", "", typed.strip(" `")))
    return float(found[1].replace(",", ".")) if found else None


def folded(typed: str) -> str:
    """What counts of a short answer: not its case, its blanks, quotation marks around it, a slash at its end."""
    bare = " ".join(typed.strip(" `'\"\n").split()).casefold()
    return bare.rstrip("/") or bare


def judge(question: Question, words: QuestionWords, chosen: Sequence[str], rendered: Rendered) -> Verdict:
    """Whether the answer is right, and why. Of choices: exactly those of the answer, none missing and none besides."""
    if not question.choices:
        return _judge_typed(question, words, chosen[0], rendered)
    named = letters(question)
    reasons = tuple(
        Reason(choice, named[choice], choice in question.answer, words.reasons[choice])
        for choice in question.choices
        if choice in chosen
    )
    lacking = len(set(question.answer) - set(chosen))
    return Verdict(lacking == 0 and all(reason.right for reason in reasons), reasons, lacking)


def _judge_typed(question: Question, words: QuestionWords, typed: str, rendered: Rendered) -> Verdict:
    right = accepts(question, typed, rendered)
    remarks = (words for answer, words in words.remarks.items() if same(question, rendered(answer), typed))
    why = words.right if right else next(remarks, words.wrong)
    return Verdict(right, (Reason(typed, "", right, why or ""),), 0)


def accepts(question: Question, typed: str, rendered: Rendered) -> bool:
    """Whether a typed answer is a right one."""
    if question.number is not None:
        found = value(typed)
        return found is not None and abs(found - question.number) <= question.tolerance + SLACK
    return any(folded(rendered(answer)) == folded(typed) for answer in question.accepts)


def same(question: Question, known: str, typed: str) -> bool:
    """Whether two typed answers are one: as numbers where a number is asked for."""
    if question.number is None:
        return folded(known) == folded(typed)
    return value(known) is not None and value(known) == value(typed)
