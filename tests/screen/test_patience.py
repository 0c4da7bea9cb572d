"""What takes long says what it is doing, on a screen only, and leaves nothing there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.command import CHECKOUT
from tests.support.person import ENVIRONMENT, Person

BEGIN = """
import os, signal, sys, time
from runner.screen import patience
from runner.screen.choose_face import choose_face
face = choose_face(sys.stdout, plain="plain" in sys.argv)
saying = lambda words: patience.saying(words, face)
print("before")
"""
NESTED = """
with saying("A long thing…"):
    with saying("A part of it…"):
        if not os.fork():
            time.sleep(1)  # a child, such as the guardian, paints nothing
            os._exit(0)
        os.wait()
    time.sleep(1)
print("after")
"""
MOMENTS = """
with saying("A long thing…"):
    time.sleep(0.3)
    with saying("A short part of it…"):
        time.sleep(0.1)
with saying("A moment…"):
    time.sleep(0.2)
print("after")
"""
LATE = """
class Late(list):
    def pop(self):
        last = super().pop()
        if signal.getitimer(signal.ITIMER_REAL)[0]:
            signal.raise_signal(signal.SIGALRM)  # as if the time were up at this very moment
        return last
patience._doing = Late()
with saying("A moment…"):
    pass
print("after")
"""


def person(script: str, *words: str) -> Person:
    return Person("-c", BEGIN + script, *words, program=[sys.executable])


def test_a_line_comes_after_a_moment_and_goes_again() -> None:
    seen = person(NESTED)
    seen.sees("A part of it… 1 s")
    seen.sees("A long thing… 2 s")
    seen.end()
    assert seen.display[:3] == ["before", "after", ""]
    assert seen.shown.count("A part of it…") == 1, "once, and not by the child too"


def test_nothing_is_said_of_a_moment() -> None:
    assert person(MOMENTS).end() == "before after"


def test_what_is_over_is_not_painted_any_more() -> None:
    assert person(LATE).end() == "before after"


def test_nothing_is_said_in_plain_text() -> None:
    assert person(NESTED, "plain").end() == "before after"


@pytest.mark.parametrize("word", ["", "plain"])
def test_nothing_is_said_in_a_pipe(word: str) -> None:
    script = [sys.executable, "-c", BEGIN + NESTED, word]
    done = subprocess.run(script, cwd=CHECKOUT, env=ENVIRONMENT, capture_output=True, text=True, check=True)
    assert done.stdout == "before\nafter\n"


@pytest.mark.root
def test_a_proof_says_what_is_being_proven() -> None:
    person = Person("prove", "own-name", "--lang", "en", seat="patient")
    person.wait_for("Proving own-name · 1…")
    person.end()
    assert not [line for line in person.everything.splitlines() if "…" in line], person.everything
