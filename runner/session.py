"""One lesson with one student: its steps in the live terminal that the two share, then its questions."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

from runner import capability, engine, handover, kernel, keys, nearmiss, prediction, signals, xray
from runner.errors import Dirty
from runner.exam import Exam
from runner.model import CommandResult, Course, Lesson, LessonResult, LessonWords, Outcome, Step, StepResult, StepWords
from runner.notebook import Notebook
from runner.progress import Place
from runner.render import Values
from runner.terminal import Ended
from runner.view import screen_size
from runner.view.tutor import Tutor
from runner.view.xray import page


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
        self._hints = 0
        self._assisted = False
        self._in_view = False  # the step's command, just above
        self._tried = False  # and failed: what that did is still there
        self._typed: CommandResult | None = None  # what the student did in the terminal last
        self._shown_at = time.monotonic()
        self._guesses: dict[str, str] = {}  # by step; empty when the student would not guess

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
        except keys.Leave:
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
                raise keys.Leave
            self._tutor.switch_language()
            self._view.lesson_opens(number, total, self._lesson, self._words)
        return None

    # --- steps ---

    def _practise(self, lock: int, resume: str | None) -> None:
        run = engine.LessonRun(self._course, self._lesson, self._values, self._seat, lock)
        try:
            with signals.resizing(lambda: run.resize(*screen_size())):
                self._steps(run, resume)
        finally:
            self._put_back(run)

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
            run.skip_to(resume)
        while len(run.done) < len(self._lesson.steps):
            self._step(run, self._lesson.steps[len(run.done)])

    def _step(self, run: engine.LessonRun, step: Step) -> None:
        """Show a step and do what the student wants until it is done, or another step is current."""
        self._hints, self._assisted, self._tried, self._shown_at = 0, False, False, time.monotonic()
        before = len(run.done)
        self._notebook.place(Place(self._lesson.id, step.id))
        self._show(run, step)
        while len(run.done) == before:
            key = self._tutor.ask(list(self._offered(run, step)))
            self._actions(run, step)[key]()
            self._in_view = False

    def _offered(self, run: engine.LessonRun, step: Step) -> Iterator[str]:
        """The keys worth showing now."""
        yield from ("enter", "type", "hint", "free")
        if run.done or self._tried:
            yield "undo" if self._tried else "back"
        yield "why" if self._step_words(step).why else "xray"
        yield from ("keys", "quit")

    def _step_words(self, step: Step) -> StepWords:
        return self._words.steps[step.id]

    def _actions(self, run: engine.LessonRun, step: Step) -> dict[str, Callable[[], object]]:
        return {
            keys.ENTER: lambda: self._run(run, step),
            "t": lambda: self._type(run, step),
            "f": lambda: self._wander(run, step),
            "h": lambda: self._hint(run, step),
            "b": lambda: self._back(run, step),
            "x": lambda: self._xray(run, step),
            "w": lambda: self._tutor.why(self._step_words(step)),
            "p": lambda: self._guess(step),
            "l": lambda: self._switch(run, step),
            "?": self._tutor.keys,
            "q": self._leave,
        }

    def _show(self, run: engine.LessonRun, step: Step) -> None:
        self._in_view = True
        self._view.step_opens(
            self._index(step), len(self._lesson.steps), step, self._step_words(step), run.command(step), step.at
        )

    def _index(self, step: Step) -> int:
        return self._lesson.steps.index(step) + 1

    def _remind(self, run: engine.LessonRun, step: Step) -> None:
        self._tutor.remind(step.at, run.command(step))

    def _guess(self, step: Step) -> None:
        if step.predict:
            self._guesses[step.id] = self._tutor.guess(step.predict.kind)
        else:
            self._tutor.say("no-guess")

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
        self._tutor.your_turn(step.at, "" if self._in_view else run.command(step))
        result = run.perform_typed(step, lambda: self._hand_over(run, one_command=True))
        if result is None:
            self._tutor.nothing_typed()
            self._mend(run, step)
            return
        typed = self._typed.command if self._typed else ""
        self._close(run, step, result, nearmiss.remarks(result.command.command, typed) if typed else ())

    def _wander(self, run: engine.LessonRun, step: Step) -> None:
        """The free shell. Whoever does there what the step is about, as the kernel sees it, has done the step."""
        self._tutor.say("free")
        if run.is_at(step.at) and any(check.kind != "output" for check in step.checks):
            result = run.perform_typed(step, lambda: self._hand_over(run, one_command=False), wait=False)
        else:
            result = None
            self._hand_over(run, one_command=False)
        self._tutor.welcome_back(self._index(step), len(self._lesson.steps), self._step_words(step))
        if result and result.outcome is Outcome.PASSED:
            self._tutor.good("done-already")
            self._close(run, step, result)
        else:
            self._mend(run, step)
            self._remind(run, step)

    def _hand_over(self, run: engine.LessonRun, *, one_command: bool) -> CommandResult | None:
        sys.stdout.flush()
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key, and goes to the lab
            self._typed = handover.hand_over(
                run.lab.terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=one_command
            )
        run.resize(*screen_size())
        self._tutor.takes_over()
        return self._typed

    def _close(
        self, run: engine.LessonRun, step: Step, result: StepResult, remarks: tuple[nearmiss.Remark, ...] = ()
    ) -> None:
        guess = self._guesses.get(step.id, "")
        self._view.step_closes(result, step, self._step_words(step), why=False, guess=guess)
        self._write_down(step, result, guess)
        if result.outcome is not Outcome.PASSED:
            self._tried = True
            if step in run.done:
                run.done.remove(step)
            self._tutor.not_yet(result, remarks)
            if run.is_at(step.at):
                self._tutor.say("what-now")
            else:
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
        """Where the lab's shell was lost or left, say where the terminal is and offer a fresh lab at the same step."""
        if run.is_at(step.at):
            return
        self._tutor.elsewhere(step.at, run.lab.place(), _program(run))
        if self._tutor.restart():
            self._restart(run)

    def _restart(self, run: engine.LessonRun) -> None:
        run.restart()
        self._tried = False
        self._tutor.good("restarted")

    def _hint(self, run: engine.LessonRun, step: Step) -> None:
        hints = self._step_words(step).hints
        if self._hints < len(hints):
            self._tutor.hint(hints[self._hints], self._hints + 1, len(hints))
            self._hints += 1
        elif self._tutor.do_it_for_me():
            self._assisted = True
            self._run(run, step)

    def _back(self, run: engine.LessonRun, step: Step) -> None:
        """Undo what is newest: a try that failed, or else the step before."""
        if self._tried:
            run.restart()
            self._tried = False
            self._tutor.good("undone-try")
            self._remind(run, step)
        elif run.done:
            run.step_back()
            self._tutor.good("undone")
        else:
            self._tutor.say("first")

    def _xray(self, run: engine.LessonRun, step: Step) -> None:
        found = xray.take(self._seat)
        if found:
            page(self._view.face, found)
            self._remind(run, step)
        else:
            self._tutor.say("no-xray")

    def _switch(self, run: engine.LessonRun, step: Step) -> None:
        self._tutor.switch_language()
        self._show(run, step)

    def _leave(self) -> None:
        raise keys.Leave


def _program(run: engine.LessonRun) -> str:
    """The command line in the foreground of the terminal; empty when it is gone."""
    try:
        return kernel.command(run.lab.terminal.foreground())
    except (Ended, OSError):
        return ""
