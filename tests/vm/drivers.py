"""What people do with the course on a machine of theirs: learn, practice and demo, with second terminals beside.

python3 -m tests.vm.drivers LANGUAGE learn LESSON… practice EXERCISE… demo LESSON… rehearse LESSON…

Run in a virtual machine by its usual user, who has sudo; SEMDOCKER names the command that was installed. What a class
does at the keys, the tests in tests/journeys do natively; here each driver is led through, on what people really have.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from runner.course import load
from runner.course.render import render
from runner.engine import machine_values
from runner.host import package_files
from runner.records.texts import Dual
from tests.conftest import the_course
from tests.support import student
from tests.support.command import COMMAND
from tests.support.instructor import Screen
from tests.support.person import Person, plain
from tests.support.practiser import Practiser
from tests.support.student import Student

PROMPT = re.compile(r"\] [^\n]*[#$] ")
ALL_TRUE = {"en": "All facts are true", "pt": "Todos os fatos são verdadeiros"}
STEP = {"en": "Step", "pt": "Passo"}
EQUAL = {"en": "equal (", "pt": "igual ("}
PAGE_DOWN = "\x1b[6~"


def commands(way: Sequence[Dual]) -> list[str]:
    """Return what is typed on this machine."""
    values = machine_values.for_seat(the_course(), {})
    return [render(command.on(values["cgroup_version"]), values).rstrip("\n") for command in way]


def learn(lesson: str, language: str) -> None:
    """By Enter, by typing and by the free shell in turn; with x-ray, then from other terminals; then the questions."""
    person = Student(lesson, language=language)
    steps = the_course().lesson(lesson).steps
    for number, step in enumerate(steps[:-1]):
        (text,) = commands([step.run])
        if "{{ token }}" in step.run.on("v2"):  # this run's own, which nobody knows beforehand
            shown = person.press("\r")
        elif number % 3 == 1 and not step.predict:
            shown = person.types(text)
        elif number % 3 == 2 and step.checks and not step.fails and not step.enters and "\n" not in text:
            shown = person.wanders(text)
        else:
            shown = person.press("\r")
        following = f"{STEP[language]} {number + 2} "
        if following not in shown:
            shown += person.press("\r")  # what was done in the free shell does not always count
        assert following in shown, f"{lesson}/{step.id}: {shown}"
        if number == len(steps) // 2:
            person.press("x")
            beside(student.SEAT, language)
    person.send("\r")
    person.answers(lesson)
    shown = person.is_told(student.NEXT[language]) if lesson != the_course().lessons[-1].id else ""
    person.send("n")
    shown += person.end()
    assert EQUAL[language] in plain(person.everything), shown


def beside(seat: str, language: str) -> None:
    """Look at a live lab from other terminals, and join it in one."""
    words = ["--seat", seat, "--lang", language]
    for verb in "xray", "check":
        done = subprocess.run([*COMMAND, verb, "--json", *words], capture_output=True, text=True, check=False)
        assert json.loads(done.stdout)["schema"] == f"semdocker/{verb}/1", done.stdout + done.stderr
    second = Person("shell", "--lang", language, seat=seat)
    second.wait_for(re.compile(rf"\[\w+, {seat}\] [^\n]*# "))
    second.type("echo $((6*7))")
    second.wait_for("42\r")
    second.type("exit")
    second.end()


def practice(exercise: str, language: str) -> None:
    """Do what the exercise asks for in its live shell, until it says that every fact is true."""
    found = {one.id: one for one in load.exercises(package_files.lessons(), the_course())}[exercise]
    person = Practiser(exercise, language=language)
    person.shell()
    for command in commands(found.fix):
        person.send(command.replace("\n", "\r") + "\r")
        person.wait_for(PROMPT)
    person.sees(ALL_TRUE[language])
    person.back()
    assert person.record(exercise)["state"] == "done"
    person.leave()


def demo(lesson: str, language: str) -> None:
    """By the key of a clicker, up to the closing page."""
    person = Screen(lesson, "--lang", language, "--instant")
    person.wait_for("Enter")
    while EQUAL[language] not in person.text:
        person.press(PAGE_DOWN)  # one that comes too early does nothing
        assert person.read(0.5), person.text
    person.send("qq")
    person.end()


def rehearse(lesson: str, language: str) -> None:
    """It goes on by itself."""
    person = Screen(lesson, "--lang", language, "--autoplay", "0", "--instant")
    assert EQUAL[language] in person.end() + person.everything


DRIVERS: dict[str, Callable[[str, str], None]] = {one.__name__: one for one in (learn, practice, demo, rehearse)}


def asked(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    verb = ""
    for word in words:
        if word in DRIVERS:
            verb = word
        else:
            yield verb, word


def main(language: str, *words: str) -> None:
    for verb, name in asked(words):
        began = time.monotonic()
        DRIVERS[verb](name, language)
        print(f"driver: {verb} {name}, {language}, {time.monotonic() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
