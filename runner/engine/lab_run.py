"""One lab from snapshot to snapshot: the machine looked at, steps typed for real, the machine put back and compared.

What a lesson and an exercise have in common. Nothing is printed.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.checks import registry
from runner.course.render import Values, render, rendered
from runner.host import kernel, login
from runner.host.kernel import Identity
from runner.lab import kept_folder, seats
from runner.lab.command import AT_ONCE, Command, Typist
from runner.lab.kept_folder import Kept
from runner.lab.lab import Lab
from runner.lab.pseudo_terminal import Ended
from runner.lab.published_state import HOST
from runner.lab.snapshot import Snapshot
from runner.lab.terminal import INTERRUPT, Terminal
from runner.messages import place_names
from runner.records.course import Check, Course, Lesson, Step
from runner.records.errors import Dirty, RunnerError
from runner.records.exercise import Exercise
from runner.records.results import CheckResult, CommandResult, Rollback, Trouble, did_as_told

Emit = Callable[[str], None]
BIND = 1.0  # seconds in which a program that a step starts must appear, where no check of the step gives it more


def silent(_: str) -> None:
    """Take output that nobody is to see."""


@dataclass(frozen=True)
class Window:
    """The screen that the lab's terminal is shown on."""

    columns: int = 80
    lines: int = 24
    term: str = "dumb"


UNSEEN = Window()  # A lab without a screen needs some size, too.


@dataclass(frozen=True)
class Typed:
    """A step's command, typed but not run: its last Enter is still to come."""

    step: Step
    text: str
    terminal: Terminal | None = None  # None: the terminal is not where the step belongs
    command: Command | None = None


class LabRun:
    """A lab in use, and the machine's state from before it."""

    def __init__(  # noqa: PLR0917 -- what a run needs
        self, course: Course, lesson: Lesson, values: Values, seat: str, lock: int, window: Window = UNSEEN
    ) -> None:
        self.course = course
        self.lesson = lesson
        self.values = values
        self.version = values["cgroup_version"]
        self.rollback = Rollback()  # It says how the machine was put back, once that is done.
        self._window = window
        self._seat = seat
        self._lock = lock
        self._base = Path(values["root"]).parent  # covered by the lab's tmpfs
        self.student = False  # whether it is for a student, who has a folder of their own where the lesson has one
        self.not_kept: RunnerError | None = None  # It says why that folder is not kept.
        self._hostname = socket.gethostname()
        self._before: Snapshot | None = None  # It says how the machine was before the first lab of this run.
        self._lab: Lab | None = None
        self._current: Terminal | None = None  # It was used last; None in a fresh lab.
        self._farthest = (0, 0)  # steps that were done, and facts of the next one that were true, at best
        self._moved = time.time()  # It came so far then.
        self._help = 0.0  # Since then the student asks for help, in whatever lab; 0 when none is asked for.

    # --- what a lesson and an exercise differ in ---

    def _prepared(self) -> Iterator[Step]:
        """Give the steps that are done silently before the student comes."""
        yield from ()

    def _position(self) -> dict[str, Any]:
        """Say what other terminals are told of where the run stands."""
        return {}

    def _named(self) -> Iterator[Lesson | Exercise]:
        """Give what has words for the places of this run, the most particular last."""
        yield from map(self.course.lesson, self.lesson.needs)
        yield self.lesson

    @property
    def keeps_folder(self) -> bool:
        """Tell whether the student's folder in the lab is the one on the disk."""
        return self.student and self.lesson.folder is not None

    # --- the lab ---

    @property
    def lab(self) -> Lab:
        assert self._lab is not None, "start() comes first"
        return self._lab

    def start(self) -> None:
        """Open the lab and prepare what is needed. Raises Unfit or RunnerError; `finish` still applies."""
        window = self._window
        size = window.columns, window.lines
        names = [{one: words.places for one, words in each.words.items()} for each in self._named()]
        place_names.know(place_names.merged(*names))
        with self._students_folder() as kept:
            self._lab = Lab.open(
                self._seat,
                self._lock,
                self._base,
                size,
                window.term,
                lesson=self.lesson.id,
                before=self._before,
                folder=self.lesson.folder or "",
                kept=kept,
            )
        self._before = self._lab.before
        folders = [str(origin.folder) for origin in self.course.origins]
        known = {"values": dict(self.values), "folders": folders, "names": place_names.known()}
        self.lab.tell(hostname=self._hostname, who=login.person().name, **known)
        self.tell()
        for step in self._prepared():
            self.replay(step)

    @contextmanager
    def _students_folder(self) -> Iterator[Kept | None]:
        """Give the student's own folder, if this run keeps it; None, with the reason in `not_kept`, when it cannot."""
        self.not_kept = None
        with ExitStack() as stack:
            try:
                kept = self.keeps_folder and kept_folder.open_kept(self.lesson.folder or "", self._seat)
            except RunnerError as error:
                self.not_kept, kept = error, None
            for descriptor in kept or ():
                stack.callback(os.close, descriptor)
            yield kept or None

    def _reopen(self) -> None:
        """Put the lab away and open a fresh one. Raises Dirty when something stays."""
        rollback = self._close()
        if not rollback.clean:
            raise Dirty("dirty", count=len(rollback.leftovers))
        self.start()

    def finish(self) -> Rollback:
        """Take the lab away; the machine is put back and compared with how it was."""
        self.rollback = self._close()
        seats.told(self._seat)
        return self.rollback

    def _close(self) -> Rollback:
        if self._lab is None:
            return seats.recover(self._seat)
        rollback, self._lab, self._current = self._lab.close(), None, None
        return rollback

    def tell(self) -> None:
        """Let other terminals know where the run stands."""
        position = self._position()
        standing = position.get("done", 0), position.get("true", 0)
        if standing > self._farthest:  # To come back to where one was is no progress.
            self._farthest, self._moved = standing, time.time()
        self.lab.tell(**position, moved=self._moved, help=self._help)

    @property
    def asks_help(self) -> bool:
        return self._help > 0

    def ask_help(self, *, asks: bool) -> None:
        """Let the teacher know that the student asks for help, or does no longer.

        It stays asked for in the steps that follow: a student who goes on may still want to know. It ends with the
        lesson or the exercise, which is what it was about.
        """
        self._help = time.time() if asks else 0.0
        self.tell()

    def resize(self, columns: int, lines: int) -> None:
        """Give the lab's terminals, and those of labs that replace it, this size."""
        self._window = replace(self._window, columns=columns, lines=lines)
        if self._lab:
            self._lab.resize(columns, lines)

    def interrupt(self) -> None:
        """Send Ctrl-C to what runs in the lab."""
        with suppress(Ended):
            self.current_terminal.write(INTERRUPT)

    # --- its terminals ---

    @property
    def current_terminal(self) -> Terminal:
        """Return the terminal that was used last; in a fresh lab, or when its shell has ended, the host's."""
        return self._current if self._current and self._current.lives() else self.lab.terminal

    @property
    def current_place(self) -> str:
        """Return the place that the current terminal is in; the host when it is in none that has a name."""
        return self.lab.place_in(self.current_terminal) or HOST

    def terminal(self, step: Step) -> Terminal:
        """Return the live terminal in which a step is typed, or in which it was tried: for what is entered from the
        host one of its own, so that the host's shell stays free."""
        tried = step.enters is not None and self.lab.is_at(step.enters)
        place = step.enters if step.enters and tried else step.at
        if step.enters and _from_the_host(step) and not tried:
            self._current = self.lab.spare_terminal(*self._one_inside_the_other(step.enters))
        else:
            self._current = self.lab.terminal_of(place)
        return self._current

    def _one_inside_the_other(self, place: str) -> tuple[str, ...]:
        """Return a place, and the one that is entered from it in the same terminal: by its namespaces a shell can tell.
        It has no name where it may be one of several.
        """
        lessons = [self.lesson, *map(self.course.lesson, self.lesson.needs)]
        steps = [step for lesson in lessons for step in lesson.steps if step.at == place]
        inside = {step.enters for step in steps if step.enters and step.enters_namespaces}
        return (place, *(inside if len(inside) == 1 else [""] if inside else []))

    def _forget_earlier_try(self, step: Step) -> None:
        """Close the terminal in which the same step was tried before: the next try gets a fresh one."""
        if step.enters and _from_the_host(step) and self.lab.is_at(step.enters):
            self.lab.close_terminal_of(step.enters)

    def change_over(self) -> Terminal:
        """Make the next terminal the current one, and return it: the container's after the host's, or the host's after
        the container's. Where there is only one yet, a second shell on the host is opened."""
        self._current = self.lab.terminal_after(self.current_terminal)
        return self._current

    def is_ready(self, step: Step) -> bool:
        """Tell whether a step can be typed: the shell that it belongs to waits in the foreground of its terminal, and
        the host's, to which lessons come back and checks compare, lives.
        """
        lab = self._lab
        return lab is not None and lab.terminal.lives() and (_from_the_host(step) or lab.is_at(step.at))

    # --- steps ---

    def command(self, step: Step) -> str:
        """Return what is typed for this step on this machine."""
        return render(step.run.on(self.version), self.values).rstrip("\n")

    def type(self, step: Step, emit: Emit, typist: Typist = AT_ONCE, rest: str = "") -> Typed:
        """Type the step's command, or the `rest` of it that is left to be typed, all but the last Enter."""
        text = rest or self.command(step)
        if not self.is_ready(step):
            return Typed(step, text)
        self._forget_earlier_try(step)
        terminal = self.terminal(step)
        command = terminal.command(
            text,
            timeout=step.timeout,
            limit=step.output,
            emit=emit,
            new_shell=step.enters is not None,
            typist=typist,
        )
        command.type()
        return Typed(step, text, terminal, command)

    def follow(self, typed: Typed) -> CommandResult:
        """Press Enter and follow the command to its end; name what it started."""
        if typed.command is None or typed.terminal is None:
            return CommandResult(typed.text, None, "", 0.0, Trouble.ELSEWHERE, typed.step.at)
        return self.bind(typed.step, typed.terminal, typed.command.follow())

    def carry_out(self, step: Step, emit: Emit = silent, rest: str = "") -> CommandResult:
        """Type the step's command, or the `rest` of it, and follow it at once."""
        return self.follow(self.type(step, emit, rest=rest))

    def replay(self, step: Step) -> None:
        """Do a step without a word. Raises RunnerError when it does not do as it should."""
        command = self.carry_out(step)
        if not did_as_told(step, command):
            detail = command.trouble or command.output.strip()[-200:]
            raise RunnerError("prepare-failed", step=step.id, command=command.command, detail=detail)
        if step.binds:
            self.look(step, command)  # A program needs a moment to start; the checks tell when it is there.

    def look(self, step: Step, command: CommandResult | None, wait: bool = True) -> list[CheckResult]:
        """Look at the step's checks, now, or until they pass within their time."""
        began = time.monotonic()  # they wait side by side, not one after another
        return [
            self.look_at(check, command, began + check.within - time.monotonic() if wait else 0) for check in step.facts
        ]

    def look_at(
        self,
        check: Check,
        command: CommandResult | None,
        within: float = 0,
        places: Mapping[str, Identity] | None = None,
    ) -> CheckResult:
        """Look at one check, now, or until it passes within so many seconds. `places` may be others than the lab's."""
        scene = registry.Scene(places or self.lab.places, command, self._hostname, self.lab.notice.group)
        params = rendered(check.params, self.values)
        return registry.await_check(replace(check, params=params, within=within), scene)

    def _is_elsewhere(self, terminal: Terminal) -> bool:
        """Tell whether what is in front has another root, or namespace, than the lab's first shell."""
        with suppress(Ended, OSError):
            inside, outside = terminal.foreground(), self.lab.shell.pid
            if Path(f"/proc/{inside}/root").readlink() != Path(f"/proc/{outside}/root").readlink():
                return True
            return any(kernel.namespace(inside, kind) != kernel.namespace(outside, kind) for kind in kernel.NAMESPACES)
        return False

    def _is_strange(self, terminal: Terminal) -> bool:
        """Tell whether what is in front is elsewhere, or another user's."""
        with suppress(Ended, OSError):
            inside, outside = terminal.foreground(), self.lab.shell.pid
            return self._is_elsewhere(terminal) or _owner(inside) != _owner(outside)
        return False

    def bind(self, step: Step, terminal: Terminal, result: CommandResult, *, wait: bool = True) -> CommandResult:
        """Give names to the shell that was entered in the terminal and to the programs that were started.

        `wait`: they were started just now, and need a moment to appear.
        """
        if result.trouble:
            return result
        if step.enters and result.exit == 0:
            here = terminal.waits() or self.lab.place_in(terminal) == step.at
            if here or not (wait or self._is_elsewhere(terminal)):
                return replace(result, trouble=Trouble.ELSEWHERE, exit=None, detail=step.enters)
            try:
                self.lab.bind(step.enters, terminal)
            except Ended:
                return replace(result, trouble=Trouble.LOST, exit=None)
        patience = max([BIND, *(check.within for check in step.checks)])
        deadline = time.monotonic() + (patience if wait else 0)
        for name, text in step.binds.items():
            while not self.lab.bind_command(name, render(text, self.values)) and time.monotonic() < deadline:
                time.sleep(registry.POLL)
        return result


def _owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


def _from_the_host(step: Step) -> bool:
    """Tell whether a step leaves the host for another world."""
    return step.enters is not None and step.at == HOST
