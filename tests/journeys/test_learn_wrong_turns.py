"""Wrong turns of a student: what is told, and what counts all the same."""

from __future__ import annotations

import re

import pytest

from tests.conftest import the_course
from tests.support.person import plain
from tests.support.student import RESULT, SHELL, VALUES, Student, command, groups

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


def test_a_command_may_be_typed_in_pieces() -> None:
    """Each is compared with what is left, and one output has it all."""
    student = Student("hostname")
    student.goes_to(14)
    student.sees_prompt()
    assert "type the rest, too: “ls -l /proc/self/ns/uts”" in student.types("cat /proc/sys/kernel/hostname")
    assert "Step 15 of" in student.types("ls -l /proc/self/ns/uts")
    student.leave()


def test_a_command_in_the_wrong_terminal_is_told_where_it_belongs() -> None:
    student = Student("hostname")
    student.goes_to(9)
    student.press("o")
    student.sees_prompt()
    wanted = command(the_course().lesson("hostname").steps[8].run, **VALUES)
    assert "Esc, then o, leads to the other one" in " ".join(student.types(wanted).split())
    student.leave()


def test_who_leaves_a_container_by_ctrl_d_is_told_at_once() -> None:
    student = Student("hostname")
    student.goes_to(4)
    student.sees_prompt()
    student.send("\x04")
    student.wait_for("Enter offers a fresh start of this step")
    assert "the terminal is outside" in plain(student.shown)
    student.opens_bar()
    student.leave()


def test_a_network_namespace_may_be_entered_by_ip_netns_as_well() -> None:
    student = Student("network")
    student.goes_to(18)
    assert "Step 19 of" in student.types("ip netns exec world bash")
    student.leave()


def test_enter_runs_what_is_left_of_a_command() -> None:
    student = Student("cgroups")
    student.goes_to(2)
    made = command(the_course().lesson("cgroups").steps[1].run, **groups()).partition(" && ")[0]
    assert "type the rest, too: “ls " in student.types(made)
    assert "Step 3 of" in student.press("\r")
    student.leave()


def test_ctrl_d_leaves_a_shell_as_exit_does() -> None:
    student = Student("hostname")
    student.goes_to(16)
    student.sees_prompt()
    student.send("\x04")
    student.wait_for(RESULT["en"])
    student.leave()


def test_who_is_inside_what_a_try_started_is_told_to_leave_it() -> None:
    student = Student("hostname")
    student.goes_to(11)
    shown = student.types("unshare -p -m -i -f --kill-child -R /containers/teste --mount-proc /bin/bash")
    assert "Missing: -u" in shown and "Leave it by “exit”" in shown
    student.sees_prompt()
    student.type("exit")
    student.wait_for(re.compile(r"\n.*" + SHELL.pattern))
    assert "Step 12 of" in student.types(command(the_course().lesson("hostname").steps[10].run, **VALUES))
    student.leave()


def test_a_slip_is_not_the_failure_that_the_step_is_about() -> None:
    """The directory is missing, and not the loader of the bash in it."""
    student = Student("chroot")
    assert "Step 2 of" in student.press("\r")
    shown = student.types("chroot /containers/test /bin/bash")
    assert "the path here is “/containers/teste”" in shown and "Step 3 of" not in shown
    assert "Step 3 of" in student.types("chroot /containers/teste /bin/bash")
    student.leave()


def test_half_of_a_step_is_not_the_whole() -> None:
    student = Student("rootfs")
    student.goes_to(5)
    assert "type the rest, too: “cp --parents" in student.types("cp /bin/ls /containers/teste/bin/")
    assert "Step 6 of" in student.press("\r")
    student.leave()
