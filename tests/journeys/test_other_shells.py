"""A student enters the container by other ways than the lesson's, or into other shells: followed, or refused at once."""

from __future__ import annotations

import time

import pytest

from tests.support.practiser import Practiser
from tests.support.student import Student

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]

UTS = "unshare --uts"  # what the lesson's step is about
FOLLOWED = (
    f"env -i {UTS} bash --norc",
    f"{UTS} env -i bash --norc",
    f"su -c '{UTS} env -i bash --norc'",
    f"su - -c '{UTS} env -i bash --norc'",
    f"su --pty -c '{UTS} env -i bash --norc'",
    f"script -qc '{UTS} bash --norc' /dev/null",
    f"script -qc 'env -i {UTS} bash --norc' /dev/null",
    f"""script -qc "script -qc 'env -i {UTS} bash --norc' /dev/null" /dev/null""",
)
REFUSED = (
    f"{UTS} sh",
    f"{UTS} dash -i",
    f"{UTS} busybox sh",
    f"env -i {UTS} sh",
    f"su -c '{UTS} sh'",
    f"su -c '{UTS} --pid --fork sh'",
    f"script -qc '{UTS} busybox sh' /dev/null",
    f"tmux new '{UTS} bash --norc'",
    f"tmux new 'env -i {UTS} bash --norc'",
    "exec dash",
)
AT_ONCE = 4.0  # seconds; a second of it is for hearing that nothing more comes


def at_the_container() -> Student:
    """A student at the step that enters a container with a name of its own."""
    student = Student("hostname")
    student.press("\r")
    assert "Step 3 of" in student.press("\r")
    return student


def test_other_ways_into_a_container_are_followed() -> None:
    student = at_the_container()
    for command in FOLLOWED:
        began = time.monotonic()
        shown = student.types(command)
        assert "Step 4 of" in shown, f"{command}: {shown}"
        print(command, round(time.monotonic() - began, 1))
        assert "✓" in student.press("\r"), command  # the next step is typed in it, and looked at in it
        assert "one step back" in student.press("b")
        assert "Step 3 of" in student.press("b")
    student.leave()


def test_what_cannot_be_followed_is_refused_at_once() -> None:
    student = at_the_container()
    for command in REFUSED:
        began = time.monotonic()
        shown = student.types(command)
        print(command, round(time.monotonic() - began, 1), shown[-300:])
        assert "cannot be followed" in shown, f"{command}: {shown}"
        assert time.monotonic() - began < AT_ONCE, command
    student.leave()
