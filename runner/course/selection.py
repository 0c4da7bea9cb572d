"""Which lessons are meant: by name, by number ("3"), by folder ("03-unshare"), or by the path of one from elsewhere."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

from runner.course import folders, load
from runner.host import bundled
from runner.messages.similar import unknown
from runner.records.course import Course, Lesson
from runner.records.errors import UsageError
from runner.records.exercise import Exercise
from runner.records.options import Options

RANDOM = "random"  # in place of an exercise's name


def chosen(options: Options) -> tuple[Course, Options]:
    """Read the course, with the folders that were named, and put ids in place of the names of its lessons.

    Raises InvalidLesson for files that cannot be read, UsageError for a lesson that does not exist.
    """
    course = load.course(bundled.lessons(), extra=options.folders)
    return course, options._replace(lessons=ids(options.lessons, course))


def ids(wanted: Sequence[str], course: Course) -> tuple[str, ...]:
    """Return the ids of the lessons that these names mean, each once. Raises UsageError for one that does not exist."""
    return tuple(dict.fromkeys(find(name, course.lessons).id for name in wanted))


def find(name: str, lessons: Sequence[Lesson]) -> Lesson:
    """Return the lesson that a name means. Raises UsageError when there is none."""
    for lesson in lessons:
        if name.lower() in _names(lesson):
            return lesson
    raise unknown("unknown-lesson", name, [lesson.id for lesson in lessons])


def _names(lesson: Lesson) -> tuple[str, ...]:
    return lesson.id, str(lesson.number), f"{lesson.number:02}", lesson.folder.name


def exercise_id(name: str, course: Course, exercises: Sequence[Exercise], *, broken: bool) -> str:
    """Return the id that a name means: an exercise's, a lesson's practice, or one broken at random.

    Raises UsageError for one that does not exist.
    """
    ids = {one.id: one for one in exercises}
    wanted = [one.id for one in exercises if one.broken]
    if broken and name == RANDOM and wanted:
        return random.choice(wanted)  # noqa: S311 -- no secret
    if name in ids:
        if broken and not ids[name].broken:
            raise UsageError("not-broken", name=name, known=", ".join(wanted))
        return name
    practised = set() if broken else {one.lesson for one in exercises}
    lessons = [lesson for lesson in course.lessons if lesson.id in practised]
    for lesson in lessons:
        if name.lower() in _names(lesson):
            return next(one.id for one in exercises if one.lesson == lesson.id)
    raise unknown("unknown-exercise", name, wanted if broken else [*ids, *(lesson.id for lesson in lessons)])


def exercise(id: str, exercises: Sequence[Exercise], practised: Callable[[str], object]) -> Exercise:
    """Return the exercise of that id; without one, the first that was not practised yet, or the first of all."""
    if id:
        return next(one for one in exercises if one.id == id)
    return next((one for one in exercises if not practised(one.id)), exercises[0])


def with_paths(options: Options) -> Options:
    """The same where lessons are given by name only: a path of a lesson, or of a folder of them, is looked into."""
    names: list[str] = []
    folders = list(options.folders)
    for word in options.lessons:
        if "/" not in word and word not in (".", ".."):
            names.append(word)
            continue
        folder, found = _at(Path(word))
        names += found
        if folder not in folders and folder != Path(os.path.realpath(bundled.lessons())):
            folders.append(folder)
    return options._replace(lessons=tuple(names), folders=tuple(folders))


def _at(path: Path) -> tuple[Path, list[str]]:
    """The folder that holds the lesson, or the lessons, at a path; and their names."""
    whole = Path(os.path.realpath(path))
    if not whole.is_dir():
        raise UsageError("no-folder", path=str(path))
    alone = (whole / "lesson.yaml").exists()
    folder = whole.parent if alone else whole
    found = folders.names(folder)
    return folder, [name for place, name in found if not alone or place.name == whole.name]
