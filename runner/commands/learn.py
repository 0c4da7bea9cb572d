"""`semdocker learn`: one step at a time, with the student in the same live terminal as the lesson."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager

from runner import capability, engine, gate, handover, keys, lab, machine, prediction, quiz, signals, xray
from runner.commands.run import chosen, screen_size, start_clean
from runner.errors import Dirty, ExitStatus, UsageError
from runner.language import after, install
from runner.model import CommandResult, Course, Lesson, LessonResult, LessonWords, Outcome, Question, Step, StepResult
from runner.notebook import Notebook
from runner.options import Options
from runner.render import Values, assignments
from runner.view import open_view
from runner.view.narration import View
from runner.view.tutor import Tutor
from runner.view.xray import page

PORT = 8080  # the first that is tried
ALWAYS = "tfhbxwpl?q"  # besides Enter


class Leave(Exception):
    """The student wants to go."""


def learn(options: Options) -> ExitStatus:
    """Teach the lessons from the one asked for to the last. Raises RunnerError, or Interrupted."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("no-terminal", verb="learn")
    view = open_view(options)
    course = gate.course(options, view)
    notebook = Notebook(view.remark)
    place = notebook.where(course)
    first = chosen(course, options.lessons or ((place[0],) if place else ()))[0]
    lessons = course.lessons[course.lessons.index(first) :]
    settings = assignments(options.settings)
    with signals.stoppable(), lab.seat_lock(lab.seat_name(options.seat)) as lock, lab.own_port(PORT) as port:
        start_clean(view, options.seat)
        values = machine.values(course, options.seat, port, settings)
        view.course_opens(course, lessons, values)
        for number, lesson in enumerate(lessons, 1):
            session = Session(course, lesson, values, Tutor(view), seat=options.seat, notebook=notebook)
            resume = place[1] if place and place[0] == lesson.id else None
            if not session.teach(lock, number, len(lessons), resume):
                break
    return ExitStatus.OK


class Session:
    """One lesson with one student."""

    def __init__(
        self, course: Course, lesson: Lesson, values: Values, tutor: Tutor, *, seat: str, notebook: Notebook
    ) -> None:
        self._course = course
        self._lesson = lesson
        self._values = values
        self._tutor = tutor
        self._view: View = tutor.view
        self._seat = seat
        self._notebook = notebook
        self._hints = 0
        self._assisted = False
        self._shown_at = time.monotonic()
        self._guesses: dict[str, str] = {}  # by step; empty when the student would not guess

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._view.language]

    def teach(self, lock: int, number: int, total: int, resume: str | None) -> bool:
        """The lesson from its first word, or from the step to resume at, to its rollback.

        Returns whether the student wants the next one.
        """
        self._view.lesson_opens(number, total, self._lesson, self._words)
        missing = capability.missing(self._lesson.requires)
        if missing:
            self._view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=missing))
            return True
        run = engine.LessonRun(self._course, self._lesson, self._values, self._seat, lock)
        finished = False
        try:
            self._steps(run, resume)
            self._questions()
            self._notebook.place(self._lesson.id, None)
            finished = True
        except Leave:
            pass
        finally:
            self._put_back(run)
        return finished and self._tutor.next_lesson(number < total)

    def _put_back(self, run: engine.LessonRun) -> None:
        with signals.unstoppable():
            rollback = run.finish()
            self._view.rolled_back(rollback)
        if not rollback.clean:
            raise Dirty("dirty", count=len(rollback.leftovers))

    def _steps(self, run: engine.LessonRun, resume: str | None) -> None:
        run.size, run.term = screen_size(), os.environ.get("TERM", "dumb")
        if self._lesson.needs:
            self._view.preparing(self._lesson.needs)
        run.start()
        if resume:
            self._tutor.resuming(resume)
            run.skip_to(resume)
        while len(run.done) < len(self._lesson.steps):
            self._step(run, self._lesson.steps[len(run.done)])

    def _questions(self) -> None:
        """Every question, and those that were missed once more."""
        asked = list(self._lesson.quiz)
        for again in (False, True):
            missed = [question for question in asked if not self._question(question, again=again)]
            asked = missed
        self._tutor.quiz_over(len(asked))

    def _question(self, question: Question, *, again: bool) -> bool:
        words = self._words.quiz[question.id]
        self._tutor.question(question, words, again=again)
        while True:
            typed = self._tutor.answer()
            if typed.strip().lower() == keys.END:
                raise Leave
            chosen_ids = quiz.parse(typed, question)
            if not isinstance(chosen_ids, quiz.Refusal):
                break
            self._tutor.refuse(chosen_ids)
        verdict = quiz.judge(question, words, chosen_ids)
        self._tutor.judged(verdict)
        self._notebook.question(self._lesson.id, question.id, chosen_ids, right=verdict.right)
        return verdict.right

    def _step(self, run: engine.LessonRun, step: Step) -> None:
        """Show a step and do what the student wants until it is done, or another step is current."""
        self._hints, self._assisted, self._shown_at = 0, False, time.monotonic()
        before = len(run.done)
        self._notebook.place(self._lesson.id, step.id)
        self._show(run, step)
        while len(run.done) == before:
            key = self._tutor.ask(keys.ENTER + ALWAYS)
            self._actions(run, step)[key]()

    def _actions(self, run: engine.LessonRun, step: Step) -> dict[str, Callable[[], object]]:
        words = self._words.steps[step.id]
        return {
            keys.ENTER: lambda: self._run(run, step),
            "t": lambda: self._type(run, step),
            "f": lambda: self._wander(run),
            "h": lambda: self._hint(run, step),
            "b": lambda: self._back(run),
            "x": self._xray,
            "w": lambda: self._tutor.why(words),
            "p": lambda: self._guess(step),
            "l": lambda: self._switch(run, step),
            "?": self._tutor.keys,
            "q": self._leave,
        }

    def _show(self, run: engine.LessonRun, step: Step) -> None:
        index = self._lesson.steps.index(step) + 1
        words = self._words.steps[step.id]
        self._view.step_opens(index, len(self._lesson.steps), step, words, run.command(step), step.at)

    def _guess(self, step: Step) -> None:
        if step.predict:
            self._guesses[step.id] = self._tutor.guess(step.predict.kind)
        else:
            self._tutor.nothing_to_guess()

    def _guess_once(self, step: Step) -> None:
        """Before a step runs; after stepping back only the key asks again."""
        if step.predict and step.id not in self._guesses:
            self._guess(step)

    def _run(self, run: engine.LessonRun, step: Step) -> None:
        self._guess_once(step)
        with signals.forwarding(run.interrupt):
            self._close(run, step, run.perform(step, self._view.output))

    def _type(self, run: engine.LessonRun, step: Step) -> None:
        self._guess_once(step)
        self._tutor.your_turn(run.command(step))
        result = run.perform_typed(step, lambda: self._hand_over(run, one_command=True))
        if result is not None:
            self._close(run, step, result)

    def _wander(self, run: engine.LessonRun) -> None:
        self._tutor.free_shell()
        self._hand_over(run, one_command=False)
        self._tutor.welcome_back()
        self._mend(run, self._lesson.steps[len(run.done)])

    def _hand_over(self, run: engine.LessonRun, *, one_command: bool) -> CommandResult | None:
        with self._raw_screen():
            return handover.hand_over(
                run.lab.terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=one_command
            )

    def _raw_screen(self) -> AbstractContextManager[None]:
        sys.stdout.flush()
        return signals.forwarding(lambda: None)  # in raw mode Ctrl-C is a key, and goes to the lab

    def _close(self, run: engine.LessonRun, step: Step, result: StepResult) -> None:
        guess = self._guesses.get(step.id, "")
        self._view.step_closes(result, step, self._words.steps[step.id], why=False, guess=guess)
        self._write_down(step, result, guess)
        if result.outcome is not Outcome.PASSED:
            if step in run.done:
                run.done.remove(step)
            self._tutor.not_yet(result)
            self._mend(run, step)

    def _write_down(self, step: Step, result: StepResult, guess: str) -> None:
        seconds = time.monotonic() - self._shown_at
        lesson, passed = self._lesson.id, result.outcome is Outcome.PASSED
        if passed:
            self._notebook.step(lesson, step.id, assisted=self._assisted, hints=self._hints, seconds=seconds)
        else:
            self._notebook.attempt(lesson, step.id, hints=self._hints, seconds=seconds)
        if guess and result.prediction:
            found = result.prediction
            answer = found.answer or ""
            right = prediction.verdict(found.kind, guess, answer)
            self._notebook.guess(lesson, step.id, guess, answer, right=right)

    def _mend(self, run: engine.LessonRun, step: Step) -> None:
        """Where the lab's shell was lost or left, offer a fresh one at the same place."""
        if not run.is_at(step.at):
            self._tutor.elsewhere(step.at)
            if self._tutor.restart():
                run.restart()

    def _hint(self, run: engine.LessonRun, step: Step) -> None:
        hints = self._words.steps[step.id].hints
        if self._hints < len(hints):
            self._tutor.hint(hints[self._hints], self._hints + 1, len(hints))
            self._hints += 1
        elif self._tutor.do_it_for_me():
            self._assisted = True
            self._run(run, step)

    def _back(self, run: engine.LessonRun) -> None:
        if not run.done:
            self._tutor.nothing_before()
            return
        run.step_back()
        self._tutor.stepped_back()

    def _xray(self) -> None:
        found = xray.take(self._seat)
        if found:
            page(self._view.face, found)

    def _switch(self, run: engine.LessonRun, step: Step) -> None:
        self._view.language = after(self._view.language, [origin.folder for origin in self._course.origins])
        install(self._view.language)
        self._show(run, step)

    def _leave(self) -> None:
        raise Leave
