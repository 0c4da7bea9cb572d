"""Guesses of the student before a step runs: what the machine answers, and whether the guess is the same."""

from __future__ import annotations

from collections.abc import Mapping

from runner.host.kernel import Identity
from runner.records.course import Predict
from runner.records.results import CommandResult

# The student guesses the text that the command prints, how many lines it prints, its exit status, whether it fails,
# or the PID of a place on the host.
KINDS = ("text", "lines", "exit", "fails", "pid")
YES, NO = "yes", "no"
SAYINGS = {
    YES: ("y", "yes", "s", "sim"),
    NO: ("n", "no", "não", "nao"),
}


def answer(predict: Predict, command: CommandResult, places: Mapping[str, Identity]) -> str | None:
    """Return the machine's answer after the step; None when the command did not end by itself, or the place is gone."""
    if command.exit is None:
        return None
    match predict.kind:
        case "text":
            return _one_line(command.output)
        case "lines":
            return str(len(command.output.splitlines()))
        case "exit":
            return str(command.exit)
        case "fails":
            return YES if command.exit else NO
        case _:
            bound = places.get(predict.of or "")
            return str(bound.pid) if bound else None


def is_guess(kind: str, typed: str) -> bool:
    """Say whether what was typed has the right form: some text, yes or no, or a number."""
    typed = _one_line(typed)
    if kind == "text":
        return bool(typed)
    if kind == "fails":
        return bool(meant(typed))
    return typed.isdecimal() and typed.isascii()


def meant(typed: str) -> str:
    """Return YES or NO for what means that, in whichever language; nothing for anything else."""
    return next((one for one, sayings in SAYINGS.items() if _one_line(typed).casefold() in sayings), "")


def verdict(kind: str, guess: str, answer: str) -> bool:
    """Say whether a guess is the machine's answer.

    Blanks and leading zeros make no difference, nor do capitals in a yes; nor do quotation marks around a text, or a
    full stop after it.
    """
    guess = _one_line(guess)
    if kind == "text":
        return answer in (guess, guess.removesuffix(".").strip("\"'`“”"))
    if kind == "fails":
        return meant(guess) == answer
    return is_guess(kind, guess) and guess.lstrip("0") == answer.lstrip("0")


def _one_line(text: str) -> str:
    return " ".join(text.split())
