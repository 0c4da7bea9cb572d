"""A folder of lessons from elsewhere, as an instructor has one."""

from __future__ import annotations

from pathlib import Path

from runner.course import load
from runner.host import package_files
from runner.records.course import Course
from tests.support.authors import MAKE, write_lesson

GOOD = {**MAKE, "run": "mkdir -p {{ root }}/mine", "undo": "rmdir {{ root }}/mine"}
CHECK = {"file": {"path": "{{ root }}/mine", "type": "directory"}}
MINE: dict[str, object] = {**GOOD, "checks": [CHECK], "sabotage": [{"after": "rmdir {{ root }}/mine"}]}
SYLLABUS = """format: 1
title: {en: Two hours}
lessons: [hostname, mine, rootfs]
variables:
  memory: 128M
  depth: {type: count, default: "3"}
"""


def with_a_lesson(folder: Path) -> Path:
    """Write a lesson that needs a built-in one, and return the folder."""
    write_lesson(folder, MINE, id="mine", number=7, needs=["rootfs"])
    return folder


def course_with(*folders: Path) -> Course:
    return load.course(package_files.lessons(), extra=folders)
