"""Long commands on narrow screens: what is shown may be typed, and a bash makes the same words of it."""

from __future__ import annotations

import subprocess
from itertools import pairwise

import pytest
from rich.cells import cell_len

from runner.course.render import names, render
from runner.screen.line_continuation import MARK, Room, Row, rows, typed
from tests.conftest import the_course

WIDE, NARROW = Room(60, 77, 79), Room(34, 57, 59)
ROOMS = pytest.mark.parametrize("room", [WIDE, NARROW])


def commands() -> list[str]:
    """All commands of the course; what only a machine can tell has the length that it may have there."""
    course = the_course()
    told = {name: variable.default for name, variable in course.variables.items()}
    texts = [step.run.on(version) for lesson in course.lessons for step in lesson.steps for version in ("v2", "v1")]
    guessed = {name: f"/sys/fs/cgroup/{name}/container" for text in texts for name in names(text)}
    return [render(text, {**guessed, **told}).rstrip("\n") for text in texts]


def laid_out(command: str, room: Room) -> list[tuple[Row, ...]]:
    """Each line of the command as it is shown: the first at the prompt of a shell, the others at a shorter one."""
    lines = command.split("\n")
    above = ["".join(f"{line}\n" for line in lines[:index]) for index in range(len(lines))]
    rooms = [room, *[room._replace(first=room.continued)] * (len(lines) - 1)]
    return [rows(line, room, before) for line, room, before in zip(lines, rooms, above, strict=True)]


@ROOMS
def test_no_command_of_the_course_is_changed_or_wider_than_the_screen(room: Room) -> None:
    for command in commands():
        shown = laid_out(command, room)
        assert "\n".join("".join(row.text for row in line) for line in shown) == command
        for index, line in enumerate(shown):
            first = room.continued if index else room.first
            widths = [first, *(room.continued if row.continued else room.folded for row in line)]
            assert all(cell_len(row.text) + row.continued <= width for row, width in zip(line, widths, strict=False)), (
                line
            )


@ROOMS
def test_no_word_that_fits_is_broken(room: Room) -> None:
    for command in commands():
        for line in laid_out(command, room):
            for row, following in pairwise(line):
                word = (row.text.split(" ") or [""])[-1] + following.text.split(" ", 1)[0]
                assert row.text.endswith(" ") or cell_len(word) >= room.first - 1, (row, following)


@ROOMS
def test_bash_reads_the_rows_as_it_reads_the_command(room: Room) -> None:
    """Bash prints what it has understood, and runs nothing; what it refuses, it refuses in both forms."""
    compared = 0
    for command in commands():
        shown = "\n".join(
            "".join(row.text + (MARK + "\n" if row.continued else "") for row in line)
            for line in laid_out(command, room)
        )
        if shown != command:
            assert understood(shown) == understood(command)
            compared += 1
    assert compared > 40


def understood(command: str) -> tuple[int, str]:
    done = subprocess.run(["bash", "--pretty-print"], input=command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_the_mark_and_the_prompt_are_those_of_a_shell() -> None:
    line = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
    found = rows(line, Room(40, 38, 40))
    assert typed(found, len(line)).split("\r\n") == [
        "unshare -p -m -u -i -f --kill-child -R \\",
        "> /containers/teste --mount-proc \\",
        "> /bin/bash",
    ]
    shown = [typed(found, count) for count in range(len(line) + 1)]
    assert all(later.startswith(earlier) for earlier, later in pairwise(shown))


@pytest.mark.parametrize(
    "line",
    [
        "sh -c 'echo one two three four five six seven eight'",
        "printf $'it\\'s one two three four five six seven eight'",
        "true # one two three four five six seven eight nine ten",
    ],
)
def test_where_a_backslash_would_count_there_is_none(line: str) -> None:
    found = rows(line, Room(24, 24, 24))
    assert len(found) > 1
    assert not any(row.continued for row in found)
    assert all(row.text.endswith(" ") for row in found[:-1])


def test_the_rest_of_a_here_document_or_of_a_quotation_has_no_mark() -> None:
    line = "one two three four five six seven eight nine ten"
    assert not any(row.continued for row in rows(line, Room(20, 20, 20), "cat > x <<'END'\n"))
    assert not any(row.continued for row in rows(line, Room(20, 20, 20), "sh -c '\n"))
    assert all(row.continued for row in rows(line, Room(20, 20, 20), "cat <<< word &&\n")[:-1])


def test_single_quotes_in_double_ones_quote_nothing_but_in_a_substitution() -> None:
    assert rows("""echo "it's one two three four five" """, Room(20, 20, 20))[0].continued
    assert not rows("""echo "$(echo 'one two three four five')" """, Room(30, 30, 30))[0].continued


def test_an_escaped_blank_stays_with_its_backslash_and_a_long_word_breaks_after_a_slash() -> None:
    assert [row.text for row in rows("ls a\\ b\\ c\\ d", Room(6, 6, 6))] == ["ls ", "a\\ ", "b\\ ", "c\\ d"]
    found = rows("/sys/fs/cgroup/semdocker/cpu.max", Room(18, 18, 18))
    assert found == (Row("/sys/fs/cgroup/", continued=True), Row("semdocker/cpu.max"))


def test_the_narrowest_screen_ends() -> None:
    for line in ("a" * 50, "'" + "a b" * 20, "\\" * 31, "ção " * 9):
        for width in (1, 2, 3):
            assert "".join(row.text for row in rows(line, Room(width, width, width))) == line
