"""Answers to a question: read what was typed, judge it, and give the reasons. Nothing is asked or shown here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_lowercase
from typing import NamedTuple

from runner.records.course import Question
from runner.records.texts import Dual
from runner.records.words import QuestionWords

SEPARATORS = re.compile(r"[\s,;+&/]+")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+", re.ASCII)  # In one language 65,534 is a whole number.
NUMBER = re.compile(r"([-+]?\d{1,15}(?:[.,]\d{1,15})?)", re.ASCII)
LONGEST = 200  # An answer keeps so many characters.
SLACK = 1e-9  # Decimal fractions are not exact in binary, so the bounds of an answer need a little more room.

Rendered = Callable[[Dual | str], str]  # It fills in the variables of words.


@dataclass(frozen=True)  # A NamedTuple could be taken for an answer, which is a tuple.
class Refusal:
    """Why something typed is no answer: the key and the values of a sentence. It does not count as an attempt."""

    key: str
    values: Mapping[str, str]


class Reason(NamedTuple):
    """Why one chosen option, or the answer that was typed, is right or wrong."""

    choice: str
    letter: str  # It is empty for a typed answer.
    right: bool
    words: Dual | str  # This is Markdown with templates, as the lesson has it.


class Verdict(NamedTuple):
    """Whether an answer is right, and why."""

    right: bool
    reasons: tuple[Reason, ...]  # Each chosen option has one, in the order shown.
    lacking: int  # So many right options were not chosen.


def is_multiple(question: Question) -> bool:
    """Say whether more than one option belongs to the answer. The student should know that."""
    return len(question.answer) > 1


def letters(question: Question) -> dict[str, str]:
    """Return the letter of each choice, in the order shown: a, b, c..."""
    return dict(zip(question.choices, ascii_lowercase, strict=False))


def parse(typed: str, question: Question) -> tuple[str, ...] | Refusal:
    """Return the answer that was typed: the ids of choices in the order shown, or one text; else a Refusal."""
    if question.choices:
        return _choices(typed, question)
    words = " ".join(typed.split())[:LONGEST]
    if not words:
        return Refusal("quiz.nothing-typed", {})
    if question.number is not None and value(words) is None:
        return Refusal("quiz.no-number", {"typed": words})
    return (words,)


def _choices(typed: str, question: Question) -> tuple[str, ...] | Refusal:
    """Read letters or numbers: "b", "2", "a,c", "1 3" and "ac" all name choices."""
    whole = typed.strip().lower()
    words = [word.strip("().:") for word in SEPARATORS.split(whole)]
    words = [word for word in words if word]
    if not words:
        return Refusal("quiz.nothing", _range(question))
    names = _names(question)
    chosen: set[str] = set()
    for word in words:
        # Letters may be written together, as in "ac". Numbers may not, because 12 is a number too.
        parts = [word] if word in names or not word.isalpha() else list(word)
        if any(part not in names for part in parts):
            shown = whole if whole.startswith("/") else word  # a path is no list of choices
            return Refusal("quiz.unknown", {"typed": shown, **_range(question)})
        chosen.update(names[part] for part in parts)
    if len(chosen) > 1 and not is_multiple(question):
        return Refusal("quiz.one-only", {"typed": typed.strip()})
    return tuple(choice for choice in question.choices if choice in chosen)


def _names(question: Question) -> dict[str, str]:
    """Return the id of each choice by its letter and by its number."""
    numbers = {str(number): choice for number, choice in enumerate(question.choices, start=1)}
    return {letter: choice for choice, letter in letters(question).items()} | numbers


def _range(question: Question) -> dict[str, str]:
    *_, last = letters(question).values()
    return {"last": last, "count": str(len(question.choices))}


def value(typed: str) -> float | None:
    """Return the number that was typed; None when it is none. "1.5", "1,5" and "1 000" are numbers."""
    match = NUMBER.fullmatch(re.sub(r"(?<=\d) (?=\d)", "", typed.strip(" `")))
    return float(match[1].replace(",", ".")) if match else None


def folded(typed: str) -> str:
    """Return a short answer without what makes no difference: case, extra blanks, quotation marks, a final slash."""
    bare = " ".join(typed.strip(" `'\"\n").split()).casefold()
    return bare.rstrip("/") or bare


def judge(question: Question, words: QuestionWords, chosen: Sequence[str], rendered: Rendered) -> Verdict:
    """Judge an answer. Choices are right when exactly those of the answer were chosen."""
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
    """Say whether a typed answer is right."""
    if question.number is not None:
        whole = re.sub("[.,]", "", typed) if THOUSANDS.fullmatch(typed.strip(" `")) else typed
        numbers = (value(typed), value(whole))
        return any(one is not None and abs(one - question.number) <= question.tolerance + SLACK for one in numbers)
    return any(folded(rendered(answer)) == folded(typed) for answer in question.accepts)


def same(question: Question, known: str, typed: str) -> bool:
    """Say whether two answers mean the same. Where the question wants a number, they are compared as numbers."""
    if question.number is None:
        return folded(known) == folded(typed)
    return value(known) is not None and value(known) == value(typed)
