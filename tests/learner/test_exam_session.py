"""An exam without a lab: when it is written that it is over, what is shown then, and what is refused before."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from runner.course.render import Values
from runner.engine.seat import Seat
from runner.learner import exam_file, exam_json, exam_screen
from runner.learner.exam_clock import Clock
from runner.learner.exam_paper import Paper
from runner.learner.exam_screen import ExamCoach, Place, grouped
from runner.learner.exam_session import ExamSession, HandedIn, _Task, hand_in
from runner.records.errors import Busy, Dirty, ExitStatus, Interrupted, RunnerError, TimeOver, UsageError
from runner.records.exam import Exam, Over
from runner.records.exercise import Exercise, FactResult
from runner.records.options import Options
from runner.screen import keys
from runner.screen.narration import View
from runner.screen.plain import Plain
from runner.verbs import practice_exam
from runner.verbs.practice_exam import Wanted
from tests.support.candidate import own
from tests.support.collected_class import exercises
from tests.support.exams import BEGUN, TASKS, exam, look


class Room:
    """Stands for a seat, and for its lab, in which all is true at last. Its rollback, and what else is named, fails."""

    name = "ana"

    def __init__(self, *fails: BaseException) -> None:
        self.fails = fails

    @contextmanager
    def exercise(self, *_: object, **__: object) -> Iterator[Room]:
        try:
            yield self
        finally:
            raise Dirty("dirty", count=1)

    def look_at_facts(self) -> tuple[FactResult, ...]:
        for error in self.fails:
            raise error
        return tuple(look("own-name", "*"))


def view() -> View:
    return View(Plain(io.StringIO()), "en", own())


def shown(view: View) -> str:
    return " ".join(cast(Any, view.face)._stream.getvalue().split())


def tasks(*names: str) -> list[Exercise]:
    return [exercises()[name] for name in names or TASKS]


def task(room: Room, paper: Paper) -> _Task:
    return _Task(cast(Seat, room), view(), tasks(), 0, paper, Clock(60))


def raising(error: BaseException) -> Any:
    def act(*_: object) -> NoReturn:
        raise error

    return act


# --- at the end ---


@pytest.mark.parametrize(("end", "over"), [(HandedIn(), Over.HANDED_IN), (TimeOver(), Over.TIME)])
def test_it_is_over_before_the_machine_is_put_back(
    monkeypatch: pytest.MonkeyPatch, end: BaseException, over: Over
) -> None:
    """A rollback that fails takes nothing away; the last look counts."""
    saved: list[Exam] = []
    monkeypatch.setattr(_Task, "_work", raising(end))
    paper = Paper(exam(), saved.append)
    paper.begin()
    with pytest.raises(Dirty):
        task(Room(), paper).sit()
    assert (saved[-1].over, saved[-1].answers[0].solved) == (over, True)


def test_neither_the_screen_nor_the_last_look_keeps_it_from_being_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ExamCoach, "time_over", raising(OSError(5, "Input/output error")))
    for end, over, fails in (
        (TimeOver(), Over.TIME, ()),
        (HandedIn(), Over.HANDED_IN, (Interrupted(ExitStatus.HANGUP),)),
    ):
        saved: list[Exam] = []
        monkeypatch.setattr(_Task, "_work", raising(end))
        paper = Paper(exam(), saved.append)
        paper.begin()
        with pytest.raises(Dirty):
            task(Room(*fails), paper).sit()
        assert saved[-1].over is over


def failing(saved: list[Exam], times: int) -> Paper:
    """Return the paper of an exam that goes on, and that cannot be saved so many times."""
    left = [RunnerError("not-written", path="ana.json", reason="No space left on device")] * times

    def save(one: Exam) -> None:
        if left:
            raise left.pop()
        saved.append(one)

    return Paper(replace(exam(), begun=BEGUN), save)


def test_what_cannot_be_written_at_the_end_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what was reached since the file could be written last."""
    saved: list[Exam] = []
    paper, screen = failing(saved, 4), view()
    monkeypatch.setattr(keys, "forget", lambda: None)
    monkeypatch.setattr(keys, "press", lambda *_, **__: keys.ENTER)
    paper.turn_to(0)
    paper.look(look("own-name", "*"))
    hand_in(screen, paper, Over.TIME)
    assert shown(screen).count("No space left on device") == shown(screen).count("not handed in yet") == 2
    assert [(one.over, one.answers[0].solved) for one in saved] == [(Over.TIME, True)]


def test_who_gives_up_has_not_handed_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the same command goes on, as long as there is time."""
    saved: list[Exam] = []
    paper = failing(saved, 1)
    monkeypatch.setattr(keys, "forget", lambda: None)
    monkeypatch.setattr(keys, "press", lambda *_, **__: keys.END)
    with pytest.raises(RunnerError):
        hand_in(view(), paper, Over.HANDED_IN)
    paper.put_down()
    assert [one.over for one in saved] == [None]


def test_who_comes_after_the_end_of_the_time_did_not_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exam is closed, and says when its time was over; nothing is counted on any exercise."""
    monkeypatch.setattr(exam_screen, "opening", raising(AssertionError("there is nothing to begin")))
    path, screen = tmp_path / "ana.json", view()
    ExamSession(cast(Seat, Room()), screen, tasks(), replace(exam(), begun=BEGUN, starts=(BEGUN,)), path, None).hold()
    found = exam_json.parse(path.read_bytes())
    assert (found.starts, found.ended, found.over) == ((BEGUN,), "2026-03-02T10:50:00Z", Over.TIME)
    assert [one.seconds for one in found.answers] == [0, 0]
    assert grouped(json.loads(path.read_text())["sha256"]) in shown(screen)


def test_the_digest_is_shown_whatever_becomes_of_junit(tmp_path: Path) -> None:
    path, xml, screen = tmp_path / "ana.json", tmp_path / "ana.xml", view()
    xml.write_text("somebody else's")
    session = ExamSession(cast(Seat, Room()), screen, tasks(), replace(exam(), begun=BEGUN), path, xml)
    with pytest.raises(UsageError) as caught:
        session.hold()
    assert caught.value.key == "exam-there"
    assert grouped(json.loads(path.read_text())["sha256"]) in shown(screen)
    assert (f"Written to {path}." in shown(screen), xml.read_text()) == (True, "somebody else's")


# --- what the pages say ---


def test_nothing_is_said_of_other_exercises_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "press", lambda *_, **__: keys.END)
    for names, words in ((("own-name",), "“q” hands in"), (TASKS, "“n” leads to the next")):
        screen = view()
        assert not exam_screen.opening(screen, tasks(*names), exam(*names), Path("/home/ana/exam-ana.json"), None)
        assert ("back and forth" in shown(screen)) is (len(names) > 1)
        ExamCoach(screen, Place(1, len(names)), Clock(60)).reached()
        assert words in shown(screen)


# --- between the command line and the first page ---


def begin(monkeypatch: pytest.MonkeyPatch, seat: object = None, *, junit: str = "") -> Sequence[Any]:
    """Begin an exam as root at a terminal, in this directory, on what stands for a seat. Return what it begins with."""
    found: list[Sequence[Any]] = []

    class Session:
        def __init__(self, *words: Any) -> None:
            found.append(words)

        def hold(self) -> None: ...

    monkeypatch.setattr(practice_exam, "at_terminal", lambda: True)
    monkeypatch.setattr(practice_exam, "need_root", lambda _: None)
    monkeypatch.setattr(practice_exam, "open_view", lambda _: view())
    monkeypatch.setattr(keys, "hushed", nullcontext)
    monkeypatch.setattr(practice_exam, "ExamSession", Session)
    if seat:
        monkeypatch.setattr(practice_exam, "Seat", seat)
    wanted = Wanted(50, TASKS, None, Path(junit) if junit else None, "7")
    practice_exam.begin(Options(seat="ana", argv=("practice", "--exam", "50", *TASKS)), wanted)
    return found[0]


def free_when(waited: Callable[[], object]) -> object:
    """Return a seat that is free only after that."""

    @contextmanager
    def seat(course: Any, options: Options, *_: object, **__: object) -> Iterator[Any]:
        waited()
        yield type("Held", (), {"values": Values(course.variables, {})})()

    return seat


def test_what_was_written_until_the_seat_was_free_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path, xml = tmp_path / "exam-ana.json", tmp_path / "ana.xml"
    for where in (path, xml):
        with pytest.raises(UsageError) as caught:
            begin(monkeypatch, free_when(partial(where.write_text, "mine")), junit="ana.xml")
        assert caught.value.key == "exam-there"
        where.unlink()


def test_it_is_written_where_it_was_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads the rules, or of a file that is refused, sees in which directory that is."""
    monkeypatch.chdir(tmp_path)
    path, xml = tmp_path / "exam-ana.json", tmp_path / "ana.xml"
    *_, to, junit = begin(monkeypatch, free_when(lambda: None), junit="ana.xml")
    assert (to, junit) == (path, xml)
    path.write_text("mine")
    with pytest.raises(UsageError) as caught:
        begin(monkeypatch)
    assert caught.value.values["path"] == str(path)


def test_whose_seat_is_held_is_told_to_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another seat would be another exam, with other values."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("runner.engine.seat.seats.hold", raising(Busy("seat-busy", holder="7")))
    with pytest.raises(Busy) as caught:
        begin(monkeypatch)
    assert (caught.value.key, caught.value.values) == ("seat-busy", {"holder": "7"})
    assert not exam_file.default("ana").exists()
