"""What is handed to the lab of this machine's terminal."""

from __future__ import annotations

from runner.host import shell_environment


def test_a_terminal_is_described_by_its_name_and_by_nothing_else() -> None:
    assert shell_environment.terminfo("xterm").startswith("b64:")
    for name in ("", "dumb", "../../../etc/passwd", "x/../../../etc/passwd", "no-such-terminal"):
        assert shell_environment.terminfo(name) == ""


def test_an_unknown_terminal_counts_as_a_common_one() -> None:
    assert shell_environment.terminal("xterm")[0] == "xterm"
    assert shell_environment.terminal("dumb") == ("dumb", "")
    name, described = shell_environment.terminal("xterm-ghostty-of-tomorrow")
    assert name == "xterm-256color"
    assert described.startswith("b64:")
