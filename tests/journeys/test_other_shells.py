"""A container is entered by other ways than the lesson's, or into other shells: followed, or refused at once.

Typed by the course, by a student at a step, and in practice. What this machine does not have is tried in a virtual
machine (tests/vm/test_debian.py).
"""

from __future__ import annotations

import re
import shlex
import shutil
import time
from collections.abc import Iterable

import pytest

from runner.engine.lab_run import silent
from runner.host import kernel
from runner.records.results import Trouble
from tests.conftest import Begin
from tests.support.practiser import Practiser
from tests.support.student import SHELL, Student
from tests.support.waiting import PATIENCE

pytestmark = [pytest.mark.root, pytest.mark.timeout(20 * PATIENCE)]

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
    f"sudo {UTS} bash --norc",
    f"sudo -i {UTS} bash",
    f"sudo sudo env -i {UTS} bash --norc",
    f"sudo-rs {UTS} bash --norc",
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
    f"sudo {UTS} busybox sh",
    f"sudo -i tmux new '{UTS} bash --norc'",
    f"sudo-rs {UTS} dash",
    f"{UTS} zsh",
    f"sudo {UTS} zsh -f",
    f"{UTS} fish",
    f"{UTS} mksh",
    f"screen {UTS} bash --norc",
    "exec dash",
)
AT_ONCE = PATIENCE / 8  # A second of it is for hearing that nothing more comes.


def possible(commands: Iterable[str]) -> list[str]:
    """Return the commands that this machine has the programs for."""
    tools = {"sudo", "sudo-rs", "zsh", "fish", "mksh", "screen", "tmux"}
    return [command for command in commands if all(map(shutil.which, tools.intersection(command.split())))]


def at_the_container() -> Student:
    """A student at the step that enters a container with a name of its own."""
    student = Student("hostname")
    student.press("\r")
    assert "Step 3 of" in student.press("\r")
    return student


def test_other_ways_into_a_container_are_followed() -> None:
    student = at_the_container()
    for command in possible(FOLLOWED):
        began = time.monotonic()
        shown = student.types(command)
        print(f"followed: {command}, {time.monotonic() - began:.1f} s")
        assert "Step 4 of" in shown, f"{command}: {shown}"
        assert "✓" in student.press("\r"), command  # the next step is typed in it, and looked at in it
        assert "one step back" in student.press("b")
        assert "Step 3 of" in student.press("b")
    student.leave()


def test_what_cannot_be_followed_is_refused_at_once() -> None:
    student = at_the_container()
    for command in possible(REFUSED):
        began = time.monotonic()
        shown = student.types(command)
        seconds = time.monotonic() - began
        print(f"refused: {command}, {seconds:.1f} s")
        assert "cannot be followed" in shown, f"{command}: {shown}"
        assert seconds < AT_ONCE, command
    student.leave()


def test_the_course_follows_or_refuses_them_as_well(begin: Begin) -> None:
    run = begin("hostname", "host-name")
    for command in possible(FOLLOWED):
        terminal = run.lab.spare_terminal()
        assert terminal.run(command, timeout=PATIENCE, limit=65536, emit=silent, new_shell=True).exit == 0, command
        inside = terminal.foreground()
        assert kernel.namespace(inside, "uts") != kernel.namespace(run.lab.shell.pid, "uts"), command
        assert terminal.run("exit", timeout=PATIENCE, limit=65536, emit=silent).trouble is None, command
        assert terminal.waits(), command
    for command in possible(REFUSED):
        if "tmux" in command or "screen" in command:
            continue  # they say so themselves: a lab that nobody sees has a terminal that can do too little
        began = time.monotonic()
        terminal = run.lab.spare_terminal()
        result = terminal.run(command, timeout=PATIENCE, limit=65536, emit=silent, new_shell=True)
        seconds = time.monotonic() - began
        print(f"refused: {command}, {seconds:.1f} s, {result.detail}")
        assert result.trouble is Trouble.NOT_BASH, command
        assert seconds < AT_ONCE, command


def test_programs_that_ask_are_left_alone() -> None:
    """What asks for a line is no shell: the student answers it, and nothing is typed into it."""
    student = at_the_container()
    student.sees_prompt()
    for asks in ("read -p 'well? ' x", "bash -c 'read -p \"well? \" x; echo $x'", "sh -c 'printf \"well? \"; read x'"):
        student.type(f"{asks}; echo answer=$?")
        student.wait_for(re.compile("well\\? $"))
        time.sleep(2)  # longer than any silence that means something
        student.type("yes")
        assert "export" not in student.wait_for(SHELL)
    student.leave()


@pytest.mark.parametrize("before", ["env -i PATH=/usr/sbin", "script -qc", "sudo"])
def test_practice_tells_what_comes_true_in_them(before: str) -> None:
    if not shutil.which(before.split(maxsplit=1)[0]):
        pytest.skip(f"no {before} here")
    learner = Practiser("enter-root")
    learner.shell()
    learner.type("mount -t proc proc /containers/teste/proc")
    learner.wait_for("# ")
    enter = "chroot /containers/teste /bin/bash"
    learner.type(f"{before} {shlex.quote(enter)} /dev/null" if before.startswith("script") else f"{before} {enter}")
    learner.wait_for("All facts are true")
    learner.back()
    learner.leave()


def test_practice_tells_what_comes_true_in_another_shell() -> None:
    learner = Practiser("own-name")
    learner.shell()
    learner.type("cp $(command -v busybox) /containers/teste/bin/")
    learner.wait_for("# ")
    learner.type(f"{UTS} --root=/containers/teste /bin/busybox sh")
    learner.wait_for("✓ facts 1/2")
    learner.type("busybox hostname container-host")
    learner.wait_for("All facts are true")
    learner.back()
    learner.leave()


BUNDLE = r"""
mkdir -p /tmp/b && cd /tmp/b && runc spec && cd / && python3 - <<'END'
import json
config = json.load(open("/tmp/b/config.json"))
config["root"]["path"], config["process"]["args"] = "/containers/teste", ["/bin/bash"]
config["linux"]["namespaces"] = [one for one in config["linux"]["namespaces"] if one["type"] != "network"]
config["mounts"] = [one for one in config["mounts"] if one["type"] not in ("sysfs", "cgroup")]
json.dump(config, open("/tmp/b/config.json", "w"))
END
true
"""
RUNTIMES = {
    "runc": "runc run -b /tmp/b box",
    "crun": "crun run -b /tmp/b box",
}


@pytest.mark.skipif(not shutil.which("runc"), reason="no runc here")
def test_a_container_of_a_runtime_is_followed() -> None:
    """Each gives what it starts a terminal of its own."""
    student = Student("unshare")
    while "Step 11 of" not in student.press("\r"):
        pass
    for tool, command in RUNTIMES.items():
        student.wanders(*BUNDLE.strip().replace("\n", "\r").split("\r\r"), "true")
        began = time.monotonic()
        shown = student.types(command)
        print(f"followed: {tool}, {time.monotonic() - began:.1f} s")
        assert "Step 12 of" in shown, f"{tool}: {shown}"
        student.press("b")
    student.leave()
