"""The screens of an exam: the rules, a task without hints, the time that is left, and what was handed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.learner.exam_clock import Clock
from runner.learner.practice_screen import Coach, fact_line, score
from runner.messages.catalog import text
from runner.records.errors import RunnerError
from runner.records.exam import Exam
from runner.records.exercise import Exercise, ExerciseWords, FactResult
from runner.screen import keys
from runner.screen.keys import Binding
from runner.screen.narration import View

GROUP = 8  # digits of a digest that are read aloud together


class Place(NamedTuple):
    """Where the student is in the exam, counted from 1."""

    number: int
    total: int


class ExamCoach(Coach):
    """Speaks during one exercise of an exam, and tells nothing that helps."""

    hidden = "exam.hidden"
    hidden_count = "exam.hidden-count"
    check = "check-only"

    def __init__(self, view: View, place: Place, clock: Clock) -> None:
        super().__init__(view)
        self._place = place
        self._clock = clock

    def title(self, exercise: Exercise, title: str) -> str:
        return text("exam.title", number=self._place.number, total=self._place.total, title=title)

    def facts(self, words: ExerciseWords, results: Sequence[FactResult], *, told: bool) -> None:
        """Show of each fact only whether it is true: what is there instead would give the cause away."""
        for result in results:
            hidden = result.cause and not told
            title = text(self.hidden) if hidden else self.view.rendered(words.facts[result.id].title)
            fact_line(self.view.face, result, title)
        self.view.face.gap()
        score(self.view.face, results)

    def ask(self, table: Sequence[Binding], first: str = "") -> Callable[[], object]:
        return super().ask(table, first or self._clock.said())

    def reached(self) -> None:
        """Say that the whole exercise counts, and where it goes on."""
        self.view.face.gap()
        self.view.face.say(text("exam.solved" if self._place.total > 1 else "exam.solved-only"), "good")

    def may_end(self) -> bool | None:
        """Ask once whether the exam is over; None when the keyboard is gone."""
        self.view.face.gap()
        self.view.face.say(text("exam.sure", left=self._clock.said()), "warn")
        return keys.answered(text("exam.hand-in?"))

    def time_over(self) -> None:
        self.view.face.gap()
        self.view.face.say(text("exam.time-over"), "warn")


def opening(view: View, exercises: Sequence[Exercise], exam: Exam, path: Path, left: Clock | None) -> bool:
    """Show the tasks and the rules, and return whether the student begins. `left` is the clock of who goes on."""
    face = view.face
    minutes = text("exam.minutes", count=exam.minutes)
    face.heading(text("exam.opening", tasks=text("exam.tasks", count=len(exercises)), minutes=minutes))
    for number, (exercise, answer) in enumerate(zip(exercises, exam.answers, strict=True), 1):
        title = view.rendered(exercise.words[view.language].title)
        reached = text("exam.reached", true=answer.true, total=len(answer.facts))
        face.say(f"{number} · {title} · {reached}")
    face.gap()
    several = len(exercises) > 1
    for rule, holds in (("clock", left is None), ("alone", True), ("best", several), ("end", True)):
        if holds:
            face.say("- " + text(f"exam.rule.{rule}"))
    face.say("- " + text("exam.rule.proof", path=str(path)))
    face.gap()
    if left:
        face.say(text("exam.going-on", left=left.said()), "warn")
    face.say(text("exam.press"), "dim")
    return keys.press(keys.ENTER + keys.END, line=not face.repaints, alone=True) == keys.ENTER


def tries_again(view: View, error: RunnerError) -> bool:
    """Say that the exam is not handed in yet, and why; return whether the student has that tried again."""
    face = view.face
    keys.forget()
    face.gap()
    face.say(text(error.key, **error.values), "warn")
    face.say(text("exam.not-yet"), "warn")
    face.gap()
    face.say(text("exam.press-again"), "dim")
    return keys.press(keys.ENTER + keys.END, line=not face.repaints, alone=True) == keys.ENTER


def closing(view: View, exercises: Sequence[Exercise], exam: Exam, files: Sequence[Path], digest: str) -> None:
    """Show what was reached, where it is written, and the digest, which the teacher writes down."""
    face = view.face
    face.heading(text(f"exam.over.{exam.over}"))
    head = [text(name) for name in ("practice.exercise", "rollup.facts", "practice.state", "list.title")]
    rows = [
        [
            answer.exercise,
            f"{answer.true}/{len(answer.facts)}",
            text(f"exam.state.{answer.state}"),
            view.rendered(exercise.words[view.language].title),
        ]
        for exercise, answer in zip(exercises, exam.answers, strict=True)
    ]
    face.table(head, rows)
    face.gap()
    face.say(text("exam.written", path=", ".join(map(str, files))))
    face.say(text("exam.digest"))
    face.gap()
    face.say(grouped(digest), "good")
    face.gap()
    face.say(text("exam.proves"), "dim")


def grouped(digest: str) -> str:
    """Return a digest in groups that can be read aloud."""
    return " ".join(digest[place : place + GROUP] for place in range(0, len(digest), GROUP))
