"""One lesson with one student: the introduction, the steps at the workbench, the questions, the last words."""

from __future__ import annotations

import os

from runner.engine.lab_run import Window
from runner.engine.seat import Seat
from runner.lab import signals
from runner.learner import students_folder
from runner.learner.live_workbench import LiveWorkbench
from runner.learner.notebook import Notebook
from runner.learner.quiz_session import Exam
from runner.learner.tutor import Tutor
from runner.learner.workbench import Workbench
from runner.records.course import Lesson
from runner.records.errors import Interrupted
from runner.records.progress import Place
from runner.records.results import LessonResult, Outcome
from runner.records.words import LessonWords
from runner.screen import keys
from runner.screen.choose_face import screen_size


class LessonSession:
    """Leads a student through one lesson."""

    def __init__(self, seat: Seat, lesson: Lesson, tutor: Tutor, notebook: Notebook) -> None:
        self._seat = seat
        self._course = seat.course
        self._lesson = lesson
        self._tutor = tutor
        self._view = tutor.view
        self._notebook = notebook

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._view.language]

    def teach(self, number: int, total: int) -> bool:
        """Teach the lesson from its start, or from where the student left it. Return False if they leave early.

        `number` is the lesson's place among the `total` lessons of the course.
        """
        lacks = self._seat.missing(self._lesson)
        if lacks:
            self._view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=lacks))
            return True
        place = next((one for one in self._notebook.places(self._course) if one.lesson == self._lesson.id), None)
        if place is None:
            self._introduce(number, total)
        try:
            self._through(number, total, place)
        except keys.StudentLeaves:
            self._say_place()
            return False
        except Interrupted:
            self._tutor.takes_over()  # Ctrl-C shows itself
            self._say_place()
            raise
        return True

    def _introduce(self, number: int, total: int) -> None:
        self._view.lesson_opens(number, total, self._lesson, self._words)
        students_folder.announce(self._view, self._lesson, self._seat.name)

    def _say_place(self) -> None:
        newest = next(iter(self._notebook.places(self._course)), None)
        if newest and newest.lesson == self._lesson.id:  # else the student left before the first step
            self._tutor.say("place-kept")

    def _through(self, number: int, total: int, place: Place | None) -> None:
        place = self._begin(number, total) if place is None else place
        if place:
            self._tutor.resuming(self._lesson.id, self._words.steps[place.step].title if place.step else "")
        if place is None or place.step:
            self._do_steps(place.step if place else None)
            self._tutor.turns_pages()
            self._notebook.place(Place(self._lesson.id, None))
        unanswered = self._notebook.tally(self._lesson).missing_questions
        again = place is not None and place.step is None  # a student who comes back gets only the open questions
        Exam(self._lesson, self._tutor, self._notebook).hold(
            [question for question in self._lesson.quiz if question.id in unanswered or not again]
        )
        self._notebook.over(self._lesson.id)
        self._view.closing(self._words)
        self._tutor.lesson_over(self._notebook.tally(self._lesson), self._lesson)

    def _begin(self, number: int, total: int) -> Place | None:
        """Wait until the student has read the introduction.

        If only questions are open, offer to go to them. Return that place to begin at, or None for the first step.
        """
        tally = self._notebook.tally(self._lesson)
        if tally.missing_questions and not tally.missing_steps:
            if self._tutor.only_questions(len(tally.missing_questions)):
                return Place(self._lesson.id, None)
            return None
        while (key := self._tutor.begin()) != keys.ENTER:
            if key == keys.END:
                raise keys.StudentLeaves
            self._tutor.switch_language()
            self._introduce(number, total)
        return None

    def _do_steps(self, resume: str | None) -> None:
        """Do the steps, from the step with the id `resume` if it is given."""
        if resume:
            self._tutor.opening()
        if self._lesson.needs:
            self._view.preparing(self._lesson.needs)
        window = Window(*screen_size(), os.environ.get("TERM", "dumb"))
        with (
            self._seat.lesson(self._lesson, self._view.rolled_back, window, student=True) as run,
            signals.resizing(lambda: run.resize(*screen_size())),
        ):
            students_folder.admit(self._view, run)
            if resume:
                run.skip_to(resume)
            workbench = Workbench if self._tutor.plain else LiveWorkbench
            workbench(run, self._tutor, self._notebook, self._seat.name).finish_lesson()
