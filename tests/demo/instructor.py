"""A person with `semdocker demo` at a real terminal, a second screen beside it, and a rehearsal without one."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pexpect
import pyte

from runner.lab import seats
from runner.lab.bulletin import Notice
from tests.command import CHECKOUT, semdocker
from tests.conftest import the_course

SEAT = "teacher"
ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
PATIENCE = 40.0  # seconds


OPEN: list[Screen] = []  # a test that fails leaves none of them behind


class Screen:
    """A person's terminal with the program on it, and everything that it ever showed."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (24, 80)) -> None:
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "runner", "demo", "--seat", SEAT, *arguments],
            cwd=str(CHECKOUT),
            dimensions=size,
            timeout=PATIENCE,
            env=ENVIRONMENT,
        )
        self.terminal.delaybeforesend = None
        OPEN.append(self)
        self.all = b""
        self.screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.ByteStream(self.screen)

    def read(self, seconds: float = 0.02) -> bool:
        """Take in what is shown; False at the end."""
        try:
            data = self.terminal.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.all += data
        self._stream.feed(data)
        return True

    def until(self, true: Callable[[], object], what: str = "") -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert self.read() or true(), f"ended before {what}: {self.text()[-2000:]}"
            assert time.monotonic() < deadline, f"no {what}: {self.text()}"

    def sees(self, words: str) -> None:
        self.until(lambda: words in self.text(), words)

    def text(self) -> str:
        return " ".join(" ".join(self.screen.display).split())

    def end(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while self.read(0.5):
            assert time.monotonic() < deadline, f"it does not end: {self.text()}"
        self.terminal.close()
        return int(self.terminal.exitstatus if self.terminal.exitstatus is not None else -self.terminal.signalstatus)


def on_screen(told: Notice) -> str:
    """The step that the class sees, which need not be the lesson's next one."""
    return str(told.stage.get("step", told.step))


class Instructor(Screen):
    """Gives a lesson; what the program tells the presenter view says where it is."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (24, 80), pace: str = "--instant") -> None:
        super().__init__(*arguments, *([pace] if pace else []), size=size)

    @staticmethod
    def told() -> Notice | None:
        return seats.published(SEAT)

    def at(self, state: str, step: str | None = None) -> None:
        """Wait until the demo says that it is there."""

        def there() -> bool:
            told = self.told()
            return bool(told and told.stage and told.stage["state"] == state and step in (None, on_screen(told)))

        self.until(there, f"{state} {step}: {self.told()}")

    def press(self, key: str) -> None:
        self.terminal.send(key)

    def begin(self) -> None:
        self.at("opening")

    def does(self, step: str) -> None:
        """Type a step and run it."""
        self.press("\r")
        self.at("typed", step)
        self.press(" ")
        self.at("done", step)

    def goes_to(self, lesson: str, step: str) -> None:
        number = [found.id for found in the_course().lesson(lesson).steps].index(step) + 1
        self.press(f"g{number}\r")
        self.at("opened", step)

    def wanders(self, *lines: str) -> None:
        """The free shell and back."""
        self.press("f")
        self.sees("Ctrl-]")
        for line in lines:
            self.terminal.send(line)
            time.sleep(0.3)
            self.read()
        self.terminal.send("\x1d")
        self.until(lambda: "Ctrl-]" not in self.text(), "the lesson again")

    def leave(self) -> int:
        self.press("qq")
        return self.end()


def rehearse(*arguments: str) -> subprocess.CompletedProcess[str]:
    return semdocker("demo", "--seat", SEAT, *arguments)
