"""A command that is typed in pieces counts as one."""

from __future__ import annotations

import pytest

from runner.learner.typed_pieces import TypedPieces
from runner.records.results import CommandResult

LIMIT = "mkdir /g && echo 9 > /g/max && cat /g/max"


def keys(pieces: TypedPieces) -> list[str]:
    return [remark.key.removeprefix("nearmiss.") for remark in pieces.remarks]


def typed(words: str, output: str = "", exit: int = 0) -> CommandResult:
    return CommandResult(words, exit, output, 0.1)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([LIMIT], [[]]),
        (["mkdir /g", "echo 9 > /g/max", "cat /g/max"], [["rest"], ["rest"], []]),
        (["mkdir /g", "echo 9 > /g/max && cat /g/max"], [["rest"], []]),
        (["mkdir /g && echo 9 > /g/max", "cat /g/max"], [["rest"], []]),
        (["mkdir /g", "echo 8 > /g/max", "echo 9 > /g/max", "cat /g/max"], [["rest"], ["word", "rest"], ["rest"], []]),
        (["mkdir /g", "ls", LIMIT], [["rest"], ["program"], []]),
        (["mkdir /g", "mkdir /g", "echo 9 > /g/max"], [["rest"], ["rest"], ["rest"]]),
        (["mkdir /h", "echo 9 > /g/max"], [["path"], ["later"]]),
    ],
)
def test_each_piece_is_compared_with_what_is_left(lines: list[str], told: list[list[str]]) -> None:
    pieces = TypedPieces(LIMIT)
    found = []
    for line in lines:
        pieces.take(typed(line))
        found.append(keys(pieces))
    assert [one[:1] for one in found] == [one[:1] for one in told]


def test_all_pieces_have_one_output_and_the_lessons_words() -> None:
    pieces = TypedPieces("hostname; readlink /proc/self/ns/uts")
    assert pieces.take(typed("hostname", "shop\n")) == typed("hostname", "shop\n")
    assert pieces.take(typed("ls", "bin\n")) == typed("ls", "bin\n")
    whole = pieces.take(typed("readlink /proc/self/ns/uts", "uts:[7]\n", exit=1))
    assert whole == typed("hostname; readlink /proc/self/ns/uts", "shop\nuts:[7]\n", exit=1)


def test_what_was_undone_does_not_count() -> None:
    pieces = TypedPieces(LIMIT)
    pieces.take(typed("mkdir /g", "made\n"))
    pieces.forget()
    assert pieces.take(typed("echo 9 > /g/max && cat /g/max")).output == ""
    assert keys(pieces) == ["later"]
