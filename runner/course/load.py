"""Load a course and its exercises from folders, or raise one InvalidLesson with every fault of every file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.course import build_records, course_rules, exercise_rules, format, render, syllabus
from runner.course.course_folder import CourseFolder
from runner.course.drafts import Document, Draft, Understood
from runner.course.lesson_folders import raise_faults
from runner.course.yaml_nodes import Faults
from runner.messages import language
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise


class Reading(NamedTuple):
    """The folders of a course as they were read (its own comes first), their course files, and all their lessons."""

    folders: tuple[CourseFolder, ...]
    headings: tuple[Document, ...]
    variables: Mapping[str, Any]
    drafts: list[Draft]

    @property
    def general(self) -> Faults:
        """Return the faults of the course's own folder."""
        return self.folders[0].faults

    @property
    def heading(self) -> Document:
        """Return the course file of the course's own folder."""
        return self.headings[0]

    @property
    def syllabus(self) -> Document | None:
        """Return the course file from elsewhere, which chooses and orders the lessons; None when there is none."""
        return self.headings[1] if len(self.headings) > 1 else None

    @property
    def files(self) -> list[Faults]:
        """Return the faults of every folder and every file that a course needs."""
        documents = [*self.headings, *(document for draft in self.drafts for document in draft.documents)]
        return [source.faults for source in self.folders] + [document.faults for document in documents]


def course(folder: Path, languages: tuple[str, ...] = language.REQUIRED, extra: Sequence[Path] = ()) -> Course:
    """Read everything, and return the course. Raise InvalidLesson with all faults when there are any.

    Every lesson of `folder` must have these languages, and may have more. `extra` are folders from elsewhere: their
    lessons come after, and one of them may have a course file that orders all lessons (see `syllabus`).
    """
    return built(read(folder, languages, extra))


def built(reading: Reading) -> Course:
    """Return the course that was read. Raise InvalidLesson with all faults when there are any."""
    raise_faults(reading.files)
    own = reading.syllabus
    lessons, others = _ordered(reading.drafts, (own.value or {}).get("lessons") if own else None)
    spare = (words for draft in reading.drafts for words in draft.spare.values())
    return build_records.course(
        {"title": ((own or reading.heading).value or {})["title"], "variables": reading.variables},
        lessons,
        others=others,
        origins=tuple(source.origin for source in reading.folders[1:]),
        warnings=tuple(fault for words in spare for fault in words.faults.found),
    )


def read(folder: Path, languages: tuple[str, ...] = language.REQUIRED, extra: Sequence[Path] = ()) -> Reading:
    """Read every file of a course, and check it against the format and the rules. All faults are in the result."""
    home, *others = folders = tuple(map(CourseFolder, (folder, *extra)))
    heading = home.document(home.heading, format.FILES["course"])
    files = [source.document(source.heading, format.FILES["syllabus"]) for source in others if source.heading.exists()]
    for second in files[1:]:
        second.faults.add_at(1, 1, "course-twice", first=files[0].faults.file)
    declared = (heading.value or {}).get("variables", {})
    variables = syllabus.merged(declared, files[0] if files else None)
    samples = _samples(variables)
    drafts = home.lessons(0, languages, samples)
    for source in others:
        drafts += source.lessons(len(drafts), (), samples)
    course_rules.apply(heading, drafts, languages, variables)
    for own in files[:1]:
        syllabus.judge(own, declared, drafts)
    return Reading(folders, (heading, *files), variables, drafts)


def _ordered(drafts: list[Draft], order: Sequence[str] | None) -> tuple[tuple[Lesson, ...], tuple[Lesson, ...]]:
    """Return the lessons of the course, numbered in their order, and those that it leaves out."""

    def made(draft: Draft, number: int) -> Lesson:
        return build_records.lesson(draft.folder, number, draft.lesson.value or {}, _words(draft))

    by_name = {draft.name: draft for draft in drafts}
    chosen = [by_name[name] for name in order] if order else drafts
    others = [draft for draft in drafts if draft not in chosen]
    return (
        tuple(made(draft, number) for number, draft in enumerate(chosen, 1)),
        tuple(made(draft, 0) for draft in others),
    )


def exercises(folder: Path, course: Course, languages: tuple[str, ...] = language.REQUIRED) -> tuple[Exercise, ...]:
    """Return the exercises of a course: plain practice first, then what is broken, both in the order of the lessons.

    Raise InvalidLesson with all faults when there are any.
    """
    source, drafts = read_exercises(folder, course, languages)
    raise_faults([source.faults, *(document.faults for draft in drafts for document in draft.documents)])
    built = [build_records.exercise(draft.folder, draft.lesson.value or {}, _words(draft)) for draft in drafts]
    order = [lesson.id for lesson in (*course.lessons, *course.others)]
    return tuple(sorted(built, key=lambda exercise: (exercise.broken, order.index(exercise.lesson), exercise.id)))


def read_exercises(
    folder: Path, course: Course, languages: tuple[str, ...] = language.REQUIRED
) -> tuple[CourseFolder, list[Draft]]:
    """Read every exercise of a folder, and check it like the lessons of its course. All faults are in the result."""
    source = CourseFolder(folder)
    samples = {**render.SAMPLES, **{name: variable.default for name, variable in course.variables.items()}}
    drafts = source.exercises(languages, samples)
    for draft in drafts:
        exercise_rules.apply(draft, course)
    return source, drafts


def _words(draft: Draft) -> dict[str, Understood]:
    return {name: document.value or {} for name, document in draft.spoken.items()}


def _samples(variables: Mapping[str, Any]) -> dict[str, str]:
    """Return a value for every variable, with which the patterns of templates are tried."""
    defaults = {
        name: item["default"] for name, item in variables.items() if render.valid(item["type"], item["default"])
    }
    return {**render.SAMPLES, **defaults}
