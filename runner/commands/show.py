"""`semdocker show LESSON`: one lesson to read, with the commands for this machine or for the other cgroup version."""

from __future__ import annotations

import sys

from runner import data, load, machine, selection
from runner.errors import ExitStatus
from runner.model import Course, StepWords
from runner.options import Options
from runner.render import Values
from runner.view import choose_face
from runner.view.pages import LessonPage


def show(options: Options, name: str, *, cgroup: str | None, answers: bool, notes: bool) -> ExitStatus:
    wanted = selection.ids((name,), options.lang)[0]
    course = load.course(data.lessons())
    lesson = course.lesson(wanted)
    values = _values(course, cgroup)
    if options.json:
        sys.stdout.write(_document(course, wanted, options.lang, next(iter(values.values())), notes=notes))
        return ExitStatus.OK
    face = choose_face(sys.stdout, plain=options.plain)
    LessonPage(face, lesson, lesson.words[options.lang], values).show(answers=answers, notes=notes)
    return ExitStatus.OK


def show_format(options: Options) -> ExitStatus:
    """The format of lesson files, for authors."""
    from runner.view.reference import show_reference

    show_reference(choose_face(sys.stdout, plain=options.plain))
    return ExitStatus.OK


def _values(course: Course, cgroup: str | None) -> dict[str, Values]:
    """The variables for each version to show: this machine's, unless another was asked for."""
    group = Values(course.variables)["cgroup"]
    here = machine.variables(group)
    wanted = {None: [here["cgroup_version"]], "both": ["v1", "v2"]}.get(cgroup, [cgroup or ""])
    return {version: Values(course.variables, machine={**here, **_as_on(version, group, here)}) for version in wanted}


def _as_on(version: str, group: str, here: dict[str, str]) -> dict[str, str]:
    """What a machine of that version would say, where ours is of the other."""
    if version == here["cgroup_version"]:
        return {}
    parent = {"v1": "/sys/fs/cgroup/{controller}", "v2": "/sys/fs/cgroup"}[version]
    groups = {f"{name}_group": f"{parent.format(controller=name)}/{group}" for name in ("cpu", "memory", "pids")}
    return {"cgroup_version": version, **groups}


def _document(course: Course, id: str, language: str, values: Values, *, notes: bool) -> str:
    import json

    from runner.render import render

    lesson = course.lesson(id)
    words = lesson.words[language]
    version = values["cgroup_version"]
    steps = [
        {
            "id": step.id,
            "title": render(words.steps[step.id].title, values),
            "at": step.at,
            "command": render(step.run.on(version), values).rstrip("\n"),
            **_notes(words.steps[step.id], values, notes),
        }
        for step in lesson.steps
    ]
    document = {
        "schema": "semdocker/lesson/1",
        "lang": language,
        "id": id,
        "title": render(words.title, values),
        "goal": render(words.goal, values),
        "cgroup_version": version,
        "steps": steps,
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _notes(words: StepWords, values: Values, asked: bool) -> dict[str, str]:
    from runner.render import render

    return {"notes": render(words.notes.on(values["cgroup_version"]), values)} if asked and words.notes else {}
