"""What lessons and exercises need of programs follows from commands and checks, and is tried with their options."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.course import selection
from runner.engine import fitness
from runner.host import capability, capability_fixes, programs, shell_environment
from runner.records.course import Check, Course
from runner.records.texts import Dual

# What follows these are often the options of what they start; they are tried in `USES`, and in `test_doctor_programs`.
STARTERS = {"unshare", "chroot", "nsenter", "setpriv", "timeout", "sh", "bash", "xargs"}
# Tried with another capability; of one origin only; or nothing to try on a machine of others (pkill).
ELSEWHERE = {"mount", "umount", "nft", "runc", "busybox", "wget", "podman", "perl", "pkill"}
POSIX = {"[", "test", "kill", "mkdir", "rm", "rmdir", "ln", "chmod", "chown", "touch", "echo", "printf", "pwd", "true"}
OURS = {"ipcmk", "ipcrm", "lsns"}  # util-linux alone has them


def uses(course: Course) -> Iterator[tuple[str, str]]:
    """Give each program with each option that a command of the course gives it."""
    steps = [step for lesson in course.lessons for step in lesson.steps]
    exercises = selection.all_exercises(course)
    steps += [step for exercise in exercises for step in exercise.breaks]
    commands = [step.run for step in steps] + [one for step in steps for one in step.undo.commands]
    commands += [one for exercise in exercises for one in exercise.fix]
    for command in (form for dual in commands for form in dual):
        for part in re.split(r"[|;&()`\n\"']+", command):
            words = part.split()
            known = [place for place, word in enumerate(words) if shutil.which(word) and "/" not in word]
            for place, following in zip(known, [*known[1:], len(words)], strict=False):
                yield from ((words[place], word) for word in words[place:following] if re.match(r"--?[a-zA-Z]", word))


def test_every_option_of_the_course_is_tried(course: Course) -> None:
    found = {(name, option.partition("=")[0]) for name, option in uses(course)}
    assert ("ps", "-C") in found and ("cp", "--parents") in found
    judged = {(name, option) for name, option in found if name not in STARTERS | ELSEWHERE | POSIX | OURS}
    untried = {
        (name, option)
        for name, option in judged
        if not all(re.search(part, programs.USES.get(name, "")) for part in _parts(option))
    }
    assert sorted(untried) == []


def _parts(option: str) -> list[str]:
    """Return patterns of an option as it is tried; each letter of several counts, and no value after them."""
    if option.startswith("--"):
        return [rf"(?<!\S){option}\b"]
    letters = re.match(r"-([a-zA-Z]+)", option)
    assert letters
    return [rf"(?<!\S)-[a-zA-Z]*{letter}" for letter in letters[1]]


def test_what_a_lesson_needs_follows_from_what_it_types_and_checks(course: Course) -> None:
    rootfs = fitness.required(course, course.lesson("rootfs"))
    assert {"tool.cp", "tool.ps", "linked.ps", "linked.tail"} <= set(rootfs)
    assert "tool.nsenter" not in rootfs and "linked.perl" not in rootfs
    assert "linked.tail" in fitness.required(course, course.lesson("ipc")), "rootfs prepares it"


def test_a_program_without_libraries_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shell_environment, "PATH", f"{tmp_path}:/usr/bin")
    monkeypatch.setattr(capability_fixes, "_family", lambda: "debian")
    assert capability.look("linked.cat") is None
    wrapper = tmp_path / "cat"
    wrapper.write_text("#!/bin/sh\nexec /usr/bin/cat\n")
    wrapper.chmod(0o755)
    lacks = capability.look("linked.cat")
    assert lacks and (lacks.observed, lacks.cause) == (f"{wrapper}: not dynamically linked", "another-program")
    assert lacks.fix == f"mv {wrapper} {wrapper}.away"
    monkeypatch.setattr(shell_environment, "PATH", str(tmp_path))
    lacks = capability.look("linked.cat")
    assert lacks and lacks.fix == "apt-get install -y --reinstall cat"


def test_what_a_lesson_makes_itself_is_not_demanded_of_the_machine() -> None:
    check = Check("file", {"path": "{{ root }}/bin/note", "interpreter": "present"})
    made, brought = Dual.of("gcc -o {{ root }}/bin/note /srv/note.c"), Dual.of("cp /bin/note {{ root }}/bin/")
    assert "linked.note" not in programs.needed([made], [check])
    assert "linked.note" in programs.needed([brought], [check])
