"""`semdocker show LESSON`: one lesson to read, with the commands for this machine or for the other cgroup version."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import click
import typer

from runner.author.format_page import show_reference
from runner.course import selection
from runner.course.render import Values, render
from runner.engine import machine_values
from runner.host import package_files
from runner.lab.signals import stoppable
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.course import Course, Lesson, StepWords
from runner.records.errors import ExitStatus, RunnerError, UsageError
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.error_page import preview_trouble, warn
from runner.screen.face import Face
from runner.screen.lesson_page import LessonPage
from runner.screen.narration import show_fallback
from runner.screen.repaint import preview
from runner.verbs.parameters import Action, Folders, JsonFlag, Lang, PlainFlag, merged

POLL = 0.5  # seconds between two looks at the files

Loaded = tuple[Course, Lesson]

Cgroup = Annotated[
    Literal["v1", "v2", "both"] | None, typer.Option("--cgroup", help=text("help.cgroup"), show_default=False)
]


def command(
    context: typer.Context,
    *,
    lesson: Annotated[str, typer.Argument(metavar=text("help.LESSON"), show_default=False)] = "",
    cgroup: Cgroup = None,
    answers: Annotated[bool, typer.Option("--answers", help=text("help.answers"))] = False,
    notes: Annotated[bool, typer.Option("--notes", help=text("help.notes"))] = False,
    format_reference: Annotated[bool, typer.Option("--format-reference", help=text("help.format-reference"))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=text("help.show-watch"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(lessons=(lesson,))
    if format_reference:
        return partial(show_format, options)
    if not lesson:
        raise click.MissingParameter(ctx=context, param_hint=f"'{text('help.LESSON')}'", param_type="argument")
    return partial(show, options, cgroup=cgroup, answers=answers, notes=notes, watch=watch)


def show(options: Options, *, cgroup: str | None, answers: bool, notes: bool, watch: bool) -> ExitStatus:
    """Show a lesson by its id or its folder. With `watch`, show it again whenever a file of the course changes."""
    if watch and options.json:
        raise UsageError("watch-json")
    options = selection.with_paths(options)
    course, lesson = loaded = _load(options)
    page = partial(_page, options, cgroup=cgroup, answers=answers, notes=notes)
    if watch:
        with stoppable():
            _watch(options, loaded, page)
    if options.json:
        values = next(iter(_values(course, cgroup).values()))
        sys.stdout.write(_document(course, lesson.id, options.lang, values, notes=notes))
    else:
        page(loaded, choose_face(sys.stdout, plain=options.plain))
    warn((fault for fault in course.warnings if Path(fault.file).parent.name == lesson.folder.name), sys.stderr)
    return ExitStatus.OK


def _load(options: Options) -> Loaded:
    course, options = selection.chosen(options)
    if len(options.lessons) != 1:
        raise UsageError("show-one", known=", ".join(options.lessons))
    return course, course.lesson(options.lessons[0])


def _page(options: Options, loaded: Loaded, face: Face, *, cgroup: str | None, answers: bool, notes: bool) -> None:
    course, lesson = loaded
    show_fallback(face, lesson, options.lang)
    LessonPage(face, lesson, lesson.words[options.lang], _values(course, cgroup)).show(answers=answers, notes=notes)


def _watch(options: Options, loaded: Loaded, page: Callable[[Loaded, Face], None]) -> NoReturn:
    """Show the page after each change, until a signal ends us. Faults are shown above the last page that was valid."""
    stamp = _stamp(options)
    with preview(sys.stdout, plain=options.plain) as repaint:
        repaint(partial(page, loaded), True)
        while True:
            time.sleep(POLL)
            now = _stamp(options)
            if now == stamp:
                continue
            stamp = now
            try:
                loaded = _load(options)
                repaint(partial(page, loaded), True)
            except (RunnerError, OSError) as error:
                repaint(partial(preview_trouble, error, partial(page, loaded)), False)


def _stamp(options: Options) -> object:
    """Return a value that changes when a YAML file of the course changes."""
    stamps = {}
    for base in (package_files.lessons(), *options.folders):
        for path in (*base.glob("*.yaml"), *base.glob("*/*.yaml")):
            with suppress(OSError):
                state = path.stat()
                stamps[path] = (state.st_mtime_ns, state.st_size, state.st_ino)
    return stamps


def _values(course: Course, cgroup: str | None) -> dict[str, Values]:
    """Return the variables by cgroup version: for this machine's version, unless the user wants another or both."""
    group = Values(course.variables)["cgroup"]
    here = machine_values.of_machine(group)
    versions = {None: [here["cgroup_version"]], "both": ["v1", "v2"]}.get(cgroup, [cgroup or ""])
    return {version: Values(course.variables, machine={**here, **_as_on(version, group, here)}) for version in versions}


def _as_on(version: str, group: str, here: dict[str, str]) -> dict[str, str]:
    """Return the variables that a machine with that cgroup version has; empty if ours has that version."""
    if version == here["cgroup_version"]:
        return {}
    parent = {"v1": "/sys/fs/cgroup/{controller}", "v2": "/sys/fs/cgroup"}[version]
    groups = {f"{name}_group": f"{parent.format(controller=name)}/{group}" for name in ("cpu", "memory", "pids")}
    return {"cgroup_version": version, **groups}


def _document(course: Course, id: str, language: str, values: Values, *, notes: bool) -> str:
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
    return safe_text.json_text(document)


def _notes(words: StepWords, values: Values, notes: bool) -> dict[str, str]:
    return {"notes": render(words.notes.on(values["cgroup_version"]), values)} if notes and words.notes else {}


def show_format(options: Options) -> ExitStatus:
    """Show the format of lesson files, for authors."""
    show_reference(choose_face(sys.stdout, plain=options.plain))
    return ExitStatus.OK
