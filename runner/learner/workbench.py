"""The steps of one lesson with one student, in the live terminal that both share: run for, typed by, or wandered to."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

from runner.course import prediction
from runner.engine.lesson_run import LessonRun
from runner.host import kernel
from runner.lab import signals, xray
from runner.lab.terminal import Ended
from runner.learner import near_miss
from runner.learner.notebook import Notebook
from runner.learner.progress import Place
from runner.learner.tutor import Tutor
from runner.records.course import Step, StepWords
from runner.records.results import CommandResult, Outcome, StepResult
from runner.screen import free_shell, keys
from runner.screen.choose import screen_size
from runner.screen.xray_page import page


class Workbench:
    def __init__(self, run: LessonRun, tutor: Tutor, notebook: Notebook, seat: str) -> None:
        self._run = run
        self._lesson = run.lesson
        self._tutor = tutor
        self._view = tutor.view
        self._notebook = notebook
        self._seat = seat
        self._hints = 0
        self._assisted = False
        self._in_view = False  # the step's command, just above
        self._typed: CommandResult | None = None  # what the student did in the terminal last
        self._shown_at = time.monotonic()
        self._guesses: dict[str, str] = {}  # by step; empty when the student would not guess

    def finish_lesson(self) -> None:
        """Every step from the current one on. Raises keys.Leave."""
        while step := self._run.current:
            self._step(step)

    def _step(self, step: Step) -> None:
        """Show a step and do what the student wants until it is done, or another step is current."""
        self._hints, self._assisted, self._shown_at = 0, False, time.monotonic()
        self._notebook.place(Place(self._lesson.id, step.id))
        self._show(step)
        while self._run.current is step:
            key = self._tutor.ask(list(self._offered(step)))
            self._actions(step)[key]()
            self._in_view = False

    def _offered(self, step: Step) -> Iterator[str]:
        """The keys worth showing now."""
        yield from ("enter", "type", "hint", "free")
        if self._run.done or self._run.disturbed:
            yield "undo" if self._run.disturbed else "back"
        yield "why" if self._step_words(step).why else "xray"
        yield from ("keys", "quit")

    def _step_words(self, step: Step) -> StepWords:
        return self._lesson.words[self._view.language].steps[step.id]

    def _actions(self, step: Step) -> dict[str, Callable[[], object]]:
        return {
            keys.ENTER: lambda: self._do(step),
            "t": lambda: self._type(step),
            "f": lambda: self._wander(step),
            "h": lambda: self._hint(step),
            "b": lambda: self._back(step),
            "x": lambda: self._xray(step),
            "w": lambda: self._tutor.why(self._step_words(step)),
            "p": lambda: self._guess(step),
            "l": lambda: self._switch(step),
            "?": self._tutor.keys,
            "q": self._leave,
        }

    def _show(self, step: Step) -> None:
        self._in_view = True
        self._view.step_opens(
            self._index(step), len(self._lesson.steps), step, self._step_words(step), self._run.command(step), step.at
        )

    def _index(self, step: Step) -> int:
        return self._lesson.steps.index(step) + 1

    def _remind(self, step: Step) -> None:
        self._tutor.remind(step.at, self._run.command(step))

    def _guess(self, step: Step) -> None:
        if step.predict:
            self._guesses[step.id] = self._tutor.guess(step.predict.kind)
        else:
            self._tutor.say("no-guess")

    def _guess_once(self, step: Step) -> None:
        """Before a step runs; after stepping back only the key asks again."""
        if step.predict and step.id not in self._guesses:
            self._guess(step)

    def _do(self, step: Step) -> None:
        self._guess_once(step)
        with signals.forwarding(self._run.interrupt):
            self._close(step, self._run.perform(step, self._view.output))

    def _type(self, step: Step) -> None:
        self._guess_once(step)
        self._tutor.your_turn(step.at, "" if self._in_view else self._run.command(step))
        result = self._run.perform_typed(step, lambda: self._hand_over(step, one_command=True))
        if result is None:
            self._tutor.nothing_typed()
            self._mend(step)
            return
        typed = self._typed.command if self._typed else ""
        self._close(step, result, near_miss.remarks(result.command.command, typed) if typed else ())

    def _wander(self, step: Step) -> None:
        """The free shell. Whoever does there what the step is about, as the kernel sees it, has done the step."""
        self._tutor.say("free")
        if self._run.is_at(step.at) and any(check.kind != "output" for check in step.checks):
            result = self._run.perform_typed(step, lambda: self._hand_over(step, one_command=False), meant=False)
        else:
            result = None
            self._hand_over(step, one_command=False)
        self._tutor.welcome_back(self._index(step), len(self._lesson.steps), self._step_words(step))
        if result and result.outcome is Outcome.PASSED:
            self._tutor.good("done-already")
            self._close(step, result)
        else:
            self._mend(step)
            self._remind(step)

    def _hand_over(self, step: Step, *, one_command: bool) -> CommandResult | None:
        sys.stdout.flush()
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key, and goes to the lab
            self._typed = free_shell.hand_over(
                self._run.terminal(step.at), sys.stdin.fileno(), sys.stdout.fileno(), one_command=one_command
            )
        self._run.resize(*screen_size())
        self._tutor.takes_over()
        return self._typed

    def _close(self, step: Step, result: StepResult, remarks: tuple[near_miss.Remark, ...] = ()) -> None:
        guess = self._guesses.get(step.id, "")
        self._view.step_closes(result, step, self._step_words(step), why=False, guess=guess)
        self._write_down(step, result, guess)
        if result.outcome is not Outcome.PASSED:
            self._tutor.not_yet(result, remarks)
            if self._run.is_at(step.at):
                self._tutor.say("what-now")
            else:
                self._mend(step)

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

    def _mend(self, step: Step) -> None:
        """Where the lab's shell was lost or left, say where the terminal is and offer a fresh lab at the same step."""
        if self._run.is_at(step.at):
            return
        self._tutor.elsewhere(step.at, self._run.lab.place(), self._program())
        if self._tutor.restart():
            self._restart()

    def _restart(self) -> None:
        self._run.restart()
        self._tutor.good("restarted")

    def _hint(self, step: Step) -> None:
        hints = self._step_words(step).hints
        if self._hints < len(hints):
            self._tutor.hint(hints[self._hints], self._hints + 1, len(hints))
            self._hints += 1
        elif self._tutor.do_it_for_me():
            self._assisted = True
            self._do(step)

    def _back(self, step: Step) -> None:
        """Undo what is newest: a try that failed, or else the step before."""
        if self._run.disturbed:
            self._run.restart()
            self._tutor.good("undone-try")
            self._remind(step)
        elif self._run.done:
            self._run.step_back()
            self._tutor.good("undone")
        else:
            self._tutor.say("first")

    def _xray(self, step: Step) -> None:
        found = xray.take(self._seat)
        if found:
            page(self._view.face, found)
            self._remind(step)
        else:
            self._tutor.say("no-xray")

    def _switch(self, step: Step) -> None:
        self._tutor.switch_language()
        self._show(step)

    def _leave(self) -> None:
        raise keys.Leave

    def _program(self) -> str:
        """The command line in the foreground of the terminal; empty when it is gone."""
        try:
            return kernel.command(self._run.terminal().foreground())
        except (Ended, OSError):
            return ""
