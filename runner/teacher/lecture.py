"""One lesson before a class: the instructor's keys, the live terminal, what the class sees, and a lab that follows."""

from __future__ import annotations

import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from typing import NamedTuple

from runner.engine.lab_run import Typed, Window
from runner.engine.lesson_run import LessonRun
from runner.engine.seat import Seat, missing
from runner.lab import signals, xray
from runner.lab.terminal import Ended, Terminal
from runner.records.course import Lesson, LessonWords, Step
from runner.records.options import Options
from runner.records.results import LessonResult, Outcome, Rollback
from runner.screen import free_shell, keys
from runner.screen.watch import Paint
from runner.screen.xray_page import page
from runner.teacher.clicker import Remote
from runner.teacher.stage import Stage, State
from runner.teacher.typist import Watched


class Key(NamedTuple):
    """What an instructor may press: the keys as people know them, those that arrive, and what they do."""

    shown: str
    pressed: tuple[str, ...]
    name: str  # of its sentence in the help; empty for the help itself
    act: Callable[[Lecture], None]
    moves: bool = False  # whether a command that is typed and waits is withdrawn first


class Lecture:
    """One lesson before a class: a loop that waits for a key and does what the key says."""

    def __init__(self, seat: Seat, lesson: Lesson, stage: Stage, remote: Remote, options: Options) -> None:
        self._seat = seat
        self._lesson = lesson
        self._stage = stage
        self._remote = remote
        self._rehearsal = options.autoplay is not None
        self._pace = math.inf if stage.plain else options.speed
        self._run: LessonRun
        self._since = time.time()
        self._number, self._total = 1, 1  # of this lesson, of how many
        self._state = State.OPENING
        self._open_page: Step | None = None  # the step whose page is up, and nothing more
        self._typed: Typed | None = None  # its command is on the terminal and waits for Enter
        self._prompted = False  # whether the terminal's prompt is on a page already
        self._checks: tuple[int, int] = (0, 0)
        self._over = self._again = False
        self.failed = self.left = self.skipped = False

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._stage.view.language]

    @property
    def _shown(self) -> Step | None:
        """The step that the screen shows; none on a lesson's first page."""
        if self._state is State.OPENING:
            return None
        return self._run.done[-1] if self._state is State.DONE and self._run.done else self._run.current

    def give(self, number: int, total: int) -> bool:
        """Give the lesson from its first page to the rollback. Return whether it is to be given again."""
        self._number, self._total = number, total
        self._first_page()
        lacks = missing(self._lesson)
        if lacks:
            self.skipped = True
            self._stage.view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=lacks))
        else:
            window = Window(*shutil.get_terminal_size((80, 24)), os.environ.get("TERM", "dumb"))
            with self._seat.lesson(self._lesson, self._put_back, window) as self._run, self._screen():
                self._teach()
        if not self.left:
            self._closing()
        return self._again

    def _put_back(self, rollback: Rollback) -> None:
        self._stage.leaves(self._lesson, self._words)
        self._stage.view.rolled_back(rollback)

    def _closing(self) -> None:
        """After the rollback: on, once more, or away."""
        self._stage.closed()
        while (key := self._remote.key()) not in (keys.ENTER, "r", keys.END):
            pass
        self.left = key == keys.END
        self._again = key == "r"

    def _teach(self) -> None:
        self._remote.forget()
        self._stage.ready()
        self._enter(State.OPENING)
        while not self._over:
            pressed = self._remote.key(self._live(), self._stage.echo)
            if pressed == keys.RESIZED:
                self._stage.repaint()
            elif key := BY_KEY.get(pressed):
                if key.moves:
                    self._withdraw()
                key.act(self)

    def _live(self) -> Terminal | None:
        """Return the terminal that has something to show while a key is waited for."""
        return self._terminal() if self._state in (State.OPENED, State.TYPED) else None

    def _terminal(self) -> Terminal:
        step = self._run.current
        return self._run.terminal(step.at if step else "host")

    def _enter(self, state: State) -> None:
        """Be in another state, and let the presenter view know."""
        self._state = state
        self._tell()

    def _tell(self, *, blank: bool = False) -> None:
        step = self._shown
        stage = {
            "step": step.id if step else "",
            "state": self._state,
            "checks": self._checks,
            "blank": blank,
            "values": dict(self._run.values),
        }
        self._run.lab.tell(since=self._since, stage=stage)

    # --- one step: its page, its command, its evidence ---

    def next(self) -> None:
        """Run what is typed; else type the next step; after the last one the lesson is over."""
        if self._typed:
            self._go(self._typed)
        elif self._run.current is None:
            self._over = True
        else:
            self._type(self._run.current)

    def _type(self, step: Step) -> None:
        if self._open_page is not step:
            self._open()
        self._open_page = None
        self._prompted = False
        typist = Watched(self._pace, self._stage.echo, self._remote.keyboard)
        self._typed = self._run.type(step, self._stage.output, typist)
        self._enter(State.TYPED)

    def _go(self, typed: Typed) -> None:
        """Run what is typed, and show what came of it."""
        self._enter(State.RUNNING)
        result = self._run.go(typed)
        self._typed = None
        self._remote.forget()
        self._checks = sum(check.outcome is Outcome.PASSED for check in result.checks), len(result.checks)
        self._stage.closes(result, typed.step)
        if result.outcome is Outcome.PASSED:
            self._enter(State.DONE)
        else:
            self.failed = True
            self._enter(State.FAILED)
            self._over = self.left = self._rehearsal

    def _withdraw(self) -> None:
        """Take back a command that is typed and waits."""
        if self._typed and self._typed.command:
            with suppress(Ended):
                self._typed.command.withdraw()
        self._typed = None

    def _opened(self) -> None:
        """Show the current step's page, and wait."""
        self._open()
        self._enter(State.OPENED)

    def _open(self) -> None:
        """Show the current step's page, with the lab where the step belongs: if it is not, it is put there silently."""
        step = self._run.current
        if self._prompted:
            with suppress(Ended):
                self._terminal().clear_line()
        if self._run.astray:
            self._stage.moment()
            self._run.restart()
        if step:
            self._stage.step(self._lesson, self._words, step, self._run.command(step))
        self._open_page, self._prompted = step, step is not None

    # --- elsewhere in the lesson ---

    def back(self) -> None:
        """Undo the last step for real."""
        if not self._run.done:
            self._stay()
            return
        self._stage.moment()
        self._run.step_back()
        self._opened()

    def restart(self) -> None:
        """Go to the first step."""
        self._to(1)

    def go(self) -> None:
        """Go to the step whose number is typed."""
        chosen = self._ask_number()
        if chosen is None or not 1 <= chosen <= len(self._lesson.steps):
            self._stay()
        else:
            self._to(chosen)

    def _to(self, number: int) -> None:
        self._stage.moment()
        self._run.go_to(number)
        self._prompted = False
        self._opened()

    def _stay(self) -> None:
        """Leave the page as it was. A command that waited on it has been withdrawn: then the page is made anew."""
        if self._state is State.TYPED:
            self._opened()

    def free(self) -> None:
        """Give the keyboard to the live terminal. What is broken there is mended without a word."""
        terminal = self._terminal()
        before = self._run.condition()
        self._stage.free()
        with suppress(Ended):
            if self._prompted:
                terminal.clear_line()
            free_shell.hand_over(terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=False)
            terminal.clear_line()
        self._prompted = False
        self._fit()
        self._run.disturbed = self._run.disturbed or self._run.condition() != before
        if self._run.current:
            self._opened()
        else:
            self._enter(State.DONE)

    def switch(self) -> None:
        """Speak the next language."""
        self._stage.view.switch_language()
        if self._state in (State.OPENED, State.TYPED):
            self._opened()
        elif self._state is State.OPENING:
            self._first_page()
            self._stage.ready()

    def _first_page(self) -> None:
        self._stage.lesson(self._number, self._total, self._lesson, self._words)

    # --- pages over the page ---

    def help(self) -> None:
        """Show every key."""
        self._show_over(self._stage.help([(key.shown, key.name) for key in KEYS]))

    def explain(self) -> None:
        """Show all that a student would read about the step."""
        step = self._shown or self._run.current
        if step:
            self._show_over(self._stage.explanation(self._words.steps[step.id]))

    def xray(self) -> None:
        """Show the container from inside and outside."""
        found = xray.take(self._seat.name)
        if found:
            self._show_over(lambda face: page(face, found))

    def blank(self) -> None:
        """Show nothing until a key."""
        self._tell(blank=True)
        if not self._stage.plain:
            with self._stage.overlay():
                while self._remote.key() == keys.RESIZED:
                    pass
        self._tell()

    def leave(self) -> None:
        """Leave when the same key, or yes, comes again."""
        answer = self._show_over(self._stage.leaving) or self._remote.key()
        self._over = self.left = self._stage.is_yes(answer)

    def _show_over(self, paint: Paint) -> str:
        """Show another page over this one, screen by screen while “next” is pressed; then this one is there again.

        Return the key that ended it; empty in plain mode, where nothing can be over anything and nobody waits.
        """
        if self._stage.plain:
            paint(self._stage.view.face)
            return ""
        pressed = keys.RESIZED
        with self._stage.overlay():
            while pressed == keys.RESIZED:
                for screen in self._stage.screens(paint):
                    self._stage.put(screen)
                    pressed = self._remote.key()
                    if pressed != keys.ENTER:
                        break
        return pressed

    def _ask_number(self) -> int | None:
        """Show every step with its number, and return the number that is typed."""
        with self._stage.overlay():
            self._stage.choice(self._lesson, self._words, len(self._run.done))
            return self._remote.number(self._stage.digit)

    # --- the screen ---

    @contextmanager
    def _screen(self) -> Iterator[None]:
        """The lab's terminal is as large as the screen, and follows it; Ctrl-C is for what runs in it."""
        self._fit()
        forwarding = nullcontext() if self._rehearsal else signals.forwarding(self._interrupt)
        with signals.resizing(self._resized), forwarding:
            yield

    def _fit(self) -> None:
        self._run.resize(*shutil.get_terminal_size((80, 24)))

    def _resized(self) -> None:
        self._fit()
        self._remote.resized()

    def _interrupt(self) -> None:
        if self._state is State.RUNNING:
            self._run.interrupt()


KEYS = (
    Key("Enter Space PgDn →", (keys.ENTER,), "next", Lecture.next),
    Key("b PgUp ←", (keys.BACK,), "back", Lecture.back, moves=True),
    Key("g", ("g",), "go", Lecture.go, moves=True),
    Key("r", ("r",), "restart", Lecture.restart, moves=True),
    Key("f", ("f",), "free", Lecture.free, moves=True),
    Key("e", ("e",), "explain", Lecture.explain),
    Key("x", ("x",), "xray", Lecture.xray),
    Key(". k", (".", "k"), "blank", Lecture.blank),
    Key("l", ("l",), "language", Lecture.switch, moves=True),
    Key("?", ("?",), "", Lecture.help),
    Key("q", (keys.END,), "quit", Lecture.leave),
)
BY_KEY = {pressed: key for key in KEYS for pressed in key.pressed}
