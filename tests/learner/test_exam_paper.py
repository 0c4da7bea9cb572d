"""An exam while it is sat: which facts count, how long each exercise lay open, and when what is saved."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from runner.learner import exam_clock
from runner.learner.exam_paper import Paper
from runner.records.errors import RunnerError
from runner.records.exam import Exam, Over
from tests.support.exams import BEGUN, exam, look


def test_the_best_moment_counts() -> None:
    """What is lost again stays reached, and another fact of as many does not take its place."""
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine"))
    paper.look(look("leaky-name", "container"))
    paper.look(look("leaky-name", ""))
    facts = {fact.id: fact.true for fact in saved[-1].answers[1].facts}
    assert facts == {"machine": True, "container": False, "drawer": False}
    assert [answer.state for answer in saved[-1].answers] == ["untouched", "open"]
    paper.look(look("leaky-name", "*"))
    paper.turn_to(0)
    paper.turn_to(1)
    paper.look(look("leaky-name", "machine"))
    assert saved[-1].answers[1].state == "solved"


def test_each_gain_is_saved_at_once() -> None:
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(0)
    before = len(saved)
    for _ in range(3):
        paper.look(look("own-name", ""))
    assert len(saved) == before, "a look at which nothing is new writes nothing"
    paper.look(look("own-name", "*"))
    assert saved[-1].answers[0].solved


def test_a_file_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """No exam begins or ends so; one that goes on does, and says it once each time."""
    trouble: list[RunnerError] = [RunnerError("not-written", path="x", reason="No space left on device")]

    def save(_: Exam) -> None:
        for error in trouble:
            raise error

    paper = Paper(exam("leaky-name"), save)
    with pytest.raises(RunnerError):
        paper.begin()
    paper.turn_to(0)
    paper.look(look("leaky-name", "machine"))
    assert "No space left" in " ".join(paper.troubles())
    assert paper.troubles() == []
    with pytest.raises(RunnerError):
        paper.close(Over.TIME)
    error = trouble.pop()
    paper.put_down()
    trouble.append(error)
    paper.put_down()
    assert len(paper.troubles()) == 1


def test_since_when_a_fact_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a break: a fact that became false in between became true later."""
    times = iter(range(100))
    monkeypatch.setattr("runner.messages.documents.now", lambda: f"{next(times):03}")
    paper = Paper(exam("leaky-name"), lambda _: None)
    paper.turn_to(0)
    paper.look(look("leaky-name", "machine"))
    first = paper.exam.answers[0].facts[0].when
    for true in ("", "machine", "machine container"):
        paper.look(look("leaky-name", true))
    machine, container, drawer = paper.exam.answers[0].facts
    assert first < machine.when < container.when
    assert not drawer.when


def test_seconds_are_those_that_an_exercise_lay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr(exam_clock, "now", lambda: now)
    paper = Paper(exam(), lambda _: None)
    for at, seconds in ((0, 30), (1, 10), (0, 5)):
        paper.turn_to(at)
        now += seconds
        paper.put_down()
        now += 100  # between two exercises
    assert [answer.seconds for answer in paper.exam.answers] == [35, 10]


def test_a_kill_takes_away_a_minute_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the time on an exercise in which nothing new is reached, and of which the last is counted at the end."""
    now = 0.0
    monkeypatch.setattr(exam_clock, "now", lambda: now)
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(0)
    for passed in (30, 61, 100):
        now = passed
        paper.look(look("own-name", ""))
    assert saved[-1].answers[0].seconds == 61
    paper.close(Over.HANDED_IN)
    assert saved[-1].answers[0].seconds == 100


def test_the_time_on_an_exercise_is_also_that_of_a_machine_that_sleeps(monkeypatch: pytest.MonkeyPatch) -> None:
    clocks = {time.CLOCK_BOOTTIME: 0.0}
    monkeypatch.setattr("runner.learner.exam_clock.time.clock_gettime", clocks.__getitem__)
    paper = Paper(exam(), lambda _: None)
    paper.turn_to(0)
    clocks[time.CLOCK_BOOTTIME] = 3600
    paper.put_down()
    assert paper.exam.answers[0].seconds == 3600


def test_an_exam_does_not_begin_where_a_file_can_be_written_only_once() -> None:
    """Some shared folders give each file to somebody else, who alone may write over it."""
    saved: list[Exam] = []

    def save(one: Exam) -> None:
        if saved:
            raise RunnerError("not-written", path="x", reason="Operation not permitted")
        saved.append(one)

    with pytest.raises(RunnerError):
        Paper(exam(), save).begin()


def test_what_was_handed_in_stays_as_it_is() -> None:
    saved: list[Exam] = []
    paper = Paper(exam(), saved.append)
    paper.begin()
    paper.turn_to(0)
    paper.close(Over.HANDED_IN)
    paper.put_down()
    assert saved[-1] is paper.exam
    assert [one.over for one in saved].count(Over.HANDED_IN) == 1


def test_an_exam_whose_time_ran_out_ended_then() -> None:
    """Whenever it is closed; and no later than it is closed."""
    paper = Paper(replace(exam(), begun=BEGUN), lambda _: None)
    paper.close(Over.TIME)
    assert paper.exam.ended == "2026-03-02T10:50:00Z" < paper.exam.date
    early = Paper(exam(), lambda _: None)
    early.begin()
    early.close(Over.TIME)
    assert early.exam.ended == early.exam.date
