"""A made-up class: students of mixed progress, and the documents that they hand in."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from runner.course import load
from runner.host import package_files
from runner.learner import progress_export
from runner.learner.progress import Progress
from runner.learner.progress_export import Student
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.progress import AnswerRecord, LessonRecord, Place, PredictionRecord, State, StepRecord

NAMES = (
    "ana", "bruno", "carla", "davi", "elisa", "felipe", "gabriela", "heitor", "isabel", "joão", "karina", "luís",
    "mariana", "nicolas", "olívia", "pedro", "quitéria", "rafael", "sofia", "tiago", "úrsula", "vítor", "wanda",
    "ximena", "yasmin", "zeca",
)  # fmt: skip
HARD = 7  # Every seventh step and third question is one that many do not get at once.


@cache
def exercises() -> dict[str, Exercise]:
    course = load.course(package_files.lessons())
    return {one.id: one for one in load.exercises(package_files.lessons(), course)}


def students(
    course: Course, count: int, seed: int = 1, lessons: int | None = None, *, finished: bool = False
) -> Iterator[tuple[str, Progress]]:
    """Return so many students with their progress; nobody is further than so many lessons, or all have `finished`."""
    dice = random.Random(seed)
    todo = course.lessons[:lessons]
    total = sum(len(lesson.steps) for lesson in todo)
    for number in range(count):
        name = NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else str(number // len(NAMES)))
        far = min(total, int(dice.betavariate(2.2, 1.4) * total * 1.05))
        yield name, _progress(todo, total if finished else 0 if number % 15 == 14 else far, dice)


def _progress(lessons: tuple[Lesson, ...], far: int, dice: random.Random) -> Progress:
    records: dict[str, LessonRecord] = {}
    place = None
    for lesson in lessons:
        if far <= 0:
            break
        some = lesson.steps[:far]
        stuck = far < len(lesson.steps)
        steps = {step.id: _step(at, dice) for at, step in enumerate(some)}
        if stuck:
            steps[some[-1].id] = StepRecord(State.OPEN, 3, 1, 400.0, _when(dice), missed=("mount", "namespace.pid"))
            place = Place(lesson.id, some[-1].id)
        quiz = {} if stuck else {one.id: _answer(at, one.answer, dice) for at, one in enumerate(lesson.quiz)}
        guesses = {one.id: PredictionRecord("same", "same", right=True) for one in some if one.predict}
        records[lesson.id] = LessonRecord(steps, quiz, guesses)
        far -= len(lesson.steps)
    return Progress(records, (place,) if place else (), _practice(dice) if len(records) > 2 else {})


def _step(at: int, dice: random.Random) -> StepRecord:
    hard = at % HARD == HARD - 1 and dice.random() < 0.5
    state = State.ASSISTED if hard and dice.random() < 0.5 else State.DONE
    missed = ("hostname",) if hard else ()
    return StepRecord(state, 2 if hard else 1, int(hard), dice.lognormvariate(3.6, 0.7), _when(dice), not hard, missed)


def _answer(at: int, right: tuple[str, ...], dice: random.Random) -> AnswerRecord:
    hard = at % 3 == 2 and dice.random() < 0.6
    return AnswerRecord(right, not hard or dice.random() < 0.7, 2 if hard else 1, 12.0, _when(dice))


def _practice(dice: random.Random) -> dict[str, StepRecord]:
    found = {}
    for exercise in list(exercises().values())[:4]:
        left = dice.random() < 0.4
        missed = tuple(fact.id for fact in exercise.facts if dice.random() < 0.5) if left else ()
        state = State.OPEN if left else State.DONE
        found[exercise.id] = StepRecord(state, 1, 0, 200.0, _when(dice), not left, missed)
    return found


def _when(dice: random.Random) -> str:
    return f"2026-03-{dice.randint(2, 28):02}T{dice.randint(8, 17):02}:{dice.randint(0, 59):02}:00Z"


def hand_in(
    folder: Path, course: Course, count: int, seed: int = 1, lessons: int | None = None, *, finished: bool = False
) -> Path:
    """Write a class's documents into a folder, as `semdocker report --json` writes them."""
    folder.mkdir(exist_ok=True)
    for name, progress in students(course, count, seed, lessons, finished=finished):
        text = progress_export.json_text(course, progress, "pt", Student(name, name), None)
        (folder / f"{name}.json").write_text(text)
    return folder
