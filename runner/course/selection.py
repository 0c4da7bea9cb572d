"""Find the lessons that a word means: an id, a number ("3"), a folder ("03-unshare"), or a path from elsewhere."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from runner.course import lesson_folders, load
from runner.course.yaml_nodes import Faults
from runner.host import package_files
from runner.messages.did_you_mean import unknown
from runner.records.course import Course, Lesson, Part
from runner.records.errors import UsageError
from runner.records.exercise import Exercise
from runner.records.options import Options

RANDOM = "random"  # It can be typed in place of an exercise's name.


def chosen(options: Options) -> tuple[Course, Options]:
    """Read the course with the folders of the options, and replace the words for lessons by ids.

    Raise InvalidLesson for files with faults, and UsageError for a lesson that does not exist.
    """
    course = load.course(package_files.lessons(), extra=options.folders, wanted=options.lessons)
    return course, options._replace(lessons=ids(options.lessons, course))


def provable(words: Sequence[str], course: Course) -> tuple[tuple[Lesson, ...], tuple[Exercise, ...]]:
    """Return the lessons and the exercises that these words mean; without words all, but no built-in exercise.

    Raise UsageError when there is neither a lesson nor an exercise of that name.
    """
    if not words:
        return course.lessons, course.exercises
    names = {name for lesson in course.lessons for name in _names(lesson)} | {part.id for part in course.parts}
    others = [word for word in words if word.lower() not in names]
    lessons = ids([word for word in words if word not in others], course)
    practices = all_exercises(course) if others else ()
    return tuple(map(course.lesson, lessons)), tuple(_exercise_of(word, course, practices) for word in others)


def _exercise_of(word: str, course: Course, exercises: Sequence[Exercise]) -> Exercise:
    found = next((exercise for exercise in exercises if exercise.id == word), None)
    if found is None:
        groups: tuple[Sequence[Lesson | Part | Exercise], ...] = (course.lessons, course.parts, exercises)
        known = [one.id for group in groups for one in group]
        raise unknown("unknown-exercise", word, known)
    return found


def all_exercises(course: Course) -> tuple[Exercise, ...]:
    """Return the built-in exercises of the lessons that the course has, and those from elsewhere."""
    listed = {lesson.id for lesson in course.lessons}
    built_in = load.exercises(package_files.lessons(), course)
    return load.in_order((*(one for one in built_in if one.lesson in listed), *course.exercises), course)


def lessons(course: Course, options: Options) -> tuple[Lesson, ...]:
    """Return the lessons whose ids the options have, in that order; all lessons when they have none."""
    return tuple(map(course.lesson, options.lessons)) or course.lessons


def ids(words: Sequence[str], course: Course) -> tuple[str, ...]:
    """Return the ids of the lessons that these words mean, each once; the name of a part means all its lessons.

    Raise UsageError when there is no such lesson.
    """
    parts = {part.id: [lesson.id for lesson in lessons] for part, lessons in course.sections if part}
    chosen = (parts.get(word.lower()) or [find(word, course.lessons, parts).id] for word in words)
    return tuple(dict.fromkeys(id for ids in chosen for id in ids))


def find(name: str, lessons: Sequence[Lesson], parts: Iterable[str] = ()) -> Lesson:
    """Return the lesson that a word means. Raise UsageError when there is none, with the nearest name or part."""
    for lesson in lessons:
        if name.lower() in _names(lesson):
            return lesson
    raise unknown("unknown-lesson", name, [*(lesson.id for lesson in lessons), *parts])


def _names(lesson: Lesson) -> tuple[str, ...]:
    return lesson.id, str(lesson.number), f"{lesson.number:02}", lesson.directory.name


def exercise_id(name: str, course: Course, exercises: Sequence[Exercise], *, broken: bool) -> str:
    """Return the id of the exercise that a word means: its id, a lesson that it belongs to, or `random`.

    With `broken`, only a broken exercise will do. Raise UsageError when there is none.
    """
    ids = {exercise.id: exercise for exercise in exercises}
    broken_ids = [exercise.id for exercise in exercises if exercise.broken]
    if broken and name == RANDOM and broken_ids:
        return random.choice(broken_ids)  # noqa: S311 -- This is no secret.
    if name in ids:
        if broken and not ids[name].broken:
            raise UsageError("not-broken", name=name, known=", ".join(broken_ids))
        return name
    with_exercises = set() if broken else {exercise.lesson for exercise in exercises}
    lessons = [lesson for lesson in course.lessons if lesson.id in with_exercises]
    for lesson in lessons:
        if name.lower() in _names(lesson):
            return next(exercise.id for exercise in exercises if exercise.lesson == lesson.id)
    raise unknown("unknown-exercise", name, broken_ids if broken else [*ids, *(lesson.id for lesson in lessons)])


def exercise(
    id: str, exercises: Sequence[Exercise], practiced: Callable[[str], object], repeats: Sequence[str] = ()
) -> Exercise:
    """Return the exercise of that id; without an id, the first that was not practiced yet, or the first of `repeats`,
    or the first of all."""
    by_id = {one.id: one for one in exercises}
    if id:
        return by_id[id]
    fresh = (one for one in exercises if not practiced(one.id))
    return next(fresh, by_id[repeats[0]] if repeats else exercises[0])


def with_paths(options: Options, *, practice: bool = False) -> Options:
    """Replace every path among the lessons by the names of the lessons there, and add their folder to the folders.

    With `practice`, exercises count as well. Raise UsageError for a path that is no folder, and InvalidLesson for one
    without lessons.
    """
    names: list[str] = []
    folders = list(options.folders)
    for word in options.lessons:
        if "/" not in word and word not in (".", ".."):
            names.append(word)
            continue
        folder, lessons = _at(Path(word), practice=practice)
        names += lessons
        if folder not in folders and folder != Path(os.path.realpath(package_files.lessons())):
            folders.append(folder)
    return options._replace(lessons=tuple(names), folders=tuple(folders))


def _at(path: Path, *, practice: bool) -> tuple[Path, list[str]]:
    """Return the folder of the lessons at a path, and their names. The path is one lesson, or a folder of lessons;
    with `practice`, also one exercise, and the exercises beside the lessons."""
    whole = Path(os.path.realpath(path))
    if not whole.is_dir():
        raise UsageError("no-folder", path=str(path))
    if practice and (whole / "exercise.yaml").exists():
        return whole.parent.parent, [whole.name]
    exercises = lesson_folders.exercise_folders(whole, Faults("")) if practice else []
    if exercises and not lesson_folders.folders(whole, Faults("")):
        return whole, [exercise.name for exercise in exercises]
    alone = (whole / "lesson.yaml").exists()
    folder = whole.parent if alone else whole
    lessons = lesson_folders.names(folder)
    here = [name for place, name in lessons if not alone or place.name == whole.name]
    return folder, [*here, *(exercise.name for exercise in exercises)]
