"""A person with `semdocker demo`, a second screen beside it, and a rehearsal without a terminal."""

from __future__ import annotations

import re
import subprocess

from runner.lab import seats
from runner.lab.published_state import Notice
from tests.conftest import the_course
from tests.support.command import semdocker
from tests.support.person import LEAVE, Person, Wanted
from tests.support.student import SHELL
from tests.support.waiting import PATIENCE

SEAT = "teacher"
MORE = re.compile(r"\d+ (more lines?|linhas? a mais|linhas?): Enter")
ASKED = ("question", "answer")


class Screen(Person):
    """A terminal with `semdocker demo`."""

    def __init__(self, *words: str, size: tuple[int, int] = (80, 24)) -> None:
        super().__init__("demo", *words, seat=SEAT, size=size, patience=PATIENCE + 10)


def on_screen(told: Notice) -> str:
    """The step that the class sees, which need not be the lesson's next one."""
    return str(told.stage.get("step", told.step))


class Instructor(Screen):
    """Gives a lesson; what the program tells the presenter view says where it is."""

    def __init__(self, *words: str, size: tuple[int, int] = (80, 24), pace: str = "--instant") -> None:
        super().__init__(*words, *([pace] if pace else []), size=size)

    @staticmethod
    def told() -> Notice | None:
        return seats.published(SEAT)

    def at(self, state: str, step: str | None = None) -> None:
        """Wait until the demo says that it is there."""

        def there() -> bool:
            told = self.told()
            return bool(told and told.stage and told.stage["state"] == state and step in (None, on_screen(told)))

        self.until(there, f"{state} {step}: {self.told()}")

    def begin(self) -> None:
        self.at("opening")

    def reads_on(self) -> None:
        """Go on to the last screen of a page of words, which may need several."""
        self.sees("Enter")
        while MORE.search(self.text):
            before = self.text
            self.press("\r")
            self.until(lambda now=before: self.text != now and "Enter" in self.text, "the next screen")  # type: ignore[misc]

    def types_out(self, step: str) -> None:
        """Let the command of a step be typed, and not run yet."""
        told = self.told()
        if told and told.stage.get("state") == "opening":
            self.reads_on()
        self.press("\r")
        self.at("typed", step)

    def does(self, step: str) -> None:
        """Type a step and run it."""
        self.types_out(step)
        self.press(" ")
        self.at("done", step)

    def goes_to(self, lesson: str, step: str) -> None:
        number = [found.id for found in the_course().lesson(lesson).steps].index(step) + 1
        self.press(f"g{number}\r")
        self.at("opened", step)

    def shell(self) -> None:
        """Enter the free shell."""
        self.catch_up()
        self.press("f")
        self.wait_for("Ctrl-]")
        self.wait_for(SHELL)

    def types(self, line: str, *seen: Wanted) -> None:
        """Type a line in the free shell and wait for what it shows; its prompt, if nothing else is said."""
        self.type(line)
        self.wait_for(*(seen or (SHELL,)))

    def back(self) -> None:
        """Leave the free shell."""
        self.send(LEAVE)
        self.until(lambda: "Ctrl-]" not in self.text, "the lesson again")

    def wanders(self, *lines: str) -> None:
        """Enter the free shell, type lines that end at its prompt, and come back."""
        self.shell()
        for line in lines:
            self.types(line)
        self.back()

    def hears_the_end(self, lesson: str) -> None:
        """After the last step: the summary, and each question with its answer, up to the last of them."""
        pages = [("ending", ""), *((state, one.id) for one in the_course().lesson(lesson).quiz for state in ASKED)]
        for state, question in pages:
            self.press("\r")
            self.at(state)
            told = self.told()
            assert told
            assert told.stage["question"] == question
            self.reads_on()

    def leave(self) -> str:
        self.press("qq")
        return self.end()


def begun(lesson: str, *words: str, language: str = "en", pace: str = "--instant") -> Instructor:
    """An instructor who stands before the first step of a lesson."""
    teacher = Instructor(lesson, "--lang", language, *words, pace=pace)
    teacher.begin()
    return teacher


def rehearse(*arguments: str) -> subprocess.CompletedProcess[str]:
    return semdocker("demo", "--seat", SEAT, *arguments)
