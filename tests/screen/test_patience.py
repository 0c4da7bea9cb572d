"""What takes long says what it is doing, on a screen only, and leaves nothing there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.command import CHECKOUT
from tests.support.person import ENVIRONMENT, Person

SCRIPT = """
import os, sys, time
from runner.screen.choose_face import choose_face
from runner.screen.patience import saying
face = choose_face(sys.stdout, plain="plain" in sys.argv)
print("before")
with saying("A long thing…", face):
    with saying("A part of it…", face):
        if not os.fork():
            time.sleep(1)  # a child, such as the guardian, paints nothing
            os._exit(0)
        os.wait()
    with saying("A short part of it…", face):
        time.sleep(0.1)
    time.sleep(1)
with saying("A moment…", face):
    time.sleep(0.2)
print("after")
"""


def test_a_line_comes_after_a_moment_and_goes_again() -> None:
    person = Person("-c", SCRIPT, program=[sys.executable])
    person.sees("A part of it… 1 s")
    person.sees("A long thing… 2 s")
    person.end()
    assert person.display[:3] == ["before", "after", ""]
    assert "short" not in person.shown
    assert "moment" not in person.shown
    assert person.shown.count("A part of it…") == 1, "once, and not by the child too"


@pytest.mark.parametrize("word", ["", "plain"])
def test_nothing_is_said_in_a_pipe_or_in_plain_text(word: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, word], cwd=CHECKOUT, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "before\nafter\n"
    person = Person("-c", SCRIPT, "plain", program=[sys.executable])
    assert person.end() == "before after"


@pytest.mark.root
def test_a_proof_says_what_is_being_proven() -> None:
    person = Person("prove", "own-name", "--lang", "en", seat="patient")
    person.wait_for("Proving own-name · 1…")
    person.end()
    assert not [line for line in person.everything.splitlines() if "…" in line], person.everything
