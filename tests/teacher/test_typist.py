"""The typist: a human rhythm that keeps its pace, and long lines that a class can read."""

from __future__ import annotations

import io
import math
import os
import subprocess
from collections.abc import Iterator

import pyte
import pytest

from runner.lab import osc133
from runner.lab.terminal import Terminal
from runner.records.errors import UsageError
from runner.screen.color import Color
from runner.screen.narration import View
from runner.teacher import typist
from runner.teacher.class_screen import Stage


def test_the_rhythm_is_human_and_keeps_the_pace() -> None:
    text = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
    waits = list(typist.pauses(text, 20.0))
    assert "".join(character for character, _ in waits) == text
    assert len({round(seconds, 4) for _, seconds in waits}) > 8
    mean = sum(seconds for _, seconds in waits) / len(waits)
    assert 0.8 / 20 < mean < 1.4 / 20


def test_speeds() -> None:
    assert typist.pace("") == typist.PACE
    assert typist.pace("30") == 30.0
    assert typist.pace("2x") == 2 * typist.PACE
    assert typist.pace("0,5x") == 0.5 * typist.PACE
    for wrong in ("0", "-3", "fast", "x", "nan"):
        with pytest.raises(UsageError):
            typist.pace(wrong)


# --- before a class ---

LONG = "echo one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A bash on a terminal of 60 columns, with our marks and a prompt, but without a lab."""
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("LINES", "18")
    terminal, slave = Terminal.open("typist", (60, 18))
    variables = {**osc133.environment("typist"), "PS1": "[host] pc:/# ", "TERM": "xterm", "PATH": "/usr/bin:/bin"}
    bash = ["setsid", "--ctty", "bash", "--norc", "--noprofile"]
    with subprocess.Popen(bash, stdin=slave, stdout=slave, stderr=slave, env=variables) as process:
        os.close(slave)
        terminal.shell = process.pid
        terminal.await_shell(20)
        yield terminal
        terminal.close()
        process.kill()


class Audience:
    """Sees on a screen what the stage writes, while a command is typed and when it has run."""

    def __init__(self, terminal: Terminal, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._screen = pyte.Screen(60, 18)
        self._stream = pyte.Stream(self._screen)
        stage = Stage(View(Color(io.StringIO(), force_terminal=True), "en"))
        watched = typist.Watched(math.inf, stage)
        typed = terminal.command(command, timeout=20, limit=10_000, emit=stage.output, typist=watched)
        typed.type()
        self.typed = self._rows()
        self.result = typed.follow()
        self.after = self._rows()

    def _rows(self) -> list[str]:
        self._stream.feed(self._capsys.readouterr().out.replace("\r\n", "\n").replace("\n", "\r\n"))
        return [row.rstrip() for row in self._screen.display if row.strip()]


def test_a_long_line_is_broken_between_words_and_typed_as_it_is(
    shell: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Audience(shell, LONG, capsys)
    assert seen.typed == [
        "[host] pc:/# echo one two three four five six seven eight \\",
        "> nine ten eleven twelve thirteen fourteen fifteen",
    ]
    assert seen.result.exit == 0
    assert seen.result.output.strip() == LONG.removeprefix("echo ")
    assert seen.after[: len(seen.typed)] == seen.typed
    assert "".join(seen.after[len(seen.typed) :]).replace(" ", "") == LONG.removeprefix("echo ").replace(" ", "")


def test_a_command_of_several_lines_has_the_shells_own_prompts(
    shell: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = Audience(
        shell, f"{LONG} > /dev/null &&\necho 'a quotation that is wider than the screen, for all that it says'", capsys
    )
    assert seen.typed == [
        "[host] pc:/# echo one two three four five six seven eight \\",
        "> nine ten eleven twelve thirteen fourteen fifteen > \\",
        "> /dev/null &&",
        "> echo 'a quotation that is wider than the screen, for all",
        "that it says'",
    ]
    assert seen.result.output == "a quotation that is wider than the screen, for all that it says\n"


@pytest.mark.parametrize("length", range(40, 52))
def test_a_line_may_end_at_the_edge_of_the_screen(
    length: int, shell: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    """There a shell's own echo needs a row more, and repeats what it has shown."""
    command = "echo " + "x" * (length - 5)
    seen = Audience(shell, command, capsys)
    assert "".join(row.removesuffix("\\").removeprefix("> ") for row in seen.typed) == f"[host] pc:/# {command}"
    assert seen.after == [*seen.typed, "x" * (length - 5)]


def test_short_lines_and_errors_are_shown_once(shell: Terminal, capsys: pytest.CaptureFixture[str]) -> None:
    assert Audience(shell, "echo word", capsys).after == ["[host] pc:/# echo word", "word"]
    seen = Audience(shell, "if )", capsys)
    assert seen.typed == ["[host] pc:/# if )"]
    assert seen.after[:2] == ["[host] pc:/# if )", "bash: syntax error near unexpected token `)'"]
