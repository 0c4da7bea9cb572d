"""The proof finds what is wrong with an exercise: small ones with one flaw each, run for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from runner.author.prove_lesson import Prover, Round
from runner.author.prove_step import Doubt, StepProof
from runner.course import load
from runner.host import package_files
from tests.conftest import seated
from tests.support.authors import write_exercise

pytestmark = pytest.mark.root
Proof = list[StepProof | Round]


@pytest.fixture
def prove(tmp_path: Path) -> Callable[..., Proof]:
    """Proves an exercise from elsewhere, with what is given in its file."""

    def run(**more: object) -> Proof:
        write_exercise(tmp_path, **more)
        course = load.course(package_files.lessons(), extra=[tmp_path])
        with seated(course) as seat:
            return [*Prover(seat).exercise(course.exercises[0])]

    return run


def doubts(found: Proof) -> list[tuple[str, Doubt]]:
    steps = [one for one in found if isinstance(one, StepProof)]
    return [(step.step, doubt) for step in steps for stage in step.stages for doubt in stage.doubts]


def test_a_good_exercise_is_proven(prove: Callable[..., Proof]) -> None:
    *ways, end = prove()
    assert [one.step for one in ways if isinstance(one, StepProof)] == ["begin", "fix", "also", "wrong 1", "wrong 2"]
    assert isinstance(end, Round)
    assert (end.proven, end.exercise, end.lesson) == (True, True, "mine")


@pytest.mark.parametrize(
    ("change", "way", "key"),
    [
        ({"breaks": [{"run": "mkdir {{ root }}"}]}, "begin", "true-before"),
        ({"breaks": [{"run": "(sleep 0.3; mkdir {{ root }}) &"}]}, "begin", "solved-itself"),
        ({"fix": ["mkdir {{ root }}x"]}, "fix", "fact-false"),
        ({"also": ["rmdir {{ root }}"]}, "also", "fact-false"),
        ({"fix": ["mkdir {{ root }}; echo '"]}, "fix", "way-troubled"),
        ({"wrong": [["touch {{ root }}"], ["mkdir -p {{ root }}/a"]]}, "wrong 2", "wrong-solves"),
        (
            {"wrong": [["touch {{ root }}"], ["mkdir {{ root }}; (sleep 0.5; rmdir {{ root }}) &"]]},
            "wrong 2",
            "wrong-solves",
        ),
    ],
)
def test_a_flaw(prove: Callable[..., Proof], change: dict[str, object], way: str, key: str) -> None:
    found = prove(**change)
    assert {(at, doubt.key) for at, doubt in doubts(found) if at == way} == {(way, key)}
    assert not any(one.proven for one in found if isinstance(one, Round))


def test_a_fact_that_is_false_says_what_was_seen(prove: Callable[..., Proof]) -> None:
    ((way, doubt),) = doubts(prove(fix=["touch {{ root }}"]))
    assert (way, doubt.check, doubt.fact, doubt.expected, doubt.observed) == (
        "fix",
        "there",
        "file.type",
        "directory",
        "file",
    )
