"""One lesson before a class. The lecture waits for the instructor's keys and moves terminal, screen and lab."""

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
from runner.engine.seat import Seat
from runner.lab import signals, xray
from runner.lab.pseudo_terminal import Ended
from runner.lab.terminal import Terminal
from runner.messages.catalog import text
from runner.records.course import Lesson, Step
from runner.records.options import Options
from runner.records.results import LessonResult, Outcome, Rollback
from runner.records.words import LessonWords
from runner.screen import free_shell, keys
from runner.screen.repaint import Paint
from runner.screen.xray_page import page
from runner.teacher import around_steps
from runner.teacher.class_screen import Page, Stage, State
from runner.teacher.clicker import Remote
from runner.teacher.typist import Watched

REDRAWING = 0.3  # seconds in which a shell draws its line anew


class LectureKey(NamedTuple):
    """An action of the instructor: the names of its keys on the help page, the keys themselves, and the function."""

    shown: str
    pressed: tuple[str, ...]
    name: str  # selects its sentence on the help page; empty for the help itself
    act: Callable[[Lecture], None]
    moves: bool = False  # whether to take back first a command that is typed and waits


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
        self._number, self._total = 1, 1  # the place of this lesson among all that are given
        self._state = State.OPENING
        self._leaves = around_steps.after_steps(lesson)  # the pages after the last step
        self._leaf: int | None = None  # the number of the one that is shown
        self._last_step: Page = []  # the page before them
        self._open_page: Step | None = None  # the step whose page is shown, before its command is typed
        self._typed: Typed | None = None  # the command that stands on the terminal and waits for Enter
        self._prompted = False  # whether the page shows the terminal's prompt already
        self._checks: tuple[int, int] = (0, 0)  # how many passed, of how many, in the last step
        self._seen: set[str] = set()  # the steps whose commands ran before the class
        self._redrawn = 0.0  # until then the shell may be drawing its line anew, for a window of another size
        self._over = self._again = False
        self.failed = self.left = self.skipped = False

    @property
    def _words(self) -> LessonWords:
        return self._lesson.words[self._stage.view.language]

    @property
    def _shown(self) -> Step | None:
        """Return the step that the screen shows; None before the first and after the last."""
        if self._state is State.OPENING or self._leaf is not None:
            return None
        return self._run.done[-1] if self._state is State.DONE and self._run.done else self._run.current

    def give(self, number: int, total: int) -> bool:
        """Give the lesson from its first page to the rollback. Return whether it is to be given again."""
        self._number, self._total = number, total
        lacks = self._seat.missing(self._lesson)
        if lacks:
            self.skipped = True
            self._stage.view.skipped(LessonResult(self._lesson.id, Outcome.SKIPPED, 0.0, missing=lacks))
        else:
            self._introduction(waits=False)
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
        """Wait, after the rollback, for the key that says: next lesson, this one again, or leave."""
        self._stage.closed()
        while (key := self._remote.key()) not in (keys.ENTER, "r", keys.END):
            pass
        self.left = key == keys.END
        self._again = key == "r"

    def _teach(self) -> None:
        self._remote.forget()
        self._stage.ready()
        self._reads(State.OPENING)
        while not self._over:
            pressed = self._remote.key(self._live(), self._hear)
            if pressed == keys.RESIZED:
                self._stage.repaint()
            elif key := BY_KEY.get(pressed):
                if key.moves:
                    self._withdraw()
                key.act(self)

    def _live(self) -> Terminal | None:
        """Return the terminal that has something to show while a key is waited for."""
        return self._terminal() if self._state in (State.OPENED, State.TYPED) else None

    def _hear(self, data: bytes) -> None:
        """Show what the terminal shows by itself, but not that its shell draws again what the page has drawn."""
        if time.monotonic() > self._redrawn or not self._stage.column:
            self._stage.echo(data)

    def _terminal(self) -> Terminal:
        """Return the terminal of the step that is shown: where its command stands, or will be typed."""
        if self._typed and self._typed.terminal:
            return self._typed.terminal
        step = self._run.current
        return self._run.terminal(step) if step else self._run.current_terminal

    def _enter(self, state: State) -> None:
        """Change the state, and publish it for the presenter view."""
        self._state = state
        self._tell()

    def _tell(self, *, blank: bool = False, log: bool = False) -> None:
        step = self._shown
        question = self._leaves[self._leaf].question if self._leaf is not None else None
        stage = {
            "step": step.id if step else "",
            "state": self._state,
            "checks": self._checks,
            "question": question.id if question else "",
            "blank": blank,
            "log": log,
            "values": dict(self._run.values),
        }
        self._run.lab.tell(since=self._since, stage=stage)

    # --- one step: its page, its command, its evidence ---

    def next(self) -> None:
        """Run the typed command; if there is none, type the next step's; after the last step go through the words."""
        if self._stage.turns(1):
            self._reads(self._state)
        elif self._typed:
            self._go(self._typed)
        elif self._run.current is None:
            self._turn_to(0 if self._leaf is None else self._leaf + 1)
        else:
            self._type(self._run.current)

    def _type(self, step: Step) -> None:
        if self._open_page is not step:
            self._open()
        self._open_page = None
        self._prompted = False
        typist = Watched(self._pace, self._stage, self._remote.keyboard)
        self._typed = self._run.type(step, self._stage.output, typist)
        self._enter(State.TYPED)

    def _go(self, typed: Typed) -> None:
        """Run the typed command, and show its evidence."""
        self._enter(State.RUNNING)
        result = self._run.go(typed)
        self._typed = None
        self._remote.forget()
        self._checks = sum(check.outcome is Outcome.PASSED for check in result.checks), len(result.checks)
        self._stage.closes(result, typed.step, self._words.steps[typed.step.id])
        if result.outcome is Outcome.PASSED:
            self._seen.add(typed.step.id)
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
        """Show the current step's page. If the lab is not where the step belongs, build a new one there, unseen."""
        step = self._run.current
        self._leaf, self._redrawn = None, 0.0
        if self._prompted:
            with suppress(Ended):
                self._terminal().clear_line()
        if self._run.astray:
            self._stage.moment()
            self._run.restart()
        if step:
            self._stage.step(self._lesson, self._words, step, self._run.command(step))
        self._open_page, self._prompted = step, step is not None

    # --- the words before the first step and after the last ---

    def _introduction(self, *, waits: bool = True, last: bool = False) -> None:
        """Show the page before the first step."""
        paint = around_steps.introduction(self._stage.view, self._number, self._total, self._lesson, self._words)
        self._stage.words(paint, text("stage.ready"), waits=waits, last=last)

    def _turn_to(self, number: int, *, last: bool = False) -> None:
        """Show one of the pages after the last step. After all of them the lesson ends; before them is its last step.

        `last`: whoever goes back sees the end of the page first.
        """
        if self._leaf is None:
            self._last_step = self._stage.keep()
        self._leaf = number if 0 <= number < len(self._leaves) else None
        if self._leaf is not None:
            leaf = self._leaves[self._leaf]
            paint = around_steps.page(self._stage.view, self._lesson, self._words, leaf)
            self._stage.words(paint, around_steps.footer(self._lesson, leaf), last=last)
            self._reads(leaf.state)
        elif number < 0:
            self._stage.show_again(self._last_step)
            self._enter(State.DONE)
        else:
            self._over = True

    def _reads(self, state: State) -> None:
        """Let the class read what the screen shows now."""
        self._remote.reads(self._stage.words_shown)
        self._enter(state)

    # --- to another step ---

    def back(self) -> None:
        """Undo the last step for real; where there are words only, turn back to what was shown before."""
        if self._stage.turns(-1):
            self._reads(self._state)
        elif self._leaf is not None:
            self._turn_to(self._leaf - 1, last=True)
        elif self._run.done:
            self._stage.moment()
            self._run.step_back()
            self._opened()
        elif self._state is not State.OPENING:
            self._introduction(last=True)
            self._reads(State.OPENING)

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
        """Leave the page as it was. If a typed command was taken back from it, show the page anew."""
        if self._state is State.TYPED:
            self._opened()

    def free(self) -> None:
        """Give the keyboard to the live terminal. The next page repairs whatever was broken there."""
        self._wander(self._terminal())

    def other(self) -> None:
        """Give the keyboard to the other live terminal: the host's while a container is shown, or the container's."""
        self._terminal()
        self._wander(self._run.change_over())

    def _wander(self, terminal: Terminal) -> None:
        before, page = self._run.condition(), self._stage.keep()
        self._stage.free()
        with suppress(Ended):
            if self._prompted:
                self._terminal().clear_line()
            free_shell.hand_over(terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=False)
            terminal.clear_line()
        self._prompted = False
        self._fit()
        self._run.disturbed = self._run.disturbed or self._run.condition() != before
        if self._leaf is not None:
            self._turn_to(self._leaf)
        elif self._state is State.OPENING:
            self._introduction()
            self._reads(State.OPENING)
        elif self._run.current:
            self._opened()
        else:
            self._stage.show_again(page)
            self._enter(State.DONE)

    def switch(self) -> None:
        """Speak the next language."""
        self._stage.view.switch_language()
        if self._state in (State.OPENED, State.TYPED):
            self._opened()
        elif self._state is State.OPENING:
            self._introduction()
        elif self._leaf is not None:
            self._turn_to(self._leaf)

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
        picture = xray.take(self._seat.name)
        if picture:
            self._show_over(lambda face: page(face, picture))

    def log(self) -> None:
        """Show the commands of all steps that are done."""
        commands = [(step, self._run.command(step)) for step in self._run.done]
        self._tell(log=True)
        self._show_over(self._stage.log(self._lesson, self._words, commands, self._seen))
        self._tell()

    def blank(self) -> None:
        """Show an empty screen until a key is pressed."""
        self._tell(blank=True)
        if not self._stage.plain:
            with self._stage.overlay():
                while self._remote.key() == keys.RESIZED:
                    pass
        self._tell()

    def leave(self) -> None:
        """Ask whether to leave; the same key again, or yes, says so."""
        answer = keys.RESIZED
        with self._stage.overlay():
            while answer == keys.RESIZED:
                self._stage.leaving()
                answer = self._remote.key()
        self._over = self.left = self._stage.is_yes(answer)

    def _show_over(self, paint: Paint) -> str:
        """Show another page over this one. “Next” goes to its next screen; any other key goes back.

        Return the key that ended it. In plain mode the page is only written, and the key is empty.
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
        """Show every step with its number, and return the number that the instructor types."""
        with self._stage.overlay():
            self._stage.choice(self._lesson, self._words, len(self._run.done))
            return self._remote.number(self._stage.digit)

    # --- the screen ---

    @contextmanager
    def _screen(self) -> Iterator[None]:
        """Keep the lab's terminal as large as the screen, and send Ctrl-C to the command that runs in it."""
        self._fit()
        forwarding = nullcontext() if self._rehearsal else signals.forwarding(self._interrupt)
        with signals.resizing(self._resized), forwarding:
            yield

    def _fit(self) -> None:
        self._run.resize(*shutil.get_terminal_size((80, 24)))

    def _resized(self) -> None:
        self._redrawn = time.monotonic() + REDRAWING
        self._fit()
        self._remote.resized()

    def _interrupt(self) -> None:
        if self._state is State.RUNNING:
            self._run.interrupt()


KEYS = (
    LectureKey("Enter Space PgDn →", (keys.ENTER,), "next", Lecture.next),
    LectureKey("b PgUp ←", (keys.BACK,), "back", Lecture.back, moves=True),
    LectureKey("g", ("g",), "go", Lecture.go, moves=True),
    LectureKey("r", ("r",), "restart", Lecture.restart, moves=True),
    LectureKey("f", ("f",), "free", Lecture.free, moves=True),
    LectureKey("o", ("o",), "other", Lecture.other, moves=True),
    LectureKey("e", ("e",), "explain", Lecture.explain),
    LectureKey("x", ("x",), "xray", Lecture.xray),
    LectureKey("c", ("c",), "log", Lecture.log),
    LectureKey(". k", (".", "k"), "blank", Lecture.blank),
    LectureKey("l", ("l",), "language", Lecture.switch, moves=True),
    LectureKey("?", ("?",), "", Lecture.help),
    LectureKey("q", (keys.END,), "quit", Lecture.leave),
)
BY_KEY = {pressed: key for key in KEYS for pressed in key.pressed}
