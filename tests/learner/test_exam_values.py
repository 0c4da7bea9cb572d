"""The values of an exam, which each seat has of its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.course.render import Values
from runner.learner import exam_values
from runner.records.course import Course


def test_the_same_seat_has_the_same_values_and_another_has_others(course: Course) -> None:
    ana, again, bia = (exam_values.own(course.variables, "class 3", seat) for seat in ("ana", "ana", "bia"))
    assert ana == again
    assert all(ana[name] != bia[name] for name in exam_values.MARKED)
    assert exam_values.own(course.variables, "class 4", "ana") != ana
    assert exam_values.token("class 3", "ana") == exam_values.token("class 3", "ana")
    assert exam_values.token("class 3", "ana") != exam_values.token("class 3", "bia")


def test_values_are_known_for_ever(course: Course) -> None:
    """A later version must find the values of an old exam again."""
    assert exam_values.own(course.variables, "class 3", "ana") == {
        "root": "/containers/teste-1b81",
        "hostname": "container-host-1b81",
        "cgroup": "container-1b81",
        "memory": "311M",
        "pids": "28",
        "port": "8811",
    }


@given(seed=st.text(), seat=st.text("abcdefghij0123456789-", min_size=1, max_size=31))
def test_all_values_are_valid(course_variables: Course, seed: str, seat: str) -> None:
    variables = course_variables.variables
    values = Values(variables, exam_values.own(variables, seed, seat))
    assert 256 <= int(values["memory"].removesuffix("M")) < 320
    assert 20 <= int(values["pids"]) < 32
    assert (values["cpu_quota"], values["cpu_period"]) == ("50000", "100000"), "words of exercises call them a half"


@pytest.fixture(scope="module")
def course_variables() -> Course:
    from tests.conftest import the_course

    return the_course()
