"""One lesson before a class: the instructor's keys, the live terminal, what the class sees, and a lab that follows."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType

from runner import capability, engine, handover, keys, signals, xray
from runner.errors import Dirty
from runner.language import LANGUAGES, install
from runner.model import Course, Lesson, LessonResult, LessonWords, Outcome, Step
from runner.options import Options
from runner.remote import Clicker, Remote
from runner.render import Values
from runner.terminal import Ended, Terminal, Withdrawn
from runner.typist import Watched
from runner.view.stage import Stage
from runner.view.xray import page

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
        self._course = course
        self._values = values
        self._run: engine.LessonRun
        self._since = time.time()
        self._open_page: Step | None = None  # the step whose page is up, and nothing more
        self._prompted = False  # the terminal's prompt is on a page already
        self._stale = False  # a step went wrong: the lab may be anyhow
        self._running = False
        self._state = "opening"
        self._checks: tuple[int, int] = (0, 0)
        self.failed = self.left = self.skipped = False

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._stage.view.language]

    @property
    def _step(self) -> Step | None:
        """The step that comes next; None when all are done."""
        done = len(self._run.done)
        return self._lesson.steps[done] if done < len(self._lesson.steps) else None

    def give(self, lock: int, number: int, total: int) -> bool:
        """From the first page to the rollback. Returns whether the lesson is to be given again."""
        self._stage.lesson(number, total, self._lesson, self._words)
        missing = capability.missing(self._lesson.requires)
        if missing:
            self.skipped = True
            self._stage.view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=missing))
            return self._closing()
        self._run = engine.LessonRun(self._course, self._lesson, self._values, self._options.seat, lock)
        try:
            with self._screen():
                self._teach(number, total)
        except Leave:
            self.left = True
        finally:
            self._put_back()
        return not self.left and self._closing()

    def _put_back(self) -> None:
        with signals.unstoppable():
            self._stage.leaves(self._lesson, self._words)
            rollback = self._run.finish()
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

    def _teach(self, number: int, total: int) -> None:
        self._run.term = os.environ.get("TERM", "dumb")
        self._run.start()
        self._stage.ready()
        moves = self._moves(lambda: self._stage.lesson(number, total, self._lesson, self._words))
        key = self._wait("opening")
        while not (key == keys.ENTER and self._step is None):
            key = moves[key]()

    def _moves(self, opening: Callable[[], None]) -> dict[str, Callable[[], str]]:
        """What each key does that changes where the lesson is. Each gives the key that is pressed next."""
        return {
            keys.ENTER: self._next,
            keys.BACK: self._back,
            "g": self._go,
            "r": self._restart,
            "f": self._free,
            "l": lambda: self._switch(opening),
        }

    # --- keys ---

    def _wait(self, state: str, terminal: Terminal | None = None) -> str:
        """The next key that changes where the lesson is; the others are answered here."""
        self._state = state
        answers = self._answers()
        while True:
            self._tell()
            key = self._remote.key(terminal, self._stage.echo)
            if key in answers:
                answers[key]()
            elif key == keys.END:
                if self._stage.may_leave(self._remote.key):
                    raise Leave
            elif key in (keys.ENTER, keys.BACK, "g", "r", "f", "l"):
                return key

    def _answers(self) -> dict[str, Callable[[], None]]:
        return {
            **dict.fromkeys(BLANK, self._blank),
            "e": self._explain,
            "x": self._xray,
            "?": lambda: self._stage.keys(self._remote.key),
        }

    def _blank(self) -> None:
        self._tell(blank=True)
        self._stage.blank(self._remote.key)

    def _explain(self) -> None:
        step = self._run.done[-1] if self._state == "done" else self._step
        if step:
            self._stage.explanation(self._words.steps[step.id], self._remote.key)

    def _xray(self) -> None:
        found = xray.take(self._options.seat)
        if found:
            self._stage.over(lambda face: page(face, found), self._remote.key)

    def _tell(self, *, blank: bool = False) -> None:
        """Let the presenter view know."""
        step = self._step
        self._run.lab.tell(
            step.id if step else "",
            self._since,
            lang=self._stage.view.language,
            state=self._state,
            checks=self._checks,
            blank=blank,
            values=dict(self._values),
        )

    # --- moves ---

    def _opened(self) -> str:
        """Show the current step's page, and wait."""
        self._open()
        return self._wait("opened", self._run.lab.terminal)

    def _open(self) -> None:
        """The current step's page, with the lab where the step belongs: if it is not, it is put there silently."""
        step = self._step
        if self._prompted:
            with suppress(Ended):
                self._run.lab.terminal.clear_line()
        if self._stale or (step and not self._run.is_at(step.at)):
            self._replay()
        if step:
            self._stage.step(self._lesson, self._words, step, self._run.command(step))
        self._open_page, self._prompted = step, step is not None

    def _replay(self) -> None:
        self._stage.moment()
        self._run.restart()
        self._stale = self._prompted = False

    def _next(self) -> str:
        """Type the current step, run it, show what came of it."""
        step = self._step
        assert step is not None, "the lesson is over"
        if self._open_page is not step:
            self._open()
        self._open_page = None
        typist = Watched(self._pace(), self._stage.echo, self._may_run, self._remote.keyboard)
        try:
            result = self._run.perform(step, self._stage.output, typist)
        except Withdrawn as withdrawn:
            self._prompted = False
            return str(withdrawn.args[0])
        finally:
            self._running = False
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
        self._running = True
        self._state = "running"
        self._tell()

    def _missed(self, step: Step) -> str:
        """The step did not do as it should: it is not done, and the lab cannot be trusted."""
        self._run.done = [done for done in self._run.done if done is not step]
        self.failed = self._stale = True
        if self._options.autoplay is not None:
            raise Leave
        return self._wait("failed")

    def _back(self) -> str:
        if not self._run.done:
            return self._stay()
        self._stage.moment()
        if self._stale:
            self._run.done.pop()
        else:
            self._run.step_back()
        self._prompted = False
        return self._opened()

    def _restart(self) -> str:
        self._run.done.clear()
        self._stale = True
        return self._opened()

    def _go(self) -> str:
        """To the step whose number is typed."""
        chosen = self._stage.choice(self._lesson, self._words, len(self._run.done), self._number)
        if chosen is None or not 1 <= chosen <= len(self._lesson.steps):
            return self._stay()
        if chosen <= len(self._run.done):
            del self._run.done[chosen - 1 :]
            self._stale = True
        elif self._stale:
            self._replay()
        self._stage.moment()
        self._run.skip_to(self._lesson.steps[chosen - 1].id)
        self._prompted = False
        return self._opened()

    def _number(self) -> int | None:
        return self._remote.number(self._stage.digit) if isinstance(self._remote, Clicker) else None

    def _free(self) -> str:
        """The keyboard goes to the live terminal. What is broken there is mended without a word."""
        terminal = self._run.lab.terminal
        before = self._facts()
        self._stage.free()
        with suppress(Ended):
            if self._prompted:
                terminal.clear_line()
            handover.hand_over(terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=False)
            terminal.clear_line()
        self._prompted = False
        self._resized()
        self._stale = self._stale or self._facts() != before
        return self._opened() if self._step else self._wait("done")

    def _facts(self) -> object:
        """Where the terminal is, and which of the checks so far are true now."""
        with suppress(Ended, OSError):
            shell = self._run.lab.terminal.foreground()
            looks = [look for step in self._run.done for look in self._run.look(step, None, wait=False)]
            return shell, Path(f"/proc/{shell}/cwd").readlink(), [look.outcome for look in looks]
        return None

    def _switch(self, opening: Callable[[], None]) -> str:
        self._stage.view.language = next(name for name in LANGUAGES if name != self._stage.view.language)
        install(self._stage.view.language)
        if self._state in ("opened", "typed"):
            return self._opened()
        if self._state == "opening":
            opening()
            self._stage.ready()
        return self._wait(self._state)

    def _stay(self) -> str:
        """Nothing was to be done: the page as it was. A command that waited there has been cleared."""
        if self._state == "typed":
            return self._opened()
        return self._wait(self._state, self._run.lab.terminal if self._state == "opened" else None)

    def _pace(self) -> float:
        return float("inf") if self._stage.plain else self._options.speed

    # --- the screen ---

    @contextmanager
    def _screen(self) -> Iterator[None]:
        """The lab's terminal is as large as the screen, and follows it; Ctrl-C is for what runs in it."""
        before = signal.signal(signal.SIGWINCH, self._resized)
        self._resized()
        forwarding = signals.forwarding(self._interrupt) if self._options.autoplay is None else nullcontext()
        try:
            with forwarding:
                yield
        finally:
            signal.signal(signal.SIGWINCH, before)

    def _resized(self, *_: int | FrameType | None) -> None:
        size = shutil.get_terminal_size((80, 24))
        self._run.size = (size.columns, size.lines)
        if self._run.is_open:
            with suppress(Ended):
                self._run.lab.terminal.resize(*size)

    def _interrupt(self) -> None:
        if self._running:
            self._run.interrupt()
