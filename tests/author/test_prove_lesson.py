"""The proof finds what is wrong with a lesson: small lessons with one flaw each, run for real."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from runner.author import typed_places
from runner.author.prove_lesson import Prover, Round, chain
from runner.author.prove_page import ProofPage
from runner.author.prove_step import Doubt, StepProof
from runner.course import load
from runner.course.render import Values
from runner.engine.lesson_run import LessonRun
from runner.host import cgroups, package_files
from runner.lab import seats
from runner.records.course import Course, Step
from runner.screen.plain import Plain
from tests.conftest import seated, the_course
from tests.support.authors import MAKE, THERE, write_lesson

pytestmark = pytest.mark.root


@pytest.fixture
def prove(tmp_path: Path) -> Callable[..., list[StepProof | Round]]:
    """Proves a lesson of the steps that are given."""

    def run(*steps: dict[str, object]) -> list[StepProof | Round]:
        heading = yaml.safe_load((package_files.lessons() / "course.yaml").read_text())
        heading.pop("parts")  # which name the course's own lessons
        (tmp_path / "course.yaml").write_text(yaml.safe_dump(heading))
        write_lesson(tmp_path, *steps)
        course = load.course(tmp_path)
        with seated(course) as seat:
            return [*Prover(seat).lesson(course.lesson("weak"))]

    return run


def doubts(found: list[StepProof | Round]) -> list[tuple[str, str, Doubt]]:
    """Step, stage and doubt of everything that is not proven."""
    steps = [one for one in found if isinstance(one, StepProof)]
    return [(step.step, stage.name, doubt) for step in steps for stage in step.stages for doubt in stage.doubts]


def test_a_good_lesson_is_proven_twice(prove: Callable[..., list[StepProof | Round]]) -> None:
    sabotage = [{"after": "rmdir {{ root }}"}, {"instead": "touch {{ root }}"}]
    found = prove({**MAKE, "checks": [THERE], "sabotage": sabotage})
    assert doubts(found) == []
    assert [one.number for one in found if isinstance(one, Round)] == [1, 2]
    assert all(one.proven for one in found)
    stages = [[stage.name for stage in one.stages] for one in found if isinstance(one, StepProof)]
    assert stages[0] == ["before", "instead", "step", "after", "undo", "again"]
    assert stages[1] == ["before", "step", "undo", "again"]


@pytest.mark.parametrize(
    ("check", "fact"),
    [
        ({"file": {"path": "/etc", "type": "directory"}}, "file.type"),
        ({"hostname": {"of": "host", "host": "unchanged"}}, "hostname.host"),
        ({"output": {"lacks": ["no such word"]}}, "output.lacks"),
        ({"output": {"matches": ".*"}}, "output.matches"),
    ],
)
def test_a_check_that_cannot_fail(
    prove: Callable[..., list[StepProof | Round]], check: dict[str, object], fact: str
) -> None:
    found = prove({**MAKE, "checks": [THERE, check]})
    assert len({stage for _, stage, _ in doubts(found)}) == 1, "said once"
    step, stage, doubt = doubts(found)[0]
    assert (step, stage, doubt.key, doubt.check) == ("make", "before", "green-before", f"2 {next(iter(check))}")
    assert doubt.fact == fact
    assert doubt.expected
    assert not found[-1].proven
    assert isinstance(found[-1], Round)
    assert found[-1].number == 1, "what failed once is not tried a second time"


def test_what_a_step_keeps_is_true_before_and_after(prove: Callable[..., list[StepProof | Round]]) -> None:
    """A sabotage may make it false. What is false before the step, or what the step breaks, is no such thing."""
    kept = {"file": {"path": "/tmp/kept", "exists": True}}
    make = {"id": "first", "run": "touch /tmp/kept", "checks": [kept], "undo": "rm /tmp/kept"}
    step = {**MAKE, "checks": [THERE], "keeps": [kept]}
    assert doubts(prove(make, {**step, "sabotage": [{"after": "rm /tmp/kept"}]})) == []


def test_what_a_step_does_not_keep(prove: Callable[..., list[StepProof | Round]]) -> None:
    absent = {"file": {"path": "/tmp/kept", "exists": True}}
    ((_, stage, doubt), *_) = doubts(prove({**MAKE, "checks": [THERE], "keeps": [absent]}))
    assert (stage, doubt.key, doubt.check, doubt.observed) == ("before", "kept-red", "2 file", "absent")


def test_what_a_step_breaks_is_not_kept(prove: Callable[..., list[StepProof | Round]]) -> None:
    broken = {"file": {"path": "{{ root }}", "exists": False}}
    ((_, stage, doubt),) = doubts(prove({**MAKE, "checks": [THERE], "keeps": [broken]}))
    assert (stage, doubt.key, doubt.check) == ("step", "not-green", "2 file")


def test_checks_of_output_that_can_fail_are_no_doubt(prove: Callable[..., list[StepProof | Round]]) -> None:
    says = {"output": {"has": ["hello"], "lacks": ["no"], "lines": {"at_most": 1}}}
    quiet = {"output": {"matches": r"\A\Z"}}
    few = {"output": {"lines": {"at_most": 3}}}
    hello = {"id": "hello", "run": "echo hello", "checks": [says, few], "undo": "nothing"}
    assert doubts(prove(hello, {"id": "quiet", "run": "true", "checks": [quiet], "undo": "nothing"})) == []


@pytest.mark.parametrize(
    ("change", "stage", "key"),
    [
        ({"sabotage": [{"after": "touch {{ root }}/nothing"}]}, "after", "green-sabotaged"),
        ({"sabotage": [{"instead": "mkdir -p {{ root }}/more"}]}, "instead", "green-sabotaged"),
        ({"sabotage": [{"instead": "mkdir {{ root }} & sleep 0.05"}]}, "instead", "green-sabotaged"),
        ({"sabotage": [{"after": "rmdir {{ root }}/no/such"}]}, "after", "sabotage-failed"),
        ({"sabotage": [{"instead": "no-such-command"}]}, "instead", "sabotage-failed"),
        ({"undo": "true"}, "undo", "green-undone"),
        ({"undo": "nothing"}, "kept", "green-undone"),
        ({"undo": "rmdir {{ root }}/no/such"}, "undo", "undo-failed"),
    ],
)
def test_a_flaw(prove: Callable[..., list[StepProof | Round]], change: dict[str, object], stage: str, key: str) -> None:
    found = [(at, doubt.key) for _, at, doubt in doubts(prove({**MAKE, "checks": [THERE], **change}))]
    assert set(found) == {(stage, key)}


@pytest.mark.parametrize(
    ("fails", "expected"),
    [
        ({"exit": 1, "says": "Permission denied"}, "1: Permission denied"),
        ({"exit": 2}, "2"),
        (None, "0"),
    ],
)
def test_a_step_that_does_not_end_as_told(
    prove: Callable[..., list[StepProof | Round]], fails: dict[str, object] | None, expected: str
) -> None:
    step: dict[str, object] = {"id": "read", "run": "cat {{ root }}", "undo": "nothing"}
    found = prove({**step, "fails": fails} if fails else step, {**MAKE, "checks": [THERE]})
    (read,) = doubts(found)
    assert read[:2] == ("read", "step")
    assert (read[2].key, read[2].expected) == ("not-as-told", expected)
    assert read[2].observed == f"1: cat: {the_course().variables['root'].default}: No such file or directory"
    assert len(found) == 2, "no step is tried after one that does not pass"


def test_a_step_that_cannot_be_typed_where_it_says(
    prove: Callable[..., list[StepProof | Round]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It says so in the words that a student would read, and lint finds the same without running anything."""
    outer = {"id": "outer", "run": "unshare -u bash --norc", "enters": "outer", "undo": "exit"}
    inner = {**outer, "id": "inner", "at": "outer", "enters": "inner"}
    found = prove(outer, inner, {"id": "again", "at": "outer", "run": "true", "undo": "nothing"})
    ((step, stage, doubt),) = doubts(found)
    assert (step, stage, doubt.key, doubt.trouble) == ("again", "step", "not-as-told", "elsewhere")
    page = ProofPage(Plain(sys.stdout))
    for one in found:
        if isinstance(one, StepProof):
            page.step(one)
    assert "the terminal is not where this step belongs; nothing was typed" in capsys.readouterr().out
    obstacles = typed_places.obstacles(map(typed_places.of, (outer, inner, {"id": "again", "at": "outer"})))
    assert [obstacle and obstacle.key for obstacle in obstacles] == [None, None, "shell-covered"]


def test_a_step_whose_check_stays_red(prove: Callable[..., list[StepProof | Round]]) -> None:
    ((step, stage, doubt),) = doubts(prove({**MAKE, "run": "true", "checks": [THERE]}))
    assert (step, stage, doubt.key, doubt.check) == ("make", "step", "not-green", "1 file")
    assert (doubt.fact, doubt.expected, doubt.observed) == ("file.exists", "present", "absent")


def test_a_step_that_cannot_be_done_twice(prove: Callable[..., list[StepProof | Round]]) -> None:
    once = "mkdir {{ root }} && ! [ -e {{ root }}.done ] && touch {{ root }}.done"
    ((_, stage, doubt),) = doubts(prove({**MAKE, "run": once, "checks": [THERE]}))
    assert (stage, doubt.key) == ("again", "not-as-told")


def test_what_is_left_behind_is_named(prove: Callable[..., list[StepProof | Round]], values: Values) -> None:
    stray = Path(values["pids_group"]).parent / "stray"
    try:
        found = prove(
            {
                **MAKE,
                "run": f"mkdir -p {{{{ root }}}} && nsenter -t {os.getpid()} -m mkdir -p {stray}",
                "checks": [THERE],
            }
        )
    finally:
        stray.rmdir()
    (end,) = [one for one in found if isinstance(one, Round)]
    assert not end.proven
    assert end.rollback.clean, "it may be anybody's"
    assert [left.what for left in end.rollback.noticed] == [str(stray)]


def test_a_dirty_machine_is_the_end(prove: Callable[..., list[StepProof | Round]]) -> None:
    group = cgroups.read().bases[0] / "semdocker"
    spoil = f"nsenter -t {os.getpid()} -m mount -t tmpfs stray {group}"  # no rmdir takes a group with a mount on it
    step = {**MAKE, "run": f"mkdir {{{{ root }}}} && {spoil}", "checks": [THERE]}
    try:
        found = prove({**step, "undo": "rmdir {{ root }}"})
    finally:
        while subprocess.run(["umount", str(group)], check=False, capture_output=True).returncode == 0:
            pass  # the step was done more than once
        assert seats.recover("default").clean
    (end,) = [one for one in found if isinstance(one, Round)]
    assert {left.area for left in end.rollback.leftovers} == {"cgroups"}


def test_each_lesson_comes_once_right_after_each(course: Course) -> None:
    order = [lesson.id for lesson in chain(course.lessons)]
    names = [lesson.id for lesson in course.lessons]
    assert sorted(pairwise(order)) == sorted((one, other) for one in names for other in names)


def test_a_lab_is_made_anew_without_what_leaves_nothing(
    prove: Callable[..., list[StepProof | Round]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such steps may wait for a long time, and a student who goes back does not."""
    replayed: list[str] = []
    replay = LessonRun.replay

    def noted(run: LessonRun, step: Step) -> None:
        replayed.append(step.id)
        replay(run, step)

    monkeypatch.setattr(LessonRun, "replay", noted)
    look = {"id": "look", "run": "ls /", "undo": "nothing"}
    last = {"id": "last", "run": "touch /tmp/last", "undo": "replay"}
    there = {"file": {"path": "/tmp/last", "exists": True}}
    sabotage = [{"after": "rm /tmp/last"}, {"instead": "touch /tmp/lost"}]
    found = prove({**MAKE, "checks": [THERE]}, look, {**last, "checks": [there], "sabotage": sabotage})
    assert doubts(found) == []
    assert replayed == ["make", "make", "make"]


@pytest.mark.parametrize(("undo", "keys"), [("nothing", {"not-as-told"}), ("replay", set())])
def test_what_a_later_step_needs_is_not_nothing(
    prove: Callable[..., list[StepProof | Round]], undo: str, keys: set[str]
) -> None:
    there = {"file": {"path": "/tmp/here", "exists": True}}
    here = {"id": "here", "run": "mkdir here", "checks": [there], "sabotage": [{"after": "rmdir here"}]}
    found = prove({"id": "go", "run": "cd /tmp", "undo": undo}, {**here, "undo": "rmdir here"})
    assert {doubt.key for _, _, doubt in doubts(found)} == keys
    assert found[-1].proven == (not keys)


def test_a_replay_waits_for_what_a_step_started(prove: Callable[..., list[StepProof | Round]]) -> None:
    """A program in the background needs a moment; whoever comes next relies on it, in a silent replay as well."""
    late = "bash -c 'sleep 0.5; mkdir {{ root }}; sleep 301'"
    start = {"id": "start", "run": f"{late} &", "binds": {"late": late.replace("'", "")}, "undo": "replay"}
    look = {"id": "look", "run": "ls {{ root }}", "undo": "replay"}
    found = prove({**start, "checks": [{**THERE, "within": 5}]}, look, {**look, "id": "again"})
    assert doubts(found) == []
    assert all(one.proven for one in found), found[-1]
