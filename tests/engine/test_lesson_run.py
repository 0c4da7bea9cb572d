"""What a student may do in the lab by mistake: noticed, named, survived; the machine comes back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import NOT_COMPARED, LessonRun
from runner.host import cgroups, kernel
from runner.records.course import Course, Step
from runner.records.results import CommandResult, Outcome, Prediction, Trouble
from runner.records.texts import Dual
from tests.support.waiting import until

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


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("host-inode", ["host-name"]),
        ("pretend", []),
        ("name-pretend", ["pretend"]),
        ("leave-leaky", ["pretend", "name-pretend", "enter-without-u", "rename-without-u"]),
        ("host-intact", ["pretend", "name-pretend", "enter-without-u", "rename-without-u", "leave-leaky", "damage"]),
    ],
)
@pytest.mark.parametrize("by", ["restart", "skip_to"])
def test_what_leaves_nothing_is_done_again_only_for_a_step_that_looks(
    lesson: LessonRun, monkeypatch: pytest.MonkeyPatch, by: str, target: str, expected: list[str]
) -> None:
    """It may take its time, such as a ping that nobody answers; but it may have moved a counter."""
    replayed: list[str] = []
    replay = lesson.replay

    def noted(step: Step) -> None:
        replayed.append(step.id)
        replay(step)

    monkeypatch.setattr(lesson, "replay", noted)
    number = [step.id for step in lesson.lesson.steps].index(target)
    if by == "restart":
        lesson.restart(number)
    else:
        lesson.skip_to(target)
    needed = {step for other in lesson.lesson.needs for step in lesson.course.lesson(other).leaves}
    assert [step for step in replayed if step not in needed] == expected
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


def test_a_step_on_the_host_is_typed_beside_an_open_container(lesson: LessonRun) -> None:
    """The first terminal keeps the host's shell, with its variables and jobs; the container stays where it is."""
    slip(lesson, "mine=kept; sleep 1000 &")
    upto(lesson, "rename")
    container = lesson.lab.places["container"]
    host = lesson.carry_out(replace(lesson.lesson.step("host-name"), run=Dual.of("hostname; echo $mine; jobs")))
    assert host.output.startswith(f"{os.uname().nodename}\nkept\n")
    assert "sleep 1000" in host.output
    assert lesson.lab.is_at("container") and lesson.lab.places["container"] == container
    assert lesson.carry_out(lesson.lesson.step("evidence")).output.startswith("container-host\n")


def test_a_second_container_opens_beside_the_first(lesson: LessonRun) -> None:
    upto(lesson, "rename")
    terminals = len(lesson.lab.terminals)
    second = replace(lesson.lesson.step("enter"), enters="second")
    assert lesson.carry_out(second).exit == 0
    assert len(lesson.lab.terminals) == terminals + 1
    first, other = (lesson.lab.places[name] for name in ("container", "second"))
    assert kernel.namespace(first.pid, "uts") != kernel.namespace(other.pid, "uts")
    for place in ("host", "container", "second"):
        assert lesson.lab.is_at(place)


def test_an_entry_that_was_tried_in_vain_is_tried_again_in_a_fresh_terminal(lesson: LessonRun) -> None:
    upto(lesson, "host-inode")
    step = lesson.lesson.step("pretend")
    wrong = lesson.perform(replace(step, run=Dual.of("unshare -m bash --norc")), silent)
    assert wrong.outcome is Outcome.FAILED
    tried = lesson.current_terminal
    assert lesson.terminal(step) is tried, "who looks around finds the try"
    assert lesson.perform(step, silent).outcome is Outcome.PASSED
    assert tried not in lesson.lab.terminals
    assert len(lesson.lab.terminals) == 2


def test_who_goes_in_again_by_hand_is_at_the_steps_place(lesson: LessonRun) -> None:
    upto(lesson, "enter")
    assert lesson.current
    assert lesson.current.at == "container"
    terminal = lesson.terminal(lesson.current)
    assert not lesson.reenter(lesson.lab.terminal), "that is the host"
    slip(lesson, "exit")
    for elsewhere in ("true", "bash --norc", "unshare -m bash --norc"):
        slip(lesson, elsewhere)
        assert not lesson.reenter(terminal), elsewhere
        assert not lesson.is_ready(lesson.current)
    slip(lesson, "exit")
    slip(lesson, "exit")
    slip(lesson, lesson.command(lesson.lesson.step("enter")))
    assert lesson.reenter(terminal)
    assert lesson.perform(lesson.current, silent).outcome is Outcome.PASSED


@pytest.mark.parametrize(("typed", "answer"), [("hostname", True), (" hostname  ", True), ("uname -n", False)])
def test_another_command_than_the_question_was_about_is_no_answer(lesson: LessonRun, typed: str, answer: bool) -> None:
    upto(lesson, "leave-leaky")
    step = lesson.lesson.step("damage")
    judged = lesson.judge(step, slip(lesson, typed), lesson.terminal(step), meant=True)
    assert judged.outcome is Outcome.PASSED
    assert judged.prediction == (Prediction("text", lesson.values["hostname"]) if answer else NOT_COMPARED)


def test_who_has_gone_to_another_directory_is_told_where_the_steps_left_it(lesson: LessonRun) -> None:
    upto(lesson, "enter")
    assert lesson.strayed is None
    slip(lesson, "cd /etc")
    assert lesson.strayed == ("/etc", "/"), "as the container sees it"
    slip(lesson, "cd /")
    assert lesson.strayed is None
    slip(lesson, "bash --norc")
    assert lesson.strayed is None, "no step was done in that shell"


def test_one_changes_over_between_the_terminals(lesson: LessonRun) -> None:
    first = lesson.current_terminal
    second = lesson.change_over()
    assert second is not first and second.waits()
    assert lesson.change_over() is first
    upto(lesson, "enter")
    assert lesson.current_place == "container"
    lesson.change_over()
    assert lesson.current_place == "host"
    lesson.change_over()
    slip(lesson, "exit")
    lesson.current_terminal.write(b"exit\n")
    until(lambda: lesson.current_terminal is first, "the host's terminal, the only one that is left")
