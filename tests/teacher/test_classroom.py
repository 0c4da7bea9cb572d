"""The live view of a class: who sits where, in which order, and how it fits on a screen."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from runner.lab import locks, published_state, seats
from runner.messages import language
from runner.screen.color import Color
from runner.screen.plain import Plain
from runner.screen.repaint import painted
from runner.teacher import class_export
from runner.teacher import classroom as room
from runner.teacher.class_page import page
from runner.teacher.classroom import Desk, State
from tests.support.classroom import Classroom, classroom
from tests.support.person import plain

TITLES = {
    "en": {"lesson": "A name of its own", "step": "Give the container a new host name"},
    "pt": {"lesson": "Um nome só para o contêiner", "step": "Dê um hostname novo ao contêiner"},
}


@pytest.fixture
def pupils(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Classroom]:
    language.install("en")
    monkeypatch.setenv("COLUMNS", "80")
    with classroom(tmp_path, monkeypatch) as made:
        yield made


def shown(columns: int = 80, spoken: str = "en") -> list[str]:
    """The page as a color terminal of that width has it."""
    desks = room.take()
    os.environ["COLUMNS"] = str(columns)
    return [plain(line) for line in painted(lambda face: page(face, desks, spoken, time.time()), columns, 24)]


def told(spoken: str = "en") -> list[str]:
    """The lines of plain text, without the heading."""
    stream = io.StringIO()
    page(Plain(stream), room.take(), spoken, time.time())
    return stream.getvalue().rstrip("\n").split("\n")[2:]


def test_a_class_of_nobody(pupils: Classroom) -> None:
    assert room.take() == ()
    assert told() == ["No lab is live on this machine."]
    assert json.loads(class_export.json_text((), "en"))["seats"] == []


def test_who_needs_help_comes_first_then_who_came_no_farther_for_longest(pupils: Classroom) -> None:
    pupils.works("ana", minutes=1)
    pupils.works("bia", minutes=40)
    pupils.works("caio", minutes=2, help=time.time() - 60)
    pupils.works("davi", minutes=0, help=time.time() - 600)
    pupils.works("eva", minutes=90, exercise="own-name", true=3, facts=3)
    pupils.works("gil", minutes=90, done=9, step="")
    pupils.sits("fabio")
    assert [desk.seat for desk in room.take()] == ["davi", "caio", "bia", "ana", "eva", "gil", "fabio"]
    assert [desk.state for desk in room.take()][-3:] == [State.OVER, State.OVER, State.BETWEEN]


def test_a_seat_in_a_sentence(pupils: Classroom) -> None:
    since = time.time() - 300
    pupils.works("ana", minutes=4.5, titles=TITLES, true=1, facts=2, who="root", help=since)
    clock = time.strftime("%H:%M", time.localtime(since))
    assert told() == [
        "ana (root) · lesson “A name of its own” · step 3 of 9, “Give the container a new host name” · facts 1 of 2 · "
        f"no news for 4 min · has asked for help since {clock}"
    ]
    language.install("pt")
    (line,) = told("pt")
    assert "Um nome só para o contêiner" in line
    assert f"desde {clock}" in line


def test_a_seat_that_was_left_is_named_and_one_between_two_labs(pupils: Classroom) -> None:
    journal = seats.journal_of("zoe")
    journal.path.parent.mkdir(parents=True, mode=0o700)
    seats.STATE.chmod(0o700)
    journal.path.with_name("snapshot").write_text("{}")
    pupils.sits("ana")
    assert [(desk.seat, desk.state) for desk in room.take()] == [("ana", State.BETWEEN), ("zoe", State.LEFT)]
    assert told()[0] == "ana · no lab now: between two, or at words or questions"
    assert told()[1].startswith("zoe · ended in mid-run")


@pytest.mark.parametrize("spoken", ["en", "pt"])
@pytest.mark.parametrize("columns", [60, 80, 100, 200])
def test_sixty_seats_never_fold(pupils: Classroom, columns: int, spoken: str) -> None:
    language.install(spoken)
    for number in range(60):
        seat = f"student-with-a-long-name-{number:02}"
        help_ = time.time() if number % 7 == 0 else 0.0
        pupils.works(seat, who="漢字" * 9, minutes=number * 20, titles=TITLES, true=1, facts=3, help=help_)
    lines = [line for line in shown(columns, spoken) if line]
    assert len(lines) == 2 + 60
    assert max(map(cell_len, lines)) <= columns
    assert all("1/3" in line and "3/9" in line for line in lines[2:])
    assert {line.split()[0][-2:] for line in lines[2:]} == {f"{number:02}" for number in range(60)}
    assert sum(":" in line for line in lines[2:]) == 9  # when help was asked for is never cut
    if columns == 200:
        assert all(TITLES[spoken]["step"] in line for line in lines[2:])


def test_names_are_data_and_no_orders(pupils: Classroom) -> None:
    """Nothing in a notice moves the cursor, and nothing breaks a line."""
    evil = "\x1b[2J\x9bH\nx\u202e"
    titles = {"en": {"lesson": evil, "step": evil * 40}}
    pupils.works("ana", who=evil, titles=titles, lesson=evil, step=evil)
    assert len([line for line in shown() if line]) == 3
    assert "\x1b[2J" not in "".join(painted(lambda face: page(face, room.take(), "en", 0), 80, 24))
    assert len(told()) == 1
    document = class_export.json_text(room.take(), "en")
    assert not {"\x1b", "\x9b", "\u202e"} & set(document)
    assert json.loads(document)["seats"][0]["user"] == evil


ODD: dict[str, list[Any]] = {
    "help": ["now", None, -1.0, 1e300, float("nan"), float("inf"), True, [1]],
    "moved": ["x", -5, 10**400],
    "done": ["1", 1.5, None],
    "titles": [[], {"en": []}, {"en": {"step": 5}}, "x"],
    "who": [5, None, ["a"]],
    "lesson": [5],
    "step": [None],
    "told": ["yes"],
    "folders": [[1]],
    "values": [[]],
}


@pytest.mark.parametrize("odd", [{name: value} for name, values in ODD.items() for value in values])
def test_an_odd_notice_is_no_lab(pupils: Classroom, odd: dict[str, object]) -> None:
    pupils.works("ana")
    pupils.works("bia")
    file = published_state.path("ana")
    file.write_text(json.dumps({**json.loads(file.read_text()), **odd}))
    assert [(desk.seat, desk.state) for desk in room.take()] == [("bia", State.LIVE), ("ana", State.BETWEEN)]
    told()


def test_broken_and_stale_notices_are_no_lab(pupils: Classroom) -> None:
    pupils.works("ana")
    left = published_state.path("ana").read_bytes()
    for broken in (b"", b"[]", b"[" * 100000, b"\xff", left.replace(b'"help"', b'"helped"') + b"x", b"null"):
        published_state.path("ana").write_bytes(broken)
        assert [desk.state for desk in room.take()] == [State.BETWEEN]
    published_state.path("zoe").write_bytes(left)  # nobody holds that seat
    (locks.RUN / "yan.json").symlink_to("/etc/passwd")
    assert [desk.seat for desk in room.take()] == ["ana"]


def test_a_notice_of_an_older_version_says_less(pupils: Classroom) -> None:
    pupils.works("ana")
    file = published_state.path("ana")
    new = ("who", "titles", "done", "steps", "true", "facts", "moved", "help")
    file.write_text(json.dumps({name: said for name, said in json.loads(file.read_text()).items() if name not in new}))
    assert told() == ["ana · lesson “hostname”"]


def test_a_clock_that_was_set_back_makes_no_negative_time(pupils: Classroom) -> None:
    pupils.works("ana", minutes=-30)
    assert "no news for 0 min" in told()[0]


def test_the_document(pupils: Classroom) -> None:
    pupils.works("ana", step="rename", titles=TITLES, true=1, facts=2, help=1_700_000_000.0)
    found = json.loads(class_export.json_text(room.take(), "pt"))
    assert (found["schema"], found["lang"]) == ("semdocker/class/1", "pt")
    assert {"version", "host", "date"} <= set(found)
    (seat,) = found["seats"]
    assert seat.pop("moved")
    assert seat == {
        "seat": "ana",
        "state": "live",
        "user": "ana",
        "lesson": "hostname",
        "exercise": "",
        "title": TITLES["pt"]["lesson"],
        "step": "rename",
        "step_title": TITLES["pt"]["step"],
        "steps_done": 2,
        "steps": 9,
        "facts_true": 1,
        "facts": 2,
        "help": "2023-11-14T22:13:20Z",
    }


def test_a_window_of_a_few_columns_shows_what_it_can() -> None:
    language.install("en")
    desk = Desk("ana", State.BETWEEN)
    stream = io.StringIO()
    page(Color(stream, width=20, height=5, force_terminal=True), [desk], "en", 0.0)
    assert "ana" in stream.getvalue()
