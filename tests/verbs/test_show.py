"""`show` as programs and teachers read it: complete documents, and exercises."""

from __future__ import annotations

import json
from typing import Any

import pytest

from runner.course import load
from runner.host import package_files
from runner.records.course import Course
from tests.support import sample
from tests.support.command import semdocker

EXERCISES = package_files.lessons() / "exercises"


def document(*words: str) -> Any:
    return json.loads(semdocker("show", *words, "--json", "--cgroup", "v2").stdout)


def test_the_document_has_every_word_that_the_page_has(course: Course) -> None:
    for lesson in sample.of(course.lessons, 1 / 4, "lessons as documents"):
        words, found = lesson.words["en"], document(lesson.id)
        assert (found["schema"], found["minutes"]) == ("semdocker/lesson/1", lesson.minutes)
        assert {"title", "goal", "intro", "end", "needs", "requires"} <= found.keys()
        assert [step["id"] for step in found["steps"]] == [step.id for step in lesson.steps]
        for step in found["steps"]:
            told = words.steps[step["id"]]
            assert len(step["hints"]) == len(told.hints)
            assert step.get("flags", {}).keys() == told.flags.keys()
            assert [part in step for part in ("after", "why", "predict")] == [
                bool(part) for part in (told.after, told.why, told.predict)
            ]
            assert not {"notes"} & step.keys()
        assert "{{" not in json.dumps(found)


def test_the_sign_before_a_command_tells_who_types_it() -> None:
    """User 4242 is none with a `#`; inside a user namespace of its own it is root."""
    shown = semdocker("show", "user-namespaces", "--plain").stdout
    assert "\nhost # setpriv --reuid 4242" in shown
    assert "\nuser $ unshare -u hostname" in shown
    assert "\nuser #" not in shown
    assert "\ncontainer # id -u" in shown


def test_answers_are_there_when_they_are_asked_for_and_only_then(course: Course) -> None:
    for lesson in sample.of(course.lessons, 1 / 4, "lessons with answers"):
        plain, whole = document(lesson.id)["quiz"], document(lesson.id, "--answers", "--notes")
        given = {"answer", "accepts", "number", "reasons", "right", "wrong", "remarks"}
        assert not any(given & question.keys() for question in plain)
        assert all(given & question.keys() for question in whole["quiz"])
        for question, one in zip(whole["quiz"], lesson.quiz, strict=True):
            assert list(question.get("choices", {})) == list(one.choices)
            assert tuple(question.get("answer", ())) == one.answer
        assert any("notes" in step for step in whole["steps"])


ALL = sorted(path.parent.name for path in EXERCISES.glob("*/exercise.yaml"))


@pytest.mark.parametrize("name", sample.of(ALL, 1 / 6, "exercises shown"))
def test_an_exercise(name: str, course: Course) -> None:
    exercise = next(one for one in load.exercises(package_files.lessons(), course) if one.id == name)
    words = exercise.words["en"]
    shown = semdocker("show", exercise.id, "--plain")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert words.title in shown.stdout
    answers = semdocker("show", exercise.id, "--plain", "--answers").stdout
    assert answers.count("host # ") == len(exercise.fix)
    assert "host # " not in shown.stdout
    found = document(exercise.id)
    assert [fact["id"] for fact in found["facts"]] == [fact.id for fact in exercise.facts]
    assert not {"solution", "explain"} & found.keys()
    assert len(document(exercise.id, "--answers")["solution"]) == len(exercise.fix)


@pytest.mark.parametrize("name", ["after-cleanin", "../lessons", "_schema"])
def test_what_is_no_exercise(name: str) -> None:
    assert semdocker("show", name).returncode in (2, 3)


def test_the_map_tells_what_engines_call_what_the_lessons_build(course: Course) -> None:
    told = json.loads(semdocker("show", "--map", "--json").stdout)
    assert told["schema"] == "semdocker/map/1"
    assert {word["lesson"] for word in told["words"]} == {lesson.id for lesson in course.lessons}
    (name,) = [word for word in told["words"] if word.get("oci") == "hostname"]
    assert name["command"] == "hostname container-host"
    assert (name["docker"], name["kubernetes"]) == ("--hostname", "spec.hostname")
    page = semdocker("show", "--map", "hostname", "--lang", "pt", "--plain").stdout
    assert "Kubernetes `spec.hostname`" in page
    assert "--memory" not in page


def test_the_map_ends_with_what_docker_run_did_in_all_lessons(course: Course) -> None:
    told = json.loads(semdocker("show", "--map", "--json").stdout)
    assert [one["lesson"] for one in told["docker_run"]] == [lesson.id for lesson in course.lessons]
    page = semdocker("show", "--map", "--lang", "en", "--plain").stdout
    last = page.partition(f"What `docker run` did, in our {len(course.lessons)} lessons")[2].strip().splitlines()
    assert [line.split()[1] for line in last] == [f"{lesson.id}:" for lesson in course.lessons]
    named = semdocker("show", "--map", "oci", "--lang", "en", "--plain").stdout
    assert "in our 1 lesson" in named
