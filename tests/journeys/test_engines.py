"""The graduation test: an engine's container and the one of our lessons pass the same checks.

The checks are those of the steps `enter` and `rename` of the lesson `verification`, as they stand there; only the
variable `root` is the bundle's for an engine. One container is made by that lesson's own commands, the others by runc,
and by crun where it is installed, from the image of the lesson `image`. What each fact was is printed, in columns.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.host import shell_environment
from runner.lab import seats
from runner.records.course import Check, Course
from runner.records.results import Finding, Outcome

SEAT = "engines"
BUNDLE = "/tmp/bundle"
# What the model has otherwise than our container: a network of its own, and the group's name.
LIKE_OURS = f"""
sed -i -z 's/{{\\s*"type": "network"\\s*}},//' {BUNDLE}/config.json &&
sed -i 's|"linux": {{|& "cgroupsPath": "/container",|
  s|"resources": {{|& "pids": {{"limit": 20}}, "memory": {{"limit": 268435456}},\\
  "cpu": {{"quota": 50000, "period": 100000}},|' {BUNDLE}/config.json
"""
ENGINES = [name for name in ("runc", "crun") if shutil.which(name, path=shell_environment.PATH)]

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif("runc" not in ENGINES, reason="runc is not installed: apt-get install runc"),
]


@contextmanager
def begun(course: Course, lesson: str, last: str) -> Iterator[LessonRun]:
    with seats.hold(SEAT, wait=60) as lock:
        run = LessonRun(course, course.lesson(lesson), machine_values.for_seat(course, {}), SEAT, lock)
        try:
            run.start()
            for step in run.lesson.steps:
                assert run.perform(step, silent).outcome is Outcome.PASSED, step.id
                if step.id == last:
                    break
            yield run
        finally:
            assert run.finish().clean


def graduation(course: Course) -> list[Check]:
    steps = {step.id: step for step in course.lesson("verification").steps}
    return [check for name in ("enter", "rename") for check in steps[name].checks]


def column(run: LessonRun, checks: list[Check]) -> list[tuple[Check, Outcome, tuple[Finding, ...]]]:
    looks = [run.look_at(check, None, within=5) for check in checks]
    return [(check, look.outcome, look.findings) for check, look in zip(checks, looks, strict=True)]


def by_hand(course: Course) -> list[tuple[Check, Outcome, tuple[Finding, ...]]]:
    with begun(course, "verification", "rename") as run:
        return column(run, graduation(course))


def by_engine(course: Course, engine: str) -> list[tuple[Check, Outcome, tuple[Finding, ...]]]:
    with begun(course, "oci", "command") as run:
        for command in (LIKE_OURS.strip(), f"{engine} run -d -b {BUNDLE} shop"):
            done = run.lab.terminal.run(command, timeout=30, limit=65536, emit=silent)
            assert done.exit == 0, done.output
        assert run.lab.bind_command("container", "sleep 1000")
        run.values = machine_values.for_seat(course, {"root": f"{BUNDLE}/rootfs"})
        seen = column(run, graduation(course))
        run.lab.terminal.run(f"{engine} delete -f shop", timeout=30, limit=65536, emit=silent)
        return seen


def test_the_same_checks_judge_our_container_and_that_of_an_engine(course: Course) -> None:
    columns = {"by hand": by_hand(course), **{engine: by_engine(course, engine) for engine in ENGINES}}
    first = columns["by hand"]
    assert sum(len(findings) for _, _, findings in first) > 15
    print()
    print(f"{'fact':36}", *(f"{name:>28}" for name in columns))
    for row, (_, _, findings) in enumerate(first):
        for place, finding in enumerate(findings):
            observed = [looks[row][2][place].observed for looks in columns.values()]
            print(f"{finding.fact:36}", *(f"{one:>28}" for one in observed))
    for name, seen in columns.items():
        assert [outcome for _, outcome, _ in seen] == [Outcome.PASSED] * len(first), name
        assert [[one.fact for one in findings] for *_, findings in seen] == [
            [one.fact for one in findings] for *_, findings in first
        ]


def test_the_checks_tell_a_container_that_lacks_something(course: Course) -> None:
    """The same checks are red for an engine's container without namespaces of its own, so green says something."""
    with begun(course, "oci", "command") as run:
        fewer = f"""sed -i -z 's/{{\\s*"type": "ipc"\\s*}},//' {BUNDLE}/config.json"""
        for command in (fewer, f"runc run -d -b {BUNDLE} shop"):
            assert run.lab.terminal.run(command, timeout=30, limit=65536, emit=silent).exit == 0
        assert run.lab.bind_command("container", "sleep 1000")
        seen = column(run, graduation(course))
        red = {check.kind for check, outcome, _ in seen if outcome is not Outcome.PASSED}
        assert red >= {"namespace", "root", "cgroup"}
        run.lab.terminal.run("runc delete -f shop", timeout=30, limit=65536, emit=silent)
