"""The live terminal, driven for real: exit statuses inside and outside, nested shells, runaways, unfinished lines."""

from __future__ import annotations

import os
import select
import time

import pytest

from runner.host import kernel
from runner.lab.lab import Lab
from runner.lab.osc133 import Mark
from runner.lab.terminal import Terminal
from runner.records.results import CommandResult, Trouble

pytestmark = pytest.mark.root


def type_(lab: Lab, command: str, timeout: float = 10, limit: int = 65536, new_shell: bool = False) -> CommandResult:
    return lab.terminal.run(command, timeout=timeout, limit=limit, emit=lambda _: None, new_shell=new_shell)


@pytest.mark.parametrize("status", [0, 1, 7, 126, 137, 255])
def test_exit_status_is_known(running: Lab, status: int) -> None:
    assert type_(running, f"(exit {status})").exit == status


def test_output_is_the_commands_own(running: Lab) -> None:
    result = type_(running, r"printf 'one\ntwo\n'; printf three")
    assert result.output == "one\ntwo\nthree"
    assert type_(running, "true").output == ""


def test_output_streams_as_it_comes(running: Lab) -> None:
    arrived: list[tuple[float, str]] = []
    running.terminal.run(
        "echo early; sleep 0.4; echo late",
        timeout=5,
        limit=1000,
        emit=lambda text: arrived.append((time.monotonic(), text)),
    )
    early = next(when for when, text in arrived if "early" in text)
    late = next(when for when, text in arrived if "late" in text)
    assert late - early > 0.3


def test_nested_shells_are_followed(running: Lab) -> None:
    outside = running.terminal.foreground()
    assert type_(running, "unshare -p -m -u -f --kill-child --mount-proc /bin/bash", new_shell=True).exit == 0
    inside = running.terminal.foreground()
    assert inside != outside
    assert kernel.nested_pids(inside)[-1] == 1
    assert type_(running, "(exit 5)").exit == 5
    assert type_(running, "exit 9").exit == 9
    assert running.terminal.foreground() == outside


def test_a_shell_with_a_cleared_environment_is_given_its_marks(running: Lab) -> None:
    outside = running.terminal.foreground()
    assert type_(running, "env -i PATH=/usr/bin:/bin /bin/bash --norc", new_shell=True).exit == 0
    assert running.terminal.foreground() != outside
    assert type_(running, "echo still here; (exit 3)") == CommandResult(
        "echo still here; (exit 3)",
        3,
        "still here\n",
        pytest.approx(0, abs=5),  # type: ignore[arg-type]
    )
    assert type_(running, "exit 4").exit == 4


@pytest.mark.parametrize(
    "line", ["echo 'open", 'echo "open', "cat <<END", "for i in 1 2; do", "(", "echo $(", "true &&"]
)
def test_an_unfinished_line_is_noticed_at_once(running: Lab, line: str) -> None:
    started = time.monotonic()
    result = type_(running, line, timeout=30)
    assert result.trouble is Trouble.UNFINISHED
    assert time.monotonic() - started < 5
    assert type_(running, "echo fine").output == "fine\n"


def test_a_compound_of_several_lines_is_one_command(running: Lab) -> None:
    assert type_(running, "for i in 1 2\ndo\n  echo $i\ndone").output == "1\n2\n"


def test_lines_stop_at_the_first_that_fails(running: Lab) -> None:
    result = type_(running, "echo one\nfalse\necho never")
    assert (result.exit, result.output) == (1, "one\n")


@pytest.mark.parametrize("command", ["sleep 60", "bash -c 'trap \"\" INT TERM; while :; do sleep 1; done'"])
def test_a_runaway_is_interrupted_then_killed(running: Lab, command: str) -> None:
    result = type_(running, command, timeout=0.5)
    assert result.trouble is Trouble.TIMEOUT
    assert result.exit is None
    assert type_(running, "echo fine").output == "fine\n"
    assert not any("sleep 60" in kernel.command(pid) for pid in running.processes())


def test_a_flood_is_stopped_and_bounded(running: Lab) -> None:
    result = type_(running, "yes", limit=5000)
    assert result.trouble is Trouble.FLOOD
    assert 3000 < len(result.output) <= 5000
    assert type_(running, "echo fine").output == "fine\n"


def test_a_program_cannot_forge_the_mark(running: Lab) -> None:
    result = type_(running, r"printf '\033]133;D;0\007\033]133;D;0;aid=guess\007'; (exit 6)")
    assert result.exit == 6


def test_the_end_of_the_shell_is_reported(running: Lab) -> None:
    assert type_(running, "exit 0").trouble is Trouble.LOST


def test_characters_cut_in_two_are_put_together(running: Lab) -> None:
    pieces: list[str] = []
    running.terminal.run(
        r"printf '\303'; sleep 0.1; printf '\247\342'; sleep 0.1; printf '\202\254'",
        timeout=5,
        limit=1000,
        emit=pieces.append,
    )
    assert "".join(pieces) == "ç€"


def test_styles_do_not_disturb_what_is_compared(running: Lab) -> None:
    assert type_(running, r"printf '\033[1;32mgreen\033[0m\n'").output == "green\n"


def marks(lab: Lab, typed: str, count: int = 1) -> list[Mark]:
    """Type into the terminal as a person would, and collect the marks until so many commands have ended."""
    lab.terminal.write(typed.encode())
    found: list[Mark] = []
    deadline = time.monotonic() + 10
    while sum(mark.kind == "D" for mark in found) < count and time.monotonic() < deadline:
        if select.select([lab.terminal.master], [], [], 0.1)[0]:
            lab.terminal.pump()
        found += [event for event in lab.terminal.events() if isinstance(event, Mark)]
    return [mark for mark in found if mark.kind in "CD"]


def test_the_shell_tells_what_was_typed(running: Lab) -> None:
    start, end = marks(running, "echo  'two  blanks' \"xz\x7fy\"\n")
    assert start.shell == end.shell
    assert end.words == "echo  'two  blanks' \"xy\""
    assert [mark.words for mark in marks(running, "\x1b[A\n")][1] == end.words  # an arrow, and not a word typed
    (end,) = marks(running, "\n")  # nothing typed: nothing started
    assert (end.kind, end.value) == ("D", "0")


def test_a_shell_that_was_entered_knows_nothing_of_the_line_that_started_it(running: Lab) -> None:
    start, end = marks(running, "unshare -p -m -u -f --kill-child --mount-proc /bin/bash --norc\n")
    assert (start.shell != end.shell, end.words) == (True, "")
    start, end = marks(running, "hostname\n")
    assert (start.shell == end.shell, end.words) == (True, "hostname")


def test_marks_start_no_process(running: Lab) -> None:
    """The next PID is the next one also for the next command, and `unshare -p` without `-f` keeps its only child."""
    assert type_(running, "unshare -p -f --kill-child --mount-proc /bin/bash --norc", new_shell=True).exit == 0
    first, second = (int(type_(running, "sh -c 'echo $$'").output) for _ in range(2))
    assert second == first + 1
    assert type_(running, "exit").exit == 0
    assert type_(running, "unshare -p /bin/bash --norc", new_shell=True).exit == 0
    assert type_(running, "ls -d /").output == "/\n"
    assert "Cannot allocate memory" in type_(running, "ls -d /").output


@pytest.mark.parametrize("program", ["sh", "busybox sh", "dash", "env -i sh", "python3 -q"])
def test_what_waits_for_input_and_is_no_bash_is_refused_at_once(running: Lab, program: str) -> None:
    began = time.monotonic()
    result = type_(running, program, new_shell=True, timeout=60)
    assert (result.exit, result.trouble) == (None, Trouble.NOT_BASH)
    assert result.detail.endswith(program.rpartition("-i ")[2])
    assert time.monotonic() - began < 20
    assert type_(running, "echo back").output == "back\n"


@pytest.mark.parametrize(
    "program", ["printf part; sleep 2; bash --norc", "env -i sh -c 'printf part; sleep 1; exec bash --norc'"]
)
def test_a_bash_that_takes_its_time_is_no_stranger(running: Lab, program: str) -> None:
    assert type_(running, program, new_shell=True, timeout=60).exit == 0
    assert type_(running, "exit 6").exit == 6


def test_a_terminal_that_was_closed_counts_as_gone(running: Lab) -> None:
    second = running.spare_terminal()
    assert second.lives() and second.waits()
    second.close()
    assert not second.lives() and not second.waits()
    running.terminals.remove(second)


@pytest.mark.parametrize(
    ("said", "given"), [((0, 0), (80, 24)), ((0, 50), (80, 50)), ((1, 1), (20, 2)), ((70000, 70000), (65535, 65535))]
)
def test_a_window_of_an_absurd_size_becomes_one_that_bash_can_edit_in(
    said: tuple[int, int], given: tuple[int, int]
) -> None:
    terminal, slave = Terminal.open("aid", said)
    assert tuple(os.get_terminal_size(slave)) == given
    os.close(slave)
    terminal.close()


def test_a_terminal_is_made_where_dev_ptmx_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> tuple[int, int]:
        raise FileNotFoundError(2, "No such file or directory", "/dev/ptmx")

    monkeypatch.setattr(os, "openpty", refuse)
    terminal, slave = Terminal.open("aid", (80, 24))
    os.write(terminal.master, b"hello\n")
    assert os.read(slave, 100) == b"hello\n"
    os.close(slave)
    terminal.close()
