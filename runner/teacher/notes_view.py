"""The presenter view: notes and state for the instructor, in a second terminal, while the class sees the stage."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from runner.course import load
from runner.course.render import render
from runner.host import package_files
from runner.lab import seats, signals
from runner.lab.published_state import Notice
from runner.messages import place_names
from runner.messages.catalog import text
from runner.messages.language import Language
from runner.records.course import Course, Lesson, Question, Step
from runner.records.errors import ExitStatus, NoLab
from runner.records.options import Options
from runner.records.words import LessonWords
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.screen.narration import View
from runner.screen.quiz_answers import show_question
from runner.screen.repaint import repeated
from runner.teacher.class_screen import State

PAUSE = 0.2  # seconds between two looks


@dataclass(frozen=True)
class Position:
    """Where a demo is now. `step` is the one that the class sees; None before the first and after the last."""

    lesson: Lesson
    step: Step | None
    question: Question | None  # the one that the class is asked, after the last step
    state: str  # a value of class_screen.State
    checks: tuple[int, int]  # how many passed, of how many, in the last step that ran
    blank: bool
    log: bool  # whether the class sees the commands so far
    language: Language
    values: Mapping[str, str]

    @property
    def words(self) -> LessonWords:
        return self.lesson.words[self.language]

    @property
    def following(self) -> Step | None:
        """Return the step after what the class sees; None from the last step on."""
        if self.step is None:
            return self.lesson.steps[0] if self.state == State.OPENING else None
        index = self.lesson.steps.index(self.step) + 1
        return self.lesson.steps[index] if index < len(self.lesson.steps) else None


def page(face: Face, position: Position, seconds: float | None) -> None:
    """Show the whole view. `seconds` have passed since the lesson began; None when no clock is shown."""
    view = View(face, position.language, position.values)
    face.heading(f"{position.lesson.number} · {view.rendered(position.words.title)}")
    _status(face, position, seconds)
    if position.step:
        _step(view, position, position.step)
    elif position.question:
        show_question(face, position.lesson, position.question, position.words, view.rendered, answers=True)
    else:
        face.prose(view.rendered(position.words.intro if position.state == State.OPENING else position.words.end))
    _next(view, position)


def _next(view: View, position: Position) -> None:
    """Show what comes after what the class sees."""
    face, lesson = view.face, position.lesson
    if following := position.following:
        words = position.words.steps[following.id]
        face.subheading(text("presenter.next", title=view.rendered(words.title)))
        _typed(face, position, following)
        face.prose(view.rendered(words.notes or words.explain))
    elif position.step:
        face.subheading(text("presenter.next", title=text("stage.summary")))
        face.prose(view.rendered(position.words.end))
    elif position.state == State.QUESTION:
        face.subheading(text("presenter.next-answer"))
    else:
        index = lesson.quiz.index(position.question) + 1 if position.question else 0
        if index == len(lesson.quiz):
            face.say(text("presenter.last"), "dim")
            return
        face.subheading(text("presenter.next-question", index=index + 1, total=len(lesson.quiz)))
        face.prose(view.rendered(position.words.quiz[lesson.quiz[index].id].ask))


def _status(face: Face, position: Position, seconds: float | None) -> None:
    total = len(position.lesson.steps)
    if position.step:
        index, state = position.lesson.steps.index(position.step) + 1, text("presenter." + position.state)
        passed, checks = position.checks if position.state in ("done", "failed") else (0, len(position.step.facts))
        words = [text("presenter.status", index=index, total=total, state=state, passed=passed, checks=checks)]
    elif position.question:
        index, questions = position.lesson.quiz.index(position.question) + 1, len(position.lesson.quiz)
        words = [text("presenter." + position.state, index=index, total=questions)]
    elif position.state == State.ENDING:
        words = [text("presenter.summary")]
    else:
        words = [text("presenter.opening", total=total)]
    late = False
    if seconds is not None:
        minutes, late = position.lesson.minutes, seconds > position.lesson.minutes * 60
        words.append(text("presenter.clock", clock=f"{seconds // 60:.0f}:{seconds % 60:02.0f}", minutes=minutes))
    face.say(" · ".join(words), "warn" if late else "dim")
    if position.blank:
        face.say(text("presenter.blank"), "bad")
    if position.log:
        face.say(text("presenter.log"), "warn")


def _typed(face: Face, position: Position, step: Step) -> None:
    """Show the command of a step, as it is typed in its place."""
    place, sign = place_names.named(position.words.places, step.at), position.lesson.sign(step.at)
    face.command(place, _command(position, step), sign=sign)


def _step(view: View, position: Position, step: Step) -> None:
    """Show the notes of a step. Before it runs show its command, too; afterwards what there was to be seen."""
    words = position.words.steps[step.id]
    view.face.subheading(view.rendered(words.title))
    view.face.prose(view.rendered(words.notes or words.explain))
    if position.state != "done":
        _typed(view.face, position, step)
        view.face.gap()
        return
    for explanation in (words.predict.why if words.predict else None, words.after):
        if explanation:
            view.face.prose(view.rendered(explanation))


def _command(position: Position, step: Step) -> str:
    return render(step.run.on(position.values["cgroup_version"]), position.values).rstrip("\n")


def present(options: Options) -> ExitStatus:
    """Follow the demo of the seat to its end. Raises RunnerError when none is going on."""
    seat = options.seat
    notice = seats.published(seat)
    folders = options.folders or (tuple(map(Path, notice.folders)) if notice else ())
    course = load.course(package_files.lessons(), extra=folders, wanted=(notice.lesson,) if notice else ())
    if _position(course, notice, options.lang) is None:
        raise NoLab("no-demo", seat=seat)
    with signals.stoppable():
        _follow(course, seat, options)
    choose_face(sys.stdout, plain=options.plain).say(text("presenter.ended"))
    return ExitStatus.OK


def _follow(course: Course, seat: str, options: Options) -> None:
    """Show each change of the demo, and a clock. In plain mode a change is a new block, and there is no clock."""
    clock = choose_face(sys.stdout, plain=options.plain).repaints
    shown: object = None
    position, since = None, 0.0
    with repeated(sys.stdout, plain=options.plain) as repaint:
        while seats.holder(seat):
            notice = seats.published(seat)
            news = _position(course, notice, options.lang)
            if notice and news:  # there is no notice while the lab or the lesson is being replaced
                position, since = news, notice.since
            seconds = float(int(time.time() - since)) if clock else None
            if position and shown != (position, seconds):
                repaint(lambda face, now=(position, seconds): page(face, *now))  # type: ignore[misc]
                shown = (position, seconds)
            time.sleep(PAUSE)


def _position(course: Course, notice: Notice | None, language: Language) -> Position | None:
    """Return what the demo has published, for this language; None when the notice is not that of a demo."""
    if not notice or not notice.stage:
        return None
    with suppress(KeyError):
        lesson, stage = course.lesson(notice.lesson), notice.stage
        step = lesson.step(stage["step"]) if stage["step"] else None
        question = next((one for one in lesson.quiz if one.id == stage["question"]), None)
        checks = (stage["checks"][0], stage["checks"][1])
        seen = stage["blank"], stage["log"]
        return Position(lesson, step, question, stage["state"], checks, *seen, language, stage["values"])
    return None
