"""The progress of a class rolled up: who is where, what the class misses, and how long a lesson takes.

Only what this course has is counted. What comes of another version of the course is kept apart, with its name.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import chain
from statistics import quantiles
from typing import NamedTuple
from unicodedata import combining, normalize

from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.progress import HandedIn, LeftOut, LessonRecord, Place, State, StepRecord, Who

TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
UNTOUCHED = LessonRecord()


class Count(NamedTuple):
    """How many out of how many."""

    done: int = 0
    total: int = 0


class InLesson(NamedTuple):
    """What a student did in a lesson that the course has."""

    lesson: str
    begun: bool
    states: tuple[State | None, ...]  # of each step; None: not tried
    typed: int
    right: int
    questions: int
    seconds: float

    @property
    def steps(self) -> Count:
        return Count(_done(self.states), len(self.states))

    @property
    def complete(self) -> bool:
        return self.begun and _done(self.states) == len(self.states) and self.right == self.questions

    @property
    def percent(self) -> float:
        """Return the share of its steps and questions that is done."""
        return round(100 * (_done(self.states) + self.right) / max(1, len(self.states) + self.questions), 1)


class Ids(NamedTuple):
    """What a lesson of the course has, in its order."""

    steps: Set[str]
    questions: Set[str]


class Elsewhere(NamedTuple):
    """What a student did that this course does not have, as "rootfs" or "rootfs/tree"."""

    lessons: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    exercises: tuple[str, ...] = ()


@dataclass(frozen=True)
class Student:
    """A student's line."""

    who: Who
    file: str
    lessons: tuple[InLesson, ...]  # those of the course, in its order
    place: Place | None  # where the student will go on
    reached: str  # the lesson of the last activity; empty when there was none in this course
    last: str  # the time of the last activity (UTC, ISO 8601), or nothing
    facts: Count  # of the exercises that were tried, as far as it is known
    exercises: Count  # solved without help, of those that were tried
    elsewhere: Elsewhere

    @property
    def complete(self) -> int:
        return sum(one.complete for one in self.lessons)

    @property
    def steps(self) -> Count:
        return _added(one.steps for one in self.lessons)

    @property
    def questions(self) -> Count:
        return _added(Count(one.right, one.questions) for one in self.lessons)


class Spread(NamedTuple):
    """How long so many students took, in seconds: half of them between `low` and `high`."""

    students: int
    least: float
    low: float
    median: float
    high: float
    most: float


class InClass(NamedTuple):
    """A lesson in the class. `time` is of those who did all its steps; None when nobody did."""

    lesson: str
    begun: int
    complete: int
    done: tuple[int, ...]  # how many did each step
    time: Spread | None


class Missed(NamedTuple):
    """A question, a step or a fact, and how many of those who tried it did not have it at once."""

    lesson: str  # or the exercise
    id: str  # of the question or step; of a fact: of its step, and empty in an exercise
    fact: str
    tried: int
    missed: int  # not right at the first answer; not done at the first try, or with help; not true after a try
    still: int  # who has not got it yet

    @property
    def rank(self) -> tuple[float, ...]:
        return -self.missed, -self.still, self.tried


class Tries(NamedTuple):
    """A step, and the records of all who tried it."""

    lesson: str
    step: str
    records: list[StepRecord]


class Superseded(NamedTuple):
    """A file that does not count, because a newer one is of the same student."""

    file: str
    who: Who
    by: str


@dataclass(frozen=True)
class ClassReport:
    students: tuple[Student, ...]
    lessons: tuple[InClass, ...]
    questions: tuple[Missed, ...]  # those that somebody missed, the most missed first; so are the next two
    steps: tuple[Missed, ...]
    facts: tuple[Missed, ...]
    left_out: tuple[LeftOut, ...]
    superseded: tuple[Superseded, ...]

    @property
    def elsewhere(self) -> Mapping[str, Mapping[str, int]]:
        """Return what this course does not have, by its kind, and how many students did each."""
        kinds: dict[str, Counter[str]] = {kind: Counter() for kind in Elsewhere._fields}
        for student in self.students:
            for kind, ids in student.elsewhere._asdict().items():
                kinds[kind].update(ids)
        return kinds


def rolled_up(course: Course, exercises: Mapping[str, Exercise], files: Iterable[HandedIn | LeftOut]) -> ClassReport:
    """Roll up the files of a class. Of two of one student the one with the later activity counts."""
    newest: dict[Who, HandedIn] = {}
    left_out: list[LeftOut] = []
    older: list[HandedIn] = []
    for file in files:
        if isinstance(file, LeftOut):
            left_out.append(file)
        elif file.who in newest:
            old, newest[file.who] = sorted((newest[file.who], file), key=lambda one: (_last(one), one.changed))
            older.append(old)
        else:
            newest[file.who] = file
    counted = sorted(newest.values(), key=lambda one: (_in_order(one.who.name), one.who))
    tries = [*_tries(course, counted)]
    ids = {lesson.id: _ids(lesson) for lesson in course.lessons}
    students = tuple(_student(exercises, ids, one) for one in counted)
    return ClassReport(
        students,
        tuple(_in_class(lesson, [one.lessons[at] for one in students]) for at, lesson in enumerate(course.lessons)),
        _ranked(_questions(course, counted)),
        _ranked(_steps(tries)),
        _ranked([*_facts_of_steps(tries), *_facts_of_exercises(exercises, counted)]),
        tuple(left_out),
        tuple(Superseded(one.file, one.who, newest[one.who].file) for one in older),
    )


def _ids(lesson: Lesson) -> Ids:
    steps, questions = (dict.fromkeys(one.id for one in declared) for declared in (lesson.steps, lesson.quiz))
    return Ids(steps.keys(), questions.keys())


def _in_order(name: str) -> str:
    """Return a name as a list is ordered by it: Úrsula stands beside Ulisses, as in both our languages."""
    return "".join(letter for letter in normalize("NFKD", name) if not combining(letter)).casefold()


def _done(states: Sequence[State | None]) -> int:
    return len(states) - states.count(None) - states.count(State.OPEN)


# --- a student --------------------------------------------------------------------------------


def _student(exercises: Mapping[str, Exercise], ids: Mapping[str, Ids], one: HandedIn) -> Student:
    tried = {id: record for id, record in one.practice.items() if id in exercises}
    when = {id: _latest(_times(record)) for id, record in one.lessons.items()}
    return Student(
        one.who,
        one.file,
        tuple(_in_lesson(id, known, one.lessons.get(id, UNTOUCHED)) for id, known in ids.items()),
        one.place,
        max(filter(ids.__contains__, when), key=when.__getitem__, default=""),
        _latest([*when.values(), *(record.when for record in one.practice.values())]),
        _added(_true(exercises[id], record) for id, record in tried.items()),
        Count(sum(record.state is State.DONE for record in tried.values()), len(tried)),
        _elsewhere(exercises, ids, one),
    )


def _in_lesson(lesson: str, known: Ids, record: LessonRecord) -> InLesson:
    steps = [*map(record.steps.get, known.steps)]
    answers = [record.quiz[id] for id in known.questions if id in record.quiz]
    return InLesson(
        lesson,
        record is not UNTOUCHED,
        tuple([step.state if step else None for step in steps]),
        sum([step.typed for step in steps if step]),
        sum([answer.right for answer in answers]),
        len(known.questions),
        record.seconds,
    )


def _true(exercise: Exercise, record: StepRecord) -> Count:
    """Return how many facts of an exercise were true in the end. Before 0.3 nobody wrote down which were not."""
    total = len(exercise.facts)
    if record.state is not State.OPEN:
        return Count(total, total)
    missed = sum(fact.id in record.missed for fact in exercise.facts)
    return Count(total - missed, total) if missed else Count()


def _elsewhere(exercises: Mapping[str, Exercise], ids: Mapping[str, Ids], one: HandedIn) -> Elsewhere:
    both = [(id, ids[id], record) for id, record in one.lessons.items() if id in ids]
    return Elsewhere(
        tuple(dict.fromkeys((*(id for id in one.lessons if id not in ids), *one.not_told))),
        tuple(f"{id}/{step}" for id, known, record in both for step in _others(record.steps, known.steps)),
        tuple(f"{id}/{question}" for id, known, record in both for question in _others(record.quiz, known.questions)),
        tuple(id for id in one.practice if id not in exercises),
    )


def _others(records: Iterable[str], known: Set[str]) -> list[str]:
    return [id for id in records if id not in known]


def _times(record: LessonRecord) -> list[str]:
    return [*(step.when for step in record.steps.values()), *(answer.when for answer in record.quiz.values())]


def _last(one: HandedIn) -> str:
    """Return the time of the last activity of a student, in this course or another."""
    lessons = chain.from_iterable(map(_times, one.lessons.values()))
    return _latest([*lessons, *(record.when for record in one.practice.values())])


def _latest(times: Sequence[str]) -> str:
    """Return the latest of these times. What is no time does not count: a file may say anything."""
    latest = max(times, default="")
    return latest if TIME.fullmatch(latest) else max(filter(TIME.fullmatch, times), default="")


def _added(counts: Iterable[Count]) -> Count:
    every = [*counts]
    return Count(sum(one.done for one in every), sum(one.total for one in every))


# --- the class --------------------------------------------------------------------------------


def _in_class(lesson: Lesson, students: Sequence[InLesson]) -> InClass:
    columns = zip(*(one.states for one in students), strict=True) if students else ([()] * len(lesson.steps))
    done = tuple(map(_done, columns))
    seconds = [one.seconds for one in students if one.begun and _done(one.states) == len(one.states)]
    begun = sum(one.begun for one in students)
    return InClass(lesson.id, begun, sum(one.complete for one in students), done, _spread(seconds))


def _spread(seconds: Sequence[float]) -> Spread | None:
    if not seconds:
        return None
    low, median, high = quantiles(seconds, method="inclusive") if len(seconds) > 1 else [*seconds] * 3
    return Spread(len(seconds), min(seconds), low, median, high, max(seconds))


def _ranked(found: Iterable[Missed]) -> tuple[Missed, ...]:
    return tuple(sorted((one for one in found if one.missed), key=lambda one: one.rank))


def _questions(course: Course, files: Sequence[HandedIn]) -> Iterator[Missed]:
    for lesson in course.lessons:
        records = [file.lessons[lesson.id].quiz for file in files if lesson.id in file.lessons]
        for question in lesson.quiz:
            answers = [quiz[question.id] for quiz in records if question.id in quiz]
            right = [one.asked <= 1 for one in answers if one.right]
            tried = len(answers)
            yield Missed(lesson.id, question.id, "", tried, tried - right.count(True), tried - len(right))


def _steps(tried: Iterable[Tries]) -> Iterator[Missed]:
    for lesson, step, tries in tried:
        at_once = [one.state for one in tries if one.attempts <= 1].count(State.DONE)
        still = [one.state for one in tries].count(State.OPEN)
        yield Missed(lesson, step, "", len(tries), len(tries) - at_once, still)


def _tries(course: Course, files: Sequence[HandedIn]) -> Iterator[Tries]:
    """Return each step of the course with the records of all who tried it."""
    for lesson in course.lessons:
        records = [file.lessons[lesson.id].steps for file in files if lesson.id in file.lessons]
        for step in lesson.steps:
            id = step.id
            yield Tries(lesson.id, id, [one for steps in records if (one := steps.get(id))])


def _facts_of_steps(tried: Iterable[Tries]) -> Iterator[Missed]:
    for lesson, step, tries in tried:
        some = [one for one in tries if one.missed]
        missed = Counter(fact for one in some for fact in {*one.missed})
        still = Counter(fact for one in some if one.state is State.OPEN for fact in {*one.missed})
        yield from (Missed(lesson, step, fact, len(tries), missed[fact], still[fact]) for fact in sorted(missed))


def _facts_of_exercises(exercises: Mapping[str, Exercise], files: Sequence[HandedIn]) -> Iterator[Missed]:
    for exercise in exercises.values():
        tries = [file.practice[exercise.id] for file in files if exercise.id in file.practice]
        for fact in exercise.facts:
            yield _fact(exercise.id, "", fact.id, tries)


def _fact(lesson: str, step: str, fact: str, tries: Sequence[StepRecord]) -> Missed:
    missed = [one for one in tries if fact in one.missed]
    return Missed(lesson, step, fact, len(tries), len(missed), sum(one.state is State.OPEN for one in missed))
