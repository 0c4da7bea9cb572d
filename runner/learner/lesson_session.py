"""One lesson with one student: its introduction, its steps at the workbench, its questions, its last words."""

from __future__ import annotations

import os

from runner.course.render import Values
from runner.engine import lesson_run
from runner.host import capability
from runner.lab import signals
from runner.learner.exam import Exam
from runner.learner.notebook import Notebook
from runner.learner.progress import Place
from runner.learner.tutor import Tutor
from runner.learner.workbench import Workbench
from runner.records.course import Course, Lesson, LessonWords
from runner.records.errors import Dirty
from runner.records.results import LessonResult, Outcome
from runner.screen import keys
from runner.screen.choose import screen_size


class Session:
    def __init__(
        self, course: Course, lesson: Lesson, values: Values, tutor: Tutor, *, seat: str, notebook: Notebook
    ) -> None:
        self._course = course
        self._lesson = lesson
        self._values = values
        self._tutor = tutor
        self._view = tutor.view
        self._seat = seat
        self._notebook = notebook

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._view.language]

    def teach(self, lock: int, number: int, total: int, place: Place | None) -> bool:
        """The lesson from its first word, or from the place to resume at, to its last. Returns whether it got there."""
        if place is None:
            self._view.lesson_opens(number, total, self._lesson, self._words)
        missing = capability.missing(self._lesson.requires)
        if missing:
            self._view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=missing))
            return True
        try:
            self._through(lock, number, total, place)
        except keys.StudentLeaves:
            if self._notebook.where(self._course):
                self._tutor.say("place-kept")
            return False
        return True

    def _through(self, lock: int, number: int, total: int, place: Place | None) -> None:
        place = self._begin(number, total) if place is None else place
        if place:
            self._tutor.resuming(self._lesson.id, self._words.steps[place.step].title if place.step else "")
        if place is None or place.step:
            self._practise(lock, place.step if place else None)
            self._notebook.place(Place(self._lesson.id, None))
        missing = self._notebook.tally(self._lesson).missing_questions
        again = place is not None and place.step is None  # whoever comes back to the questions sees the open ones
        Exam(self._lesson, self._tutor, self._notebook).hold(
            [question for question in self._lesson.quiz if question.id in missing or not again]
        )
        self._notebook.place(None)
        self._view.closing(self._words)
        self._tutor.lesson_over(self._notebook.tally(self._lesson))

    def _begin(self, number: int, total: int) -> Place | None:
        """Wait until the introduction is read; where only questions are open, offer to go to them."""
        known = self._notebook.tally(self._lesson)
        if known.missing_questions and not known.missing_steps:
            if self._tutor.only_questions(len(known.missing_questions)):
                return Place(self._lesson.id, None)
            return None
        while (key := self._tutor.begin()) != keys.ENTER:
            if key == keys.END:
                raise keys.StudentLeaves
            self._tutor.switch_language()
            self._view.lesson_opens(number, total, self._lesson, self._words)
        return None

    def _practise(self, lock: int, resume: str | None) -> None:
        """The steps, from the one to resume at; and the machine put back, whatever happens."""
        run = lesson_run.LessonRun(self._course, self._lesson, self._values, self._seat, lock)
        run.size, run.term = screen_size(), os.environ.get("TERM", "dumb")
        try:
            with signals.resizing(lambda: run.resize(*screen_size())):
                if self._lesson.needs:
                    self._view.preparing(self._lesson.needs)
                run.start()
                if resume:
                    run.skip_to(resume)
                Workbench(run, self._tutor, self._notebook, self._seat).finish_lesson()
        finally:
            self._put_back(run)

    def _put_back(self, run: lesson_run.LessonRun) -> None:
        with signals.unstoppable():
            rollback = run.finish()
            self._view.rolled_back(rollback)
        if not rollback.clean:
            raise Dirty("dirty", count=len(rollback.leftovers))
