"""A look at a lab by one kind of check."""

from __future__ import annotations

import socket
from typing import Any

from runner.checks.registry import Scene, evaluate
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import CommandResult, Outcome


def look(lab: Lab, kind: str, typed: CommandResult | None = None, /, **params: Any) -> Outcome:
    return evaluate(Check(kind, params), Scene(lab.places, typed, socket.gethostname(), lab.notice.group)).outcome


def type_(lab: Lab, command: str) -> CommandResult:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True)
