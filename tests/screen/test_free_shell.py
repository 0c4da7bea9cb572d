"""The free shell with a bash and no lab: how it is left, and in what state it leaves shell and screen."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

import pytest

from runner.lab import osc133
from runner.lab.terminal import Terminal
from runner.records.results import CommandResult, Trouble
from runner.screen.free_shell import Turn, await_turn, hand_over

LEAVE = b"\x1d"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A terminal with a bash that announces its commands."""
    opened, slave = Terminal.open("aid", (80, 24))
    opened.variables = osc133.environment("aid")
    shell = subprocess.Popen(
        ["setsid", "--ctty", "bash", "--norc", "--noprofile"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={"PATH": os.environ["PATH"], "TERM": "xterm", "HISTFILE": "", **opened.variables},
    )
    os.close(slave)
    opened.shell = shell.pid
    opened.await_shell(5)
    yield opened
    opened.close()
    shell.kill()
    shell.wait()


Act = tuple[bytes, bytes]  # what is typed, and what must be seen then


def sit(terminal: Terminal, *acts: Act, one_command: bool = False) -> tuple[CommandResult | None, bytes]:
    """Let somebody work in the free shell on a terminal of their own. Return what it gives, and what was shown."""
    return seated(acts, lambda screen: hand_over(terminal, screen, screen, one_command=one_command))


def turns(terminal: Terminal, *acts: Act, one_command: bool = True) -> Turn:
    """Let somebody work at the live prompt, and return how they came back."""
    return seated(acts, lambda screen: await_turn(terminal, screen, screen, one_command=one_command, refuses=False))[0]


Given = TypeVar("Given")


def seated(acts: Sequence[Act], shell: Callable[[int], Given]) -> tuple[Given, bytes]:
    """Seat somebody who acts at a terminal of their own, whose descriptor the shell is given."""
    hand, screen = pty.openpty()
    shown = bytearray()
    over, stayed = threading.Event(), threading.Event()

    def look() -> None:
        if select.select([hand], [], [], 0.05)[0]:
            shown.extend(os.read(hand, 65536))

    def work() -> None:
        for keys, wanted in acts:
            os.write(hand, keys)
            deadline = time.monotonic() + 10
            while wanted not in shown and time.monotonic() < deadline:
                look()
        deadline = time.monotonic() + 5
        while not over.is_set() and time.monotonic() < deadline:
            look()
        if not over.is_set():
            stayed.set()
            os.write(hand, LEAVE)

    person = threading.Thread(target=work)
    person.start()
    result = shell(screen)
    over.set()
    person.join()
    while select.select([hand], [], [], 0)[0]:
        look()
    os.close(hand)
    os.close(screen)
    assert not stayed.is_set(), "it should have been left by itself"
    return result, bytes(shown)


def works(terminal: Terminal) -> bool:
    done = terminal.run("echo fine", timeout=30, limit=1000, emit=lambda _: None)
    return (done.output, done.exit) == ("fine\n", 0)


def test_a_shell_that_ends_is_noticed_though_a_job_keeps_the_terminal(terminal: Terminal) -> None:
    began = time.monotonic()
    result, _ = sit(terminal, (b"sleep 7 & disown; echo st''arted\r", b"started"), (b"exit\r", b""))
    assert result and result.trouble is Trouble.LOST
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("written", [LEAVE, b"\x1b[93;5u", b"\x1b[27;5;93~", b"\x1b[53;5u"])
def test_it_is_left_however_the_key_is_spelled(terminal: Terminal, written: bytes) -> None:
    switches = rb"printf '\033[>1u\033[?1000h\033[>4;2m\033[?25l'; echo sw''itched" + b"\r"
    began = time.monotonic()
    _, shown = sit(terminal, (switches, b"switched"), (written, b""))
    assert time.monotonic() - began < 4
    end = shown.rpartition(b"switched")[2]
    assert all(usual in end for usual in (b"\x1b[=0u\x1b[<1u", b"\x1b[?25h", b"\x1b[>4;0m", b"\x1b[?1000l"))
    assert works(terminal)


def test_a_key_that_comes_in_two_parts_leaves_as_well(terminal: Terminal) -> None:
    began = time.monotonic()
    sit(terminal, (b"echo re''ady\r", b"ready"), (b"\x1b[93", b""), (b";5u", b""))
    assert time.monotonic() - began < 4
    assert works(terminal)


@pytest.mark.parametrize("slip", ["PROMPT_COMMAND=", "PS1= PROMPT_COMMAND=", "unset PROMPT_COMMAND PS0", "PS0="])
def test_a_shell_that_announces_nothing_any_more_is_mended(terminal: Terminal, slip: str) -> None:
    first = f"{slip}; echo fi''rst\r".encode()
    sit(terminal, (first, b"first\r\n"), (b"echo an''swered\r", b"answered\r\n"), (LEAVE, b""))
    assert works(terminal)


def test_a_shell_that_was_silenced_by_the_one_command_is_mended(terminal: Terminal) -> None:
    sit(terminal, (b"PROMPT_COMMAND=\recho an''swered\r", b"answered\r\n"), (LEAVE, b""), one_command=True)
    assert works(terminal)


@pytest.mark.parametrize("slip", ["true", "PS0=", "PS0='$(sleep 0.3)'$PS0"])
def test_a_line_that_was_entered_in_leaving_is_no_answer_to_the_next(terminal: Terminal, slip: str) -> None:
    sit(terminal, (f"{slip}; echo fi''rst\r".encode(), b"first\r\n"), (b"echo la''st\r" + LEAVE, b""))
    assert works(terminal)


def test_a_program_that_waits_is_left_alone(terminal: Terminal) -> None:
    result, _ = sit(terminal, (b"cat\rword\r", b"\x1b[?2004l\rword\r\n"), (LEAVE, b""))
    assert result and result.trouble is Trouble.RUNNING
    assert not terminal.waits()


# --- the live prompt ---


@pytest.mark.parametrize("key", [b"\r", b"\n", b"\x1b[13u"])
def test_enter_on_an_empty_line_comes_back(terminal: Terminal, key: bytes) -> None:
    assert turns(terminal, (b"wo", b"wo"), (b"\x7f\x7f", b"\x08 \x08\x08 \x08"), (key, b"")) == Turn(
        entered=True, command=None
    )
    assert turns(terminal, (key, b"")).entered, "and at the same prompt again"
    assert turns(terminal, (b"wo", b"wo"), (b"\x7f\x7f" + key, b"")).entered, "and though the keys came at once"
    typed = turns(terminal, (b"echo on''ce\r", b"once\r\n\x1b[?2004h"), (key, b""), one_command=False)
    assert typed.entered and typed.command and typed.command.output == "once\n"


def test_ctrl_z_at_an_empty_line_leaves_it_empty(terminal: Terminal) -> None:
    assert turns(terminal, (b"\x1a", b""), (b"\r", b"")) == Turn(entered=True, command=None)


def test_enter_comes_back_after_a_line_that_bash_cannot_read(terminal: Terminal) -> None:
    """Bash begins no such line, so no mark tells of its beginning."""
    assert turns(terminal, (b"echo ) x\r", b"token `)'\r\n\x1b[?2004h"), (b"\r", b"")) == Turn(
        entered=True, command=None
    )
    assert works(terminal)


@pytest.mark.parametrize("key", [b"\x1b", b"\x1b[27u", b"\x04", LEAVE])
def test_these_keys_lead_away_from_an_empty_line(terminal: Terminal, key: bytes) -> None:
    for before in ((b"", b"#"), (b"\x0c", b"\x1b[2J")):  # Ctrl-L draws the line anew
        assert turns(terminal, before, (key, b"")) == Turn(entered=False, command=None, left=True)
    assert works(terminal)


@pytest.mark.parametrize("key", [b"\x1b", b"\x1b[27u"])
def test_escape_leads_away_from_a_half_typed_line_which_waits(terminal: Terminal, key: bytes) -> None:
    assert turns(terminal, (b"echo ha''lf", b"ha''lf"), (key, b"")) == Turn(entered=False, command=None, left=True)
    typed, shown = seated(
        [(b" done\r", b"half done\r\n")],
        lambda screen: await_turn(terminal, screen, screen, one_command=True, refuses=False),
    )
    assert b"echo ha''lf" in shown, "the line is shown again"
    assert typed.command and (typed.command.command, typed.command.output) == ("echo ha''lf done", "half done\n")


def test_escape_ends_a_search_in_the_history_and_ctrl_d_no_half_typed_line(terminal: Terminal) -> None:
    for typed, shown, key in ((b"\x12", b"reverse-i-search", b"\x1b"), (b"tru", b"tru", b"\x04")):
        found = turns(terminal, (typed, shown), (key, b""), (b" x", b" x"), (b"\x15", b""), (LEAVE, b""))
        assert found.left and not found.command
    assert works(terminal)


def test_what_was_typed_ahead_is_no_empty_line(terminal: Terminal) -> None:
    """It stands on the line as soon as the command before it has ended, and Enter is the shell's."""
    first = turns(terminal, (b"echo be''gun; sleep 1\r", b"begun"), (b"echo se", b"echo se"))
    assert first.command and first.command.output == "begun\necho se"
    second = turns(terminal, (b"cond\r", b""))
    assert second.command and second.command.output == "second\n"
    assert turns(terminal, (b"\r", b"")).entered


@pytest.mark.parametrize(
    "pieces", [(b"true &&\recho on''ce\r",), (b"true &&\recho", b" on''ce\r"), (b"true &&\r", b"echo on''ce\r")]
)
def test_after_a_command_of_several_lines_the_line_is_empty(terminal: Terminal, pieces: tuple[bytes, ...]) -> None:
    """Whatever pieces it was pasted in: Enter is not the shell's after it."""
    *first, last = pieces
    typed = turns(terminal, *((piece, b"> ") for piece in first), (last, b"once\r\n"))
    assert typed.command and typed.command.output == "once\n"
    assert turns(terminal, (b"\r", b"")).entered


def test_after_a_line_that_was_given_up_the_line_is_empty(terminal: Terminal) -> None:
    """The first Enter only brought another prompt."""
    counted = (b"PS1='<$((++i))>'\r", b"<1>")
    line = (b"echo 'words\r", b"> "), (b"more", b"more"), (b"\x03", b"<2>")
    assert turns(terminal, counted, *line, (b"\r", b""), one_command=False).entered


def test_a_line_that_ran_while_nobody_was_here_is_not_the_next_one(terminal: Terminal) -> None:
    """It was pasted with the one before it, and the student went to another terminal meanwhile."""
    first = turns(terminal, (b"cat <<END\rwords\rEND\rsleep 0.3; echo la''te\r", b"words\r\n"))
    assert first.command and first.command.output.strip() == "words"  # the last Enter is echoed before it, or not
    time.sleep(1)
    second = turns(terminal, (b"echo mi''ne\r", b"mine\r\n"))
    assert second.command and second.command.output == "mine\n"
    turns(terminal, (b"cat <<END\rwords\rEND\recho la''te\r", b"words\r\n"))
    time.sleep(0.5)
    assert turns(terminal, (b"\r", b"")) == Turn(entered=True, command=None)


def test_a_command_that_ended_while_nobody_was_here_is_told_at_once(terminal: Terminal) -> None:
    left = turns(terminal, (b"echo be''gun; sleep 0.5; false\r", b"begun"), (LEAVE, b""))
    assert left.left and left.command and left.command.trouble is Trouble.RUNNING
    time.sleep(1)
    ended = turns(terminal, (b"", b""))
    assert ended.command and (ended.command.trouble, ended.command.exit) == (None, 1)


def test_any_number_of_enters_may_come_at_once(terminal: Terminal) -> None:
    assert turns(terminal, (b"\r" * 3000, b"")).entered
    busy = turns(terminal, (b"sleep 0.5\r" + b"\r" * 3000, b""))
    assert busy.command and busy.command.exit == 0


def test_a_half_typed_line_is_there_for_who_comes_back(terminal: Terminal) -> None:
    """Also when its cursor stands in the middle, and when the screen was cleared above it."""
    left = turns(
        terminal, (b"echo 'two  w", b"two  w"), (b"\x0c", b"\x1b[2J"), (b"\x1b[D\x1b[D", b"\x08\x08"), (LEAVE, b"")
    )
    assert left == Turn(entered=False, command=None, left=True)
    again, shown = seated(
        [(b"", b"\x08\x08"), (b"\x05ords'\r", b"two  words\r\n")],
        lambda screen: await_turn(terminal, screen, screen, one_command=True, refuses=False),
    )
    assert again.command and again.command.output == "two  words\n"
    assert b"echo 'two  w" in shown.partition(b"ords")[0]
    assert b"\x1b[2J" not in shown, "what was said in between stays on the screen"


def test_a_half_typed_line_is_cleared_for_who_types_something_else(terminal: Terminal) -> None:
    for half in (
        [(b"echo half", b"echo half")],
        [(b"sleep 0.5\recho ahead", b"# echo ahead")],
        [(b"sleep 1\r", b"sleep 1\r\n"), (b"echo ahead", b"echo ahead")],  # and the command still ran
        [(b"PS0='$(sleep 0.3)'$PS0\rtrue\r", b"true\r\n"), (b"echo ahead", b"echo ahead")],  # or had not begun to
    ):
        turns(terminal, *half, (LEAVE, b""), one_command=False)
        time.sleep(1)
        assert works(terminal)


def test_a_command_that_was_left_running_is_still_one(terminal: Terminal) -> None:
    left = turns(terminal, (b"echo be''gun; sleep 1; echo do''ne\r", b"begun"), (LEAVE, b""))
    assert left.left and left.command and left.command.trouble is Trouble.RUNNING
    ended = turns(terminal, (b"", b"done"))
    assert ended.command and (ended.command.trouble, ended.command.exit) == (None, 0)
    assert turns(terminal, (b"\r", b"")).entered
