"""The presenter view: what the instructor has in hand while the class sees the stage."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from runner.course import load
from runner.course.render import render
from runner.host import bundled
from runner.lab import seats, signals
from runner.lab.bulletin import Notice
from runner.messages.language import Language
from runner.messages.sentences import text
from runner.records.course import Course, Lesson, LessonWords, Step
from runner.records.errors import ExitStatus, RunnerError
from runner.records.options import Options
from runner.screen.choose import choose_face
from runner.screen.face import Face
from runner.screen.narration import View
from runner.screen.plain import Plain
from runner.screen.watch import repeated

PAUSE = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Desk:
    """Where a demo is now. `step` is the one that the class sees; none on a lesson's first page."""

    lesson: Lesson
    step: Step | None
    state: str  # "opened", "typed", "running", "done" or "failed"
    checks: tuple[int, int]  # passed, of how many, of the last step that ran
    blank: bool
    language: Language
    values: Mapping[str, str]

    @property
    def words(self) -> LessonWords:
        return self.lesson.words[self.language]

    @property
    def following(self) -> Step | None:
        if self.step is None:
            return self.lesson.steps[0]
        index = self.lesson.steps.index(self.step) + 1
        return self.lesson.steps[index] if index < len(self.lesson.steps) else None


def page(face: Face, desk: Desk, seconds: float | None) -> None:
    """The whole view. `seconds` since the lesson began; None where no clock is shown."""
    view = View(face, desk.language, desk.values)
    face.heading(f"{desk.lesson.number} · {view.rendered(desk.words.title)}")
    _status(face, desk, seconds)
    if desk.step:
        _step(view, desk, desk.step)
    else:
        face.prose(view.rendered(desk.words.intro))
    following = desk.following
    if not following:
        face.say(text("presenter.last"), "dim")
        return
    words = desk.words.steps[following.id]
    face.subheading(text("presenter.next", title=view.rendered(words.title)))
    face.command(following.at, _command(desk, following))
    face.prose(view.rendered(words.notes or words.explain))


def _status(face: Face, desk: Desk, seconds: float | None) -> None:
    total = len(desk.lesson.steps)
    if desk.step:
        index, state = desk.lesson.steps.index(desk.step) + 1, text("presenter." + desk.state)
        passed, checks = desk.checks if desk.state in ("done", "failed") else (0, len(desk.step.checks))
        said = [text("presenter.status", index=index, total=total, state=state, passed=passed, checks=checks)]
    else:
        said = [text("presenter.opening", total=total)]
    late = False
    if seconds is not None:
        minutes, late = desk.lesson.minutes, seconds > desk.lesson.minutes * 60
        said.append(text("presenter.clock", clock=f"{seconds // 60:.0f}:{seconds % 60:02.0f}", minutes=minutes))
    face.say(" · ".join(said), "warn" if late else "dim")
    if desk.blank:
        face.say(text("presenter.blank"), "bad")


def _step(view: View, desk: Desk, step: Step) -> None:
    """What to say: before the step runs its notes and its command, afterwards what there was to be seen."""
    words = desk.words.steps[step.id]
    view.face.subheading(view.rendered(words.title))
    view.face.prose(view.rendered(words.notes or words.explain))
    if desk.state != "done":
        view.face.command(step.at, _command(desk, step))
        view.face.gap()
        return
    for said in (words.predict.why if words.predict else None, words.after):
        if said:
            view.face.prose(view.rendered(said))


def _command(desk: Desk, step: Step) -> str:
    return render(step.run.on(desk.values["cgroup_version"]), desk.values).rstrip("\n")


def present(options: Options) -> ExitStatus:
    """Follow the demo of the seat to its end. Raises RunnerError when none is going on."""
    course = load.course(bundled.lessons(), extra=options.folders)
    seat = seats.valid(options.seat)
    if _desk(course, seats.published(seat), options.lang) is None:
        raise RunnerError("no-demo", seat=seat)
    with signals.stoppable():
        _follow(course, seat, options)
    choose_face(sys.stdout, plain=options.plain).say(text("presenter.ended"))
    return ExitStatus.OK


def _follow(course: Course, seat: str, options: Options) -> None:
    """Repaint whatever changes, and the clock; in plain mode a block for each change, and no clock."""
    clock = not isinstance(choose_face(sys.stdout, plain=options.plain), Plain)
    shown: object = None
    desk, since = None, 0.0
    with repeated(sys.stdout, plain=options.plain) as repaint:
        while seats.holder(seat):
            told = seats.published(seat)
            found = _desk(course, told, options.lang)
            if told and found:  # else the lab is being replaced, or the lesson
                desk, since = found, told.since
            seconds = float(int(time.time() - since)) if clock else None
            if desk and shown != (desk, seconds):
                repaint(lambda face, now=(desk, seconds): page(face, *now))  # type: ignore[misc]
                shown = (desk, seconds)
            time.sleep(PAUSE)


def _desk(course: Course, told: Notice | None, language: Language) -> Desk | None:
    """What the demo tells, in the course's terms and the reader's language; None when it is another verb's."""
    if not told or not told.stage:
        return None
    with suppress(StopIteration, KeyError):
        lesson, stage = course.lesson(told.lesson), told.stage
        step = lesson.step(stage["step"]) if stage["step"] else None
        checks = (stage["checks"][0], stage["checks"][1])
        return Desk(lesson, step, stage["state"], checks, stage["blank"], language, stage["values"])
    return None
