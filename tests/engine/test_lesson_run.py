"""What a student may do in the lab by mistake: noticed, named, survived; the machine comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import cgroups
from runner.records.course import Course
from runner.records.results import CommandResult, Outcome, Trouble

pytestmark = pytest.mark.root


@pytest.fixture
def lesson(course: Course, values: Values, seat: int) -> Iterator[LessonRun]:
    """The `hostname` lesson, ready for its first step; clean at the end, whatever happened in it."""
    run = LessonRun(course, course.lesson("hostname"), values, "default", seat)
    run.start()
    yield run
    assert run.finish().leftovers == ()


def slip(run: LessonRun, command: str, timeout: float = 10) -> CommandResult:
    return run.current_terminal.run(command, timeout=timeout, limit=65536, emit=silent, new_shell=True)


def upto(run: LessonRun, id: str) -> None:
    """Perform the steps up to and with this one."""
    for step in run.lesson.steps:
        assert run.perform(step, silent).outcome is Outcome.PASSED
        if step.id == id:
            return


def next_step_outcome(run: LessonRun) -> Outcome:
    return run.perform(run.lesson.steps[len(run.done)], silent).outcome


@pytest.mark.parametrize("command", ["exit", "exec true", "kill -9 $$", "exec /nonexistent; exit"])
def test_the_shell_is_gone(lesson: LessonRun, command: str) -> None:
    slip(lesson, command)
    assert next_step_outcome(lesson) is Outcome.FAILED


def test_exit_once_too_often(lesson: LessonRun) -> None:
    """Out of the container when the lesson thinks we are in it: nothing is typed in the wrong shell."""
    upto(lesson, "enter")
    slip(lesson, "exit")
    result = lesson.perform(lesson.lesson.steps[len(lesson.done)], silent)
    assert result.command.trouble is Trouble.ELSEWHERE
    assert result.outcome is Outcome.FAILED


def test_a_shell_too_deep(lesson: LessonRun) -> None:
    slip(lesson, "bash --norc")
    assert next_step_outcome(lesson) is Outcome.FAILED


def test_a_lesson_that_lost_its_shell_can_be_put_back_by_stepping_back(lesson: LessonRun) -> None:
    upto(lesson, "enter")
    slip(lesson, "kill -9 $PPID; exit")
    lesson.restart()
    assert lesson.done[-1].id == "enter"
    assert next_step_outcome(lesson) is Outcome.PASSED


def test_rm_rf_inside_the_root(lesson: LessonRun, tmp_path: Path, values: Values) -> None:
    """Only the lab's own tmpfs is there to be deleted; /home and /dev of the machine are not in reach."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "thesis").write_text("years of work")
    devices = sorted(entry.name for entry in Path("/dev").iterdir())
    slip(lesson, f"cp $(type -P rm) {values['root']}/bin/")
    slip(lesson, f"chroot {values['root']} /bin/bash --norc")
    slip(lesson, "rm -rf --no-preserve-root /")
    slip(lesson, "exit")
    assert (tmp_path / "home" / "thesis").read_text() == "years of work"
    assert sorted(entry.name for entry in Path("/dev").iterdir()) == devices
    assert next_step_outcome(lesson) is Outcome.PASSED  # the first step needs no root


def test_unmounting_what_we_mounted(lesson: LessonRun, values: Values) -> None:
    slip(lesson, f"umount -l {values['root']}/dev; umount -l {values['root']}/sys; umount -l /containers")
    assert next_step_outcome(lesson) is Outcome.PASSED


def test_deleting_the_root(lesson: LessonRun, values: Values) -> None:
    """The step that needs it fails and says so; the rollback does not mind."""
    slip(lesson, f"mv {values['root']} {values['root']}.away")
    with pytest.raises(AssertionError):
        upto(lesson, "enter")


def test_moving_the_shell_into_another_group(lesson: LessonRun) -> None:
    tree = cgroups.read()
    parent = tree.v2 or tree.v1["memory"]
    slip(lesson, f"mkdir {parent}/semdocker/deep; echo $$ > {parent}/semdocker/deep/cgroup.procs")
    assert next_step_outcome(lesson) is Outcome.PASSED


def test_filling_the_labs_disk(lesson: LessonRun) -> None:
    result = slip(lesson, "head -c 400M /dev/zero > /containers/big", timeout=30)
    assert result.exit != 0
    assert "No space left" in result.output


def test_renaming_the_machine_is_put_back(course: Course, values: Values, seat: int) -> None:
    run = LessonRun(course, course.lesson("rootfs"), values, "default", seat)
    run.start()
    slip(run, "hostname container-host; sysctl -q -w kernel.domainname=oops")
    rollback = run.finish()
    assert rollback.clean
    assert rollback.restored == ("hostname", "domainname")


def test_a_group_made_by_hand_is_reported_with_its_remedy(course: Course, values: Values, seat: int) -> None:
    """It is not provably ours, so it is not touched; the report says how to remove it."""
    tree = cgroups.read()
    stray = tree.group("pids", "by-hand")
    run = LessonRun(course, course.lesson("rootfs"), values, "default", seat)
    run.start()
    slip(run, f"nsenter -t {os.getpid()} -m mkdir {stray}")
    rollback = run.finish()
    try:
        assert rollback.clean
        assert [(left.area, left.remove) for left in rollback.noticed] == [("cgroups", f"rmdir {stray}")]
    finally:
        stray.rmdir()
