"""A lesson that is done by the test itself, while others look at it."""

from __future__ import annotations

from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun

SEAT = "xray"


def type_(run: LessonRun, command: str, new_shell: bool = False) -> None:
    run.current_terminal.run(command, timeout=10, limit=65536, emit=silent, new_shell=new_shell)
