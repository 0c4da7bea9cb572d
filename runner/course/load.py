"""Load a course and its exercises from folders, or raise one InvalidLesson with every fault of every file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from runner.course import build_records, course_rules, exercise_rules, format, render, syllabus
from runner.course.course_folder import CourseFolder
from runner.course.drafts import Document, Draft, Understood
from runner.course.lesson_folders import exercise_folders, raise_faults
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
    exercises: list[Draft]  # only those from elsewhere

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
        return self.general_files + [file for draft in self.drafts for file in draft.files]

    @property
    def general_files(self) -> list[Faults]:
        """Return the faults of every folder and every course file."""
        return [source.faults for source in self.folders] + [document.faults for document in self.headings]

    @property
    def in_order(self) -> list[Draft]:
        """Return the lessons that the course has, in its order: that of its list, in which no part interrupts another.

        A course file from elsewhere has no parts.
        """
        order = (self.syllabus.value or {}).get("lessons") if self.syllabus else None
        if order:
            by_name = {draft.name: draft for draft in reversed(self.drafts)}  # of two with one name the first counts
            return [by_name[name] for name in order if name in by_name]
        parts = [] if self.syllabus else self.heading.entries("parts")
        places = {name: place for place, (_, part) in enumerate(parts) for name in part.get("lessons") or ()}
        return sorted(self.drafts, key=lambda draft: places.get(draft.name, len(parts)))


def course(
    folder: Path,
    languages: tuple[str, ...] = language.REQUIRED,
    extra: Sequence[Path] = (),
    *,
    wanted: Sequence[str] = (),
    practice: bool = False,
) -> Course:
    """Read everything, and return the course. Raise InvalidLesson with all faults when there are any.

    Every lesson of `folder` must have these languages, and may have more. `extra` are folders from elsewhere: their
    lessons come after, and one of them may have a course file that orders all lessons (see `syllabus`).

    `wanted` are words for lessons and exercises. If there are any, the faults of others from elsewhere do not matter:
    these are left out. Faulty exercises are left out as well, unless they are wanted or it is all about `practice`.
    """
    return built(read(folder, languages, extra), wanted, practice=practice)


def built(reading: Reading, wanted: Sequence[str] = (), *, practice: bool = False) -> Course:
    """Return the course that was read. Raise InvalidLesson with all faults when there are any."""
    spared = _unfinished(reading, wanted) if wanted else []
    kept = [draft for draft in reading.drafts if draft not in spared]
    raise_faults([*reading.general_files, *(file for draft in kept for file in draft.files)])
    made = {draft.name: _lesson(draft, number) for draft, number in _numbered(reading) if draft not in spared}
    spare = (words for draft in kept for words in draft.spare.values())
    heading = (reading.syllabus or reading.heading).value or {}
    whole = build_records.course(
        {"title": heading["title"], "variables": reading.variables, "parts": heading.get("parts", ())},
        tuple(lesson for lesson in made.values() if lesson.number),
        others=tuple(lesson for lesson in made.values() if not lesson.number),
        warnings=tuple(fault for words in spare for fault in words.faults.found),
    )
    exercises = _exercises_from_elsewhere(reading, whole, wanted, practice=practice)
    return replace(
        whole,
        origins=tuple(source.origin(kept, exercises) for source in reading.folders[1:]),
        exercises=_sorted(exercises, whole),
        left_out=tuple(draft.name for draft in (*spared, *reading.exercises) if draft not in exercises),
    )


def _unfinished(reading: Reading, wanted: Sequence[str]) -> list[Draft]:
    """Return the lessons from elsewhere that have faults, without those that are wanted or that these need."""
    words = {word.lower() for word in wanted}
    needed = {draft.name for draft, number in _numbered(reading) if words & {*draft.names(number)}}
    for draft in reading.exercises:
        if draft.name in wanted:
            value = draft.lesson.value or {}
            needed |= {value.get("lesson", ""), *((start or {}).get("lesson", "") for start in value.get("start", ()))}
    for draft in reversed(reading.drafts):  # A lesson needs only earlier ones.
        if draft.name in needed:
            needed |= {*((draft.lesson.value or {}).get("needs") or ())}
    home = reading.folders[0].folder
    return [
        draft
        for draft in reading.drafts
        if draft.folder.parent != home and draft.name not in needed and any(file.found for file in draft.files)
    ]


def _exercises_from_elsewhere(
    reading: Reading, course: Course, wanted: Sequence[str], *, practice: bool
) -> list[Draft]:
    taken = {path.name: path for path in exercise_folders(reading.folders[0].folder, Faults(""))}
    for draft in reading.exercises:
        first = taken.setdefault(draft.name, draft.folder)
        if first != draft.folder:
            draft.lesson.fault(("id",), "exercise-twice", name=draft.name, folder=str(first))
        exercise_rules.apply(draft, course)
    strict = (draft for draft in reading.exercises if draft.name in wanted or (practice and not wanted))
    raise_faults([file for draft in strict for file in draft.files])
    return [draft for draft in reading.exercises if not any(file.found for file in draft.files)]


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
    own = home.lessons(0, languages, samples)
    drafts = [*own]
    for source in others:
        drafts += source.lessons(len(drafts), (), samples)
    exercises = [draft for source in others for draft in source.exercises((), samples)]
    course_rules.apply(heading, drafts, languages, variables)
    course_rules.parts(heading, own, [] if files else drafts[len(own) :], languages)
    for chosen in files[:1]:
        syllabus.judge(chosen, declared, drafts)
    return Reading(folders, (heading, *files), variables, drafts, exercises)


def _numbered(reading: Reading) -> Iterator[tuple[Draft, int]]:
    """Yield the lessons of the course with their numbers, and then those that it leaves out, with 0."""
    chosen = reading.in_order
    yield from ((draft, number) for number, draft in enumerate(chosen, 1))
    yield from ((draft, 0) for draft in reading.drafts if draft not in chosen)


def _lesson(draft: Draft, number: int) -> Lesson:
    return build_records.lesson(draft.folder, number, draft.lesson.value or {}, _words(draft))


def exercises(folder: Path, course: Course, languages: tuple[str, ...] = language.REQUIRED) -> tuple[Exercise, ...]:
    """Return the exercises of a course: plain practice first, then what is broken, both in the order of the lessons.

    Raise InvalidLesson with all faults when there are any.
    """
    source = CourseFolder(folder)
    drafts = read_exercises(source, course, languages)
    raise_faults([source.faults, *(file for draft in drafts for file in draft.files)])
    return _sorted(drafts, course)


def _sorted(drafts: Iterable[Draft], course: Course) -> tuple[Exercise, ...]:
    return in_order((_exercise(draft, course) for draft in drafts), course)


def _exercise(draft: Draft, course: Course) -> Exercise:
    value = draft.lesson.value or {}
    return build_records.exercise(draft.folder, value, _words(draft), course.lesson(value["lesson"]))


def in_order(exercises: Iterable[Exercise], course: Course) -> tuple[Exercise, ...]:
    """Return exercises in the order in which they are listed: plain practice first, both in the order of lessons."""
    order = [lesson.id for lesson in (*course.lessons, *course.others)]
    return tuple(sorted(exercises, key=lambda exercise: (exercise.broken, order.index(exercise.lesson), exercise.id)))


def read_exercises(source: CourseFolder, course: Course, languages: tuple[str, ...] = language.REQUIRED) -> list[Draft]:
    """Read every exercise of a folder, and check it like the lessons of its course. All faults are in the result, or
    in the folder's."""
    defaults = {name: variable.default for name, variable in course.variables.items()}
    samples = {**render.SAMPLES, render.FOLDER: render.folder_place("folder"), **defaults}
    drafts = source.exercises(languages, samples)
    for draft in drafts:
        exercise_rules.apply(draft, course)
    return drafts


def _words(draft: Draft) -> dict[str, Understood]:
    return {name: document.value or {} for name, document in draft.spoken.items()}


def _samples(variables: Mapping[str, Any]) -> dict[str, str]:
    """Return a value for every variable, with which the patterns of templates are tried."""
    defaults = {
        name: item["default"] for name, item in variables.items() if render.valid(item["type"], item["default"])
    }
    return {**render.SAMPLES, render.FOLDER: render.folder_place("folder"), **defaults}
