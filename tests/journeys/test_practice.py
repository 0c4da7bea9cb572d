"""`semdocker practice` and `check` through real terminals, two where two are used: told at once, reset, both kinds."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import mkdtemp

import pexpect
import pytest

from runner.course import load
from runner.course.render import Values
from runner.host import bundled
from runner.lab import seats
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach
from runner.learner.practice_session import Session
from runner.records.course import Course
from runner.records.errors import Unfit
from runner.screen.narration import View
from runner.screen.plain import Plain
from tests.support import command
from tests.support.command import CHECKOUT
from tests.support.student import STATE

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
SEAT = "practiser"
ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
PROMPT = {"en": "q quit", "pt": "q sai"}
ROOT = "/containers/teste"
TITLE = re.compile(r"\x1b\]2;([^\x07]*)\x07")
SHELL = "#"  # what ends the prompt of the lab's shell


OPEN: list[pexpect.spawn] = []


class Learner:
    """A person at a terminal of 80×24 who practises."""

    def __init__(self, *arguments: str, language: str = "en", state: str = "") -> None:
        self.language = language
        self.state = state or mkdtemp(dir=STATE)
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "runner", "practice", *arguments, "--lang", language, "--seat", SEAT],
            cwd=str(CHECKOUT),
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=30,
            env={**ENVIRONMENT, "XDG_STATE_HOME": self.state},
        )
        OPEN.append(self.terminal)
        self.opened = self.menu()

    def menu(self) -> str:
        return self.sees(PROMPT[self.language])

    def sees(self, text: str) -> str:
        self.terminal.expect_exact(text)
        return str(self.terminal.before)

    def press(self, key: str) -> str:
        self.terminal.send(key)
        return plain(self.menu())

    def shell(self) -> None:
        self.terminal.send("\r")
        self.sees("Ctrl-]")
        self.sees(SHELL)

    def types(self, command: str) -> None:
        self.terminal.send(command + "\r")

    def back(self) -> str:
        self.terminal.send("\x1d")
        return plain(self.menu())

    def leave(self) -> str:
        self.terminal.send("q")
        return self.end()

    def end(self) -> str:
        self.terminal.expect(pexpect.EOF)
        self.terminal.close()
        return plain(self.terminal.before)

    def record(self, exercise: str) -> dict[str, object]:
        found = json.loads((Path(self.state) / "semdocker" / "progress.json").read_text())
        return dict(found["practice"][exercise])


def plain(text: str | None) -> str:
    return " ".join(re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07", "", text or "").split())


def semdocker(*arguments: str, state: str = "") -> subprocess.CompletedProcess[str]:
    return command.semdocker(*arguments, XDG_STATE_HOME=state or STATE)


def looked() -> tuple[int, dict[str, bool]]:
    """What a second terminal sees: the exit status of `check`, and which facts are true."""
    done = semdocker("check", "--json", "--lang", "en", "--seat", SEAT)
    document = json.loads(done.stdout)
    assert document["schema"] == "semdocker/check/1"
    return done.returncode, {fact["id"]: fact["outcome"] == "passed" for fact in document["facts"]}


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    while OPEN:  # a test that failed half-way must not hold the seat of the next
        OPEN.pop().close(force=True)
    shutil.rmtree(STATE)
    Path(STATE).mkdir()
    with seats.hold(SEAT, wait=20):
        assert not seats.journal_of(SEAT).exists()


LOADER = "cp /lib64/ld-linux-x86-64.so.2 {root}/lib64/ 2>/dev/null || cp /lib/ld-linux-aarch64.so.1 {root}/lib/"
SAID = {
    "en": ("facts 1/2", "facts 2/2", "All facts are true", "no longer", "The kernel opens it before anything else"),
    "pt": ("fatos 1/2", "fatos 2/2", "Todos os fatos", "não mais", "O kernel o abre antes de tudo"),
}


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_student_is_told_at_the_next_prompt(language: str) -> None:
    """Green when it becomes true, red when it stops, in a line above the prompt; then the explanation, and a record."""
    one, both, everything, no_longer, why = SAID[language]
    learner = Learner("--broken", "lost-loader", language=language)
    learner.shell()
    learner.types(LOADER.format(root=ROOT))
    learner.sees("✓ " + one)
    learner.types(f"chroot {ROOT} /bin/bash")
    learner.sees("✓ " + both)
    learner.sees(everything)
    learner.types("exit")
    learner.sees("✗ " + one)
    learner.sees(no_longer)
    learner.types(f"chroot {ROOT} /bin/bash")
    learner.sees(everything)
    assert why in learner.back()
    learner.leave()
    assert learner.terminal.exitstatus == 0
    assert {**learner.record("lost-loader"), "seconds": 0, "when": ""} == {
        "state": "done",
        "attempts": 1,
        "hints": 0,
        "seconds": 0,
        "when": "",
    }


def test_what_comes_true_while_nothing_is_typed_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Above the waiting prompt and in the window's title, and not into a line that is being typed."""
    learner = Learner("clinging-mount")
    learner.shell()
    learner.types(f"(sleep 1; umount {ROOT}/sys; date +%s.%N > /tmp/when) &")
    learner.sees("✓ facts 1/3")
    seconds = time.time() - float(Path("/tmp/when").read_text())
    learner.types(f"(sleep 1; mount -t sysfs sysfs {ROOT}/sys) &")
    learner.terminal.send("echo half a line")
    learner.terminal.expect(TITLE)
    while "0/3" not in learner.terminal.match[1]:
        learner.terminal.expect(TITLE)
    learner.terminal.send(" is whole\r")
    shown = learner.sees("✗ facts 0/3")
    assert "half a line is whole" in plain(shown)
    assert "no longer" not in shown.rpartition("half a line is whole")[0]
    learner.back()
    learner.leave()
    Path("/tmp/when").unlink()
    with capsys.disabled():
        print(f"\ntold in the shell {seconds * 1000:.0f} ms after it came true", end="")


def test_a_second_terminal_watches(capsys: pytest.CaptureFixture[str]) -> None:
    learner = Learner("free-runner")
    assert looked() == (1, {"cpu": False, "memory": False, "pids": False})
    watcher = pexpect.spawn(
        sys.executable,
        ["-m", "runner", "check", "--watch", "--json", "--lang", "en", "--seat", SEAT],
        cwd=str(CHECKOUT),
        encoding="utf-8",
        timeout=20,
        env=ENVIRONMENT,
    )
    watcher.expect('"true": 0')
    learner.shell()
    groups = (
        "$(cd /sys/fs/cgroup; ls -d cpu/container-practiser memory/container-practiser pids/container-practiser"
        " container-practiser 2>/dev/null)"
    )
    learner.types(
        f"for g in {groups}; do pgrep -x -f 'sleep 100000' > /sys/fs/cgroup/$g/cgroup.procs; done; echo d''one"
    )
    learner.sees("done")
    began = time.monotonic()
    watcher.expect('"true": 3')
    seconds = time.monotonic() - began
    assert looked() == (0, {"cpu": True, "memory": True, "pids": True})
    learner.back()
    learner.press("r")
    watcher.expect('"true": 0')
    learner.leave()
    watcher.expect(pexpect.EOF)  # it ends when the lab does
    watcher.close()
    assert watcher.exitstatus == 1
    with capsys.disabled():
        print(f"\ngreen in the second terminal after {seconds * 1000:.0f} ms", end="")


def test_watching_on_a_screen_repaints_and_gives_it_back() -> None:
    learner = Learner("double-speed")
    watcher = pexpect.spawn(
        sys.executable,
        ["-m", "runner", "check", "--watch", "0.2", "--lang", "pt", "--seat", SEAT],
        cwd=str(CHECKOUT),
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=20,
        env=ENVIRONMENT,
    )
    watcher.expect_exact("\x1b[?1049h")
    watcher.expect_exact("Fatos verdadeiros: 0 de 1.")
    learner.press("s")
    watcher.expect_exact("Fatos verdadeiros: 1 de 1.")
    watcher.sendintr()
    watcher.expect_exact("\x1b[?1049l")
    watcher.expect(pexpect.EOF)
    watcher.close()
    assert watcher.exitstatus == 130
    learner.leave()


def test_watching_in_plain_text_says_only_what_changed() -> None:
    learner = Learner("double-speed")
    watcher = subprocess.Popen(
        [sys.executable, "-m", "runner", "check", "--watch", "0.1", "--plain", "--lang", "en", "--seat", SEAT],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    time.sleep(2)
    learner.press("s")
    time.sleep(1)
    learner.leave()
    shown, _ = watcher.communicate(timeout=20)
    assert shown.count("Facts that are true: 1 of 1") == 1
    assert shown.count("Facts that are true: 0 of 1") <= 3  # at first, and in the fresh lab on the way to the solution
    assert "\x1b" not in shown
    assert shown.rstrip().endswith("The lab has ended.")


def test_the_keys(capsys: pytest.CaptureFixture[str]) -> None:
    learner = Learner("own-name")
    assert "Practice · Name the container" in plain(learner.opened)
    shown = learner.press("c")
    assert "expected" in shown
    assert "Facts that are true: 0 of 2" in shown
    assert "Hint 1 of 2" in learner.press("h")
    assert "Hint 2 of 2" in learner.press("h")
    assert "no more hints" in learner.press("h")
    learner.terminal.send("s")
    shown = plain(learner.sees("n next"))
    assert "Facts that are true: 2 of 2" in shown
    assert "drawer" in shown
    learner.menu()
    assert learner.record("own-name")["state"] == "assisted"
    assert learner.record("own-name")["hints"] == 2
    found = re.search(r"as at the beginning \((\d+) ms\)", learner.press("r"))
    assert found
    assert looked()[0] == 1
    assert "namespace uts" in learner.press("x") or "uts" in plain(learner.terminal.before)
    assert "the next exercise" in learner.press("?")
    learner.language = "pt"
    assert "Prática · Batizar o contêiner" in learner.press("l")
    learner.terminal.send("n")
    shown = plain(learner.menu())
    assert "comparada" in shown
    assert "rédea curta" in shown
    learner.leave()
    with capsys.disabled():
        print(f"\nreset by key in {found[1]} ms", end="")


def test_leaving_the_labs_shell_is_noticed_although_the_container_keeps_the_terminal_open() -> None:
    learner = Learner("free-runner")
    learner.shell()
    learner.types("exit")
    assert "shell has ended" in plain(learner.menu())
    learner.press("r")
    learner.shell()
    learner.types("echo $((6*7))")
    learner.sees("42")
    learner.back()
    learner.leave()
    assert learner.terminal.exitstatus == 0
    assert learner.record("free-runner")["state"] == "open"


def test_a_line_being_typed_is_there_again() -> None:
    learner = Learner("lost-loader")
    learner.shell()
    learner.terminal.send("echo first")
    learner.sees("echo first")
    learner.back()
    learner.terminal.send("\r")
    learner.sees("# echo first")
    learner.terminal.send(" and last\r")
    learner.sees("first and last")
    learner.back()
    learner.leave()


def test_plain_mode_says_it_in_words() -> None:
    learner = Learner("lost-loader", "--plain")
    assert "\x1b" not in learner.opened
    learner.terminal.send("\r")
    learner.sees("Ctrl-]")
    learner.types(LOADER.format(root=ROOT))
    learner.sees("OK: facts 1/2")
    assert "\x1b]2;" not in str(learner.terminal.before)
    learner.terminal.send("\x1d")
    learner.menu()
    learner.terminal.send("q\r")
    learner.end()
    assert learner.terminal.exitstatus == 0


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_an_end_from_outside_puts_the_machine_back(number: signal.Signals) -> None:
    learner = Learner("wrong-group")
    learner.shell()
    assert seats.journal_of(SEAT).exists()
    os.kill(learner.terminal.pid, number)
    learner.terminal.expect(pexpect.EOF)
    learner.terminal.close()
    with seats.hold(SEAT, wait=20):
        assert not seats.journal_of(SEAT).exists()
    assert not list(Path("/sys/fs/cgroup").glob("*/container-practiser*"))


def test_check_looks_at_a_lessons_step_too() -> None:
    student = pexpect.spawn(
        sys.executable,
        ["-m", "runner", "learn", "hostname", "--lang", "en", "--seat", SEAT],
        cwd=str(CHECKOUT),
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=30,
        env={**ENVIRONMENT, "XDG_STATE_HOME": mkdtemp(dir=STATE)},
    )
    OPEN.append(student)
    student.expect_exact("q quit")
    while "A pretend machine" not in str(student.before):
        student.send("\r")
        student.expect_exact("q quit")
    status, found = looked()
    assert (status, found) == (1, {"namespace": False})
    student.send("t")
    student.expect_exact("Your turn")
    student.send("unshare -u /bin/bash --norc\r")
    student.expect_exact("q quit")
    assert looked() == (1, {"hostname": False})
    student.send("q")
    student.expect(pexpect.EOF)
    student.close()


# --- no terminal, no such exercise, lists ---


@pytest.mark.parametrize("name", ["lost-loader", "chroot", "2", "02-chroot", ""])
def test_without_a_terminal_it_never_asks(name: str) -> None:
    """Whatever it is called by."""
    done = semdocker("practice", *([name] if name else []), "--lang", "en")
    assert done.returncode == 2
    assert "terminal" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("lost-loade",), "did you mean “lost-loader”"),
        (("--broken", "leakyname"), "did you mean “leaky-name”"),
        (("--broken", "own-name"), "not one of the broken ones"),
        (("zzzzz",), "There are: build-root"),
        (("lost-loader", "--broken", "leaky-name"), "one exercise only"),
    ],
)
def test_what_does_not_exist(arguments: tuple[str, ...], sentence: str) -> None:
    done = semdocker("practice", *arguments, "--lang", "en")
    assert done.returncode == 2
    assert sentence in done.stderr


def test_lists() -> None:
    both = semdocker("practice", "--list", "--lang", "pt").stdout
    assert "own-name" in both
    assert "Batizar o contêiner e só ele" in both
    broken = semdocker("practice", "--broken", "--lang", "en").stdout
    assert "own-name" not in broken
    assert "The program that is there and is not" in broken
    document = json.loads(semdocker("practice", "--list", "--json", "--lang", "en").stdout)
    assert document["schema"] == "semdocker/exercises/1"
    assert sum(one["broken"] for one in document["exercises"]) >= 12


def test_check_without_a_lab() -> None:
    done = semdocker("check", "--lang", "en", "--seat", SEAT)
    assert done.returncode == 1
    assert "No lab is live" in done.stderr


def test_a_machine_that_lacks_something_is_told_what(
    course: Course, values: Values, seat: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is changed, with the command that helps."""
    monkeypatch.setenv("XDG_STATE_HOME", mkdtemp(dir=STATE))
    shown = io.StringIO()
    view = View(Plain(shown), "en")
    view.values = values
    one = replace(load.exercises(bundled.lessons(), course)[0], requires=("root", "tool.nonesuch"))
    session = Session(course, one, values, Coach(view), seat="default", notebook=Notebook(view.remark))
    with pytest.raises(Unfit):
        session.practise(seat)
    assert "nonesuch" in shown.getvalue()


def test_a_second_shell_goes_into_a_container_that_nobody_entered() -> None:
    learner = Learner("free-runner")
    visitor = pexpect.spawn(
        sys.executable,
        ["-m", "runner", "shell", "--in", "container", "--seat", SEAT, "--lang", "en"],
        cwd=str(CHECKOUT),
        encoding="utf-8",
        timeout=20,
        env=ENVIRONMENT,
    )
    visitor.expect_exact("# ")
    visitor.send("ps -o args= -p 1\r")
    visitor.expect_exact("sleep 100000")
    visitor.send("exit\r")
    visitor.expect(pexpect.EOF)
    visitor.close()
    learner.leave()


def test_random_is_one_of_the_broken() -> None:
    learner = Learner("--broken", "random")
    assert "Broken · " in plain(learner.opened)
    learner.leave()
