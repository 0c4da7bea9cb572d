"""What the student guesses before a step runs: the machine's answer, and whether the guess is the same. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from runner.host.kernel import Identity
from runner.records.course import Predict
from runner.records.results import CommandResult

# text: what the command prints; lines: how many it prints; exit: its status; fails: whether it does;
# pid: the number that a place has on the host.
KINDS = ("text", "lines", "exit", "fails", "pid")
YES, NO = "yes", "no"
SAYINGS = {
    YES: ("y", "yes", "s", "sim"),
    NO: ("n", "no", "não", "nao"),
}


def answer(predict: Predict, command: CommandResult, places: Mapping[str, Identity]) -> str | None:
    """What the machine says after the step; None when the command did not end by itself or the place is not there."""
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
    """Whether this could be right on some machine: a number where one is asked for, yes or no where that is."""
    typed = _one_line(typed)
    if kind == "text":
        return bool(typed)
    if kind == "fails":
        return any(typed.casefold() in sayings for sayings in SAYINGS.values())
    return typed.isdecimal() and typed.isascii()


def verdict(kind: str, guess: str, answer: str) -> bool:
    """Whether a guess is what the machine answered, however it was written."""
    guess = _one_line(guess)
    if kind == "text":
        return guess == answer
    if kind == "fails":
        return guess.casefold() in SAYINGS[answer]
    return is_guess(kind, guess) and guess.lstrip("0") == answer.lstrip("0")


def _one_line(text: str) -> str:
    return " ".join(text.split())
