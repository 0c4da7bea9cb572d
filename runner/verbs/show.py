"""`semdocker show LESSON`: one lesson to read, with the commands for this machine or for the other cgroup version."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import click
import typer

from runner.author.format_page import show_reference
from runner.author.lesson_document import exercise_document, lesson_document, map_document
from runner.course import load, selection
from runner.course.lesson_folders import EXERCISES
from runner.course.render import Values, render
from runner.engine import machine_values
from runner.host import package_files
from runner.lab.published_state import HOST
from runner.lab.signals import stoppable
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.errors import ExitStatus, RunnerError, UsageError
from runner.records.exercise import Exercise
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.error_page import preview_trouble, warn
from runner.screen.face import Face
from runner.screen.lesson_page import LessonPage
from runner.screen.map_page import MapPage
from runner.screen.narration import View, show_fallback
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
    engines: Annotated[bool, typer.Option("--map", help=text("help.map"))] = False,
    watch: Annotated[bool, typer.Option("--watch", help=text("help.show-watch"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(lessons=(lesson,))
    if format_reference:
        return partial(show_format, options)
    if engines:
        return partial(show_map, options)
    if not lesson:
        raise click.MissingParameter(ctx=context, param_hint=f"'{text('help.LESSON')}'", param_type="argument")
    return partial(show, options, cgroup=cgroup, answers=answers, notes=notes, watch=watch)


def show(options: Options, *, cgroup: str | None, answers: bool, notes: bool, watch: bool) -> ExitStatus:
    """Show a lesson by its id or its folder, or an exercise by its id.

    With `watch`, show a lesson again whenever a file of the course changes.
    """
    if watch and options.json:
        raise UsageError("watch-json")
    options = selection.with_paths(options)
    exercise = None if watch else _exercise(options)
    if exercise:
        return _show_exercise(options, *exercise, cgroup=cgroup, answers=answers)
    course, lesson = loaded = _load(options)
    page = partial(_page, options, cgroup=cgroup, answers=answers, notes=notes)
    if watch:
        with stoppable():
            _watch(options, loaded, page)
    if options.json:
        _write(
            options, "lesson", lesson_document(lesson, options.lang, _one(course, cgroup), answers=answers, notes=notes)
        )
    else:
        page(loaded, choose_face(sys.stdout, plain=options.plain))
    warn((fault for fault in course.warnings if Path(fault.file).parent.name == lesson.directory.name), sys.stderr)
    return ExitStatus.OK


def _exercise(options: Options) -> tuple[Course, Exercise] | None:
    """Return the exercise that is named; None when it is a lesson, or nothing, that is named."""
    name = options.lessons[0]
    folders = (package_files.lessons(), *options.folders)
    if "/" in name or not any((folder / EXERCISES / name / "exercise.yaml").exists() for folder in folders):
        return None
    course = load.course(package_files.lessons(), extra=options.folders)
    return course, selection.exercise(name, selection.all_exercises(course), bool)


def _show_exercise(
    options: Options, course: Course, exercise: Exercise, *, cgroup: str | None, answers: bool
) -> ExitStatus:
    from runner.learner.practice_screen import Coach

    values, words = _one(course, cgroup), exercise.words[options.lang]
    if options.json:
        _write(options, "exercise", exercise_document(exercise, options.lang, values, answers=answers))
        return ExitStatus.OK
    view = View(choose_face(sys.stdout, plain=options.plain), options.lang, values)
    Coach(view).opens(exercise, words, told=answers)
    view.face.gap()
    view.face.say(text("show.minutes", count=exercise.minutes), "dim")
    if not answers:
        view.face.say(text("show.answers-hidden"), "dim")
        return ExitStatus.OK
    for command in exercise.fix:
        view.face.command(HOST, render(command.on(values["cgroup_version"]), values).rstrip("\n"))
    view.face.gap()
    view.face.prose(view.rendered(words.explain))
    return ExitStatus.OK


def _write(options: Options, kind: str, told: dict[str, Any]) -> None:
    whole = {"schema": f"semdocker/{kind}/1", "lang": options.lang, **told}
    sys.stdout.write(safe_text.json_text(whole))


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
    here = Values(course.variables, machine=machine_values.of_machine(group))
    versions = {None: [here["cgroup_version"]], "both": ["v1", "v2"]}.get(cgroup, [cgroup or ""])
    return {version: machine_values.on_version(course, here, version) for version in versions}


def _one(course: Course, cgroup: str | None) -> Values:
    return next(iter(_values(course, cgroup).values()))


def show_map(options: Options) -> ExitStatus:
    """Show what real engines call what each lesson builds by hand; that of some lessons when they are named."""
    course, options = selection.chosen(options._replace(lessons=tuple(filter(None, options.lessons))))
    lessons = [course.lesson(name) for name in options.lessons] or course.lessons
    if options.json:
        _write(options, "map", map_document(lessons, options.lang, _one(course, None)))
    else:
        face = choose_face(sys.stdout, plain=options.plain)
        MapPage(face, options.lang, _one(course, None)).show(lessons)
    return ExitStatus.OK


def show_format(options: Options) -> ExitStatus:
    """Show the format of lesson files, for authors."""
    show_reference(choose_face(sys.stdout, plain=options.plain))
    return ExitStatus.OK
