"""One lesson before a class: the instructor's keys, the live terminal, what the class sees, and a lab that follows."""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial

from runner.course.render import Values
from runner.engine import lesson_run
from runner.host import capability
from runner.lab import signals, xray
from runner.lab.terminal import Ended, Terminal, Withdrawn
from runner.records.course import Course, Lesson, LessonWords, Step
from runner.records.errors import Dirty
from runner.records.options import Options
from runner.records.results import LessonResult, Outcome
from runner.screen import free_shell, keys
from runner.screen.xray_page import page
from runner.teacher.clicker import Remote
from runner.teacher.position import Position
from runner.teacher.stage import Stage
from runner.teacher.typist import Watched

BLANK = (".", "k")


class Leave(Exception):
    """The instructor wants to go; or a rehearsal has failed."""


class Lecture:
    """One lesson before a class."""

    def __init__(  # noqa: PLR0917 -- what a lecture needs
        self, course: Course, lesson: Lesson, values: Values, stage: Stage, remote: Remote, options: Options
    ) -> None:
        self._lesson = lesson
        self._stage = stage
        self._remote = remote
        self._options = options
        self._pace = math.inf if stage.plain else options.speed
        self._course = course
        self._values = values
        self._run: lesson_run.LessonRun
        self._position: Position
        self._since = time.time()
        self._open_page: Step | None = None  # the step whose page is up, and nothing more
        self._prompted = False  # the terminal's prompt is on a page already
        self._state = "opening"
        self._opening: Callable[[], None]
        self._moves: dict[str, Callable[[], str]] = {
            keys.ENTER: self._next,
            keys.BACK: self._back,
            "g": self._go,
            "r": self._restart,
            "f": self._free,
            "l": self._switch,
        }
        self._answers: dict[str, Callable[[], None]] = {
            **dict.fromkeys(BLANK, self._blank),
            keys.END: self._ask_to_leave,
            "e": self._explain,
            "x": self._xray,
            "?": lambda: stage.help(remote.key),
            keys.RESIZED: stage.repaint,
        }
        self._checks: tuple[int, int] = (0, 0)
        self.failed = self.left = self.skipped = False

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._stage.view.language]

    @property
    def _shown(self) -> Step | None:
        """The step that the screen shows; none on a lesson's first page."""
        if self._state == "opening":
            return None
        return self._run.done[-1] if self._state == "done" and self._run.done else self._position.step

    def give(self, lock: int, number: int, total: int) -> bool:
        """From the first page to the rollback. Returns whether the lesson is to be given again."""
        self._opening = lambda: self._stage.lesson(number, total, self._lesson, self._words)
        self._opening()
        missing = capability.missing(self._lesson.requires)
        if missing:
            self.skipped = True
            self._stage.view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=missing))
            return self._closing()
        self._run = lesson_run.LessonRun(self._course, self._lesson, self._values, self._options.seat, lock)
        self._run.term = os.environ.get("TERM", "dumb")
        self._position = Position(self._run)
        try:
            with self._screen():
                self._teach()
        except Leave:
            self.left = True
        finally:
            self._put_back()
        return not self.left and self._closing()

    def _put_back(self) -> None:
        with signals.unstoppable():
            rollback = self._run.finish()  # first, for the screen may be gone
            self._stage.leaves(self._lesson, self._words)
            self._stage.view.rolled_back(rollback)
        if not rollback.clean:
            raise Dirty("dirty", count=len(rollback.leftovers))

    def _closing(self) -> bool:
        """After the rollback: on, once more, or away."""
        self._stage.closed()
        while (key := self._remote.key()) not in (keys.ENTER, "r", keys.END):
            pass
        self.left = key == keys.END
        return key == "r"

    def _teach(self) -> None:
        self._run.start()
        self._remote.forget()
        self._stage.ready()
        key = self._wait("opening")
        while not (key == keys.ENTER and self._position.step is None):
            key = self._moves[key]()  # each gives the key that is pressed next

    def _wait(self, state: str, terminal: Terminal | None = None) -> str:
        """The next key that changes where the lesson is; the others are answered here."""
        self._state = state
        while True:
            self._tell()
            key = self._remote.key(terminal, self._stage.echo)
            if key in self._answers:
                self._answers[key]()
            elif key in self._moves:
                return key

    def _ask_to_leave(self) -> None:
        if self._stage.may_leave(self._remote.key):
            raise Leave

    def _blank(self) -> None:
        self._tell(blank=True)
        self._stage.blank(self._remote.key)

    def _explain(self) -> None:
        step = self._shown or self._position.step
        if step:
            self._stage.explanation(self._words.steps[step.id], self._remote.key)

    def _xray(self) -> None:
        found = xray.take(self._options.seat)
        if found:
            self._stage.over(lambda face: page(face, found), self._remote.key)

    def _tell(self, *, blank: bool = False) -> None:
        """Let the presenter view know."""
        step = self._shown
        stage = {
            "step": step.id if step else "",
            "state": self._state,
            "checks": self._checks,
            "blank": blank,
            "values": dict(self._values),
        }
        self._run.lab.tell(since=self._since, stage=stage)

    def _opened(self) -> str:
        """Show the current step's page, and wait."""
        self._open()
        return self._wait("opened", self._run.lab.terminal)

    def _open(self) -> None:
        """The current step's page, with the lab where the step belongs: if it is not, it is put there silently."""
        step = self._position.step
        if self._prompted:
            with suppress(Ended):
                self._run.lab.terminal.clear_line()
        if self._position.astray:
            self._stage.moment()
            self._position.settle()
        if step:
            self._stage.step(self._lesson, self._words, step, self._run.command(step))
        self._open_page, self._prompted = step, step is not None

    def _next(self) -> str:
        """Type the current step, run it, show what came of it."""
        step = self._position.step
        assert step is not None, "the lesson is over"
        if self._open_page is not step:
            self._open()
        self._open_page = None
        typist = Watched(self._pace, self._stage.echo, self._may_run, self._remote.keyboard)
        try:
            result = self._run.perform(step, self._stage.output, typist)
        except Withdrawn as withdrawn:
            self._prompted = False
            return str(withdrawn.args[0])
        self._remote.forget()
        self._prompted = False
        self._checks = sum(check.outcome is Outcome.PASSED for check in result.checks), len(result.checks)
        self._stage.closes(result, step)
        return self._wait("done") if result.outcome is Outcome.PASSED else self._missed(step)

    def _may_run(self) -> None:
        """The command is on the screen; it runs when the instructor says so."""
        key = self._wait("typed", self._run.lab.terminal)
        if key != keys.ENTER:
            raise Withdrawn(key)
        self._state = "running"
        self._tell()

    def _missed(self, step: Step) -> str:
        """The step did not do as it should: it is not done, and the lab cannot be trusted."""
        self._position.missed(step)
        self.failed = True
        if self._options.autoplay is not None:
            raise Leave
        return self._wait("failed")

    def _back(self) -> str:
        if not self._run.done:
            return self._stay()
        self._stage.moment()
        self._position.back()
        return self._opened()

    def _restart(self) -> str:
        return self._to(1)

    def _go(self) -> str:
        """To the step whose number is typed."""
        number = partial(self._remote.number, self._stage.digit)
        chosen = self._stage.choice(self._lesson, self._words, len(self._run.done), number)
        if chosen is None or not 1 <= chosen <= len(self._lesson.steps):
            return self._stay()
        return self._to(chosen)

    def _to(self, number: int) -> str:
        self._stage.moment()
        self._position.go(number)
        self._prompted = False
        return self._opened()

    def _free(self) -> str:
        """The keyboard goes to the live terminal. What is broken there is mended without a word."""
        terminal = self._run.lab.terminal
        before = self._position.facts()
        self._stage.free()
        with suppress(Ended):
            if self._prompted:
                terminal.clear_line()
            free_shell.hand_over(terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=False)
            terminal.clear_line()
        self._prompted = False
        self._fit()
        self._position.stale = self._position.stale or self._position.facts() != before
        return self._opened() if self._position.step else self._wait("done")

    def _switch(self) -> str:
        self._stage.view.switch_language()
        if self._state in ("opened", "typed"):
            return self._opened()
        if self._state == "opening":
            self._opening()
            self._stage.ready()
        return self._wait(self._state)

    def _stay(self) -> str:
        """Nothing was to be done: the page as it was. A command that waited there has been cleared."""
        if self._state == "typed":
            return self._opened()
        return self._wait(self._state, self._run.lab.terminal if self._state == "opened" else None)

    @contextmanager
    def _screen(self) -> Iterator[None]:
        """The lab's terminal is as large as the screen, and follows it; Ctrl-C is for what runs in it."""
        self._fit()
        forwarding = signals.forwarding(self._interrupt) if self._options.autoplay is None else nullcontext()
        with signals.resizing(self._resized), forwarding:
            yield

    def _fit(self) -> None:
        self._run.resize(*shutil.get_terminal_size((80, 24)))

    def _resized(self) -> None:
        self._fit()
        self._remote.resized()

    def _interrupt(self) -> None:
        if self._state == "running":
            self._run.interrupt()
