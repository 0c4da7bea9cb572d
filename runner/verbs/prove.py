"""`semdocker prove`: it proves lessons by running them, for authors and CI, and names checks that cannot fail."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from functools import partial
from itertools import count
from typing import Annotated, Any

import typer

from runner.author.prove_lesson import Event, Prover, Round
from runner.author.prove_page import ProofPage
from runner.course import load, selection
from runner.engine.seat import Seat
from runner.host import package_files
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.errors import ExitStatus
from runner.records.exercise import Exercise
from runner.records.options import Options
from runner.screen.choose_face import open_view
from runner.screen.narration import View
from runner.verbs import trusted_course
from runner.verbs.parameters import (
    Action,
    Folders,
    JsonFlag,
    Lang,
    Lessons,
    PlainFlag,
    SeatName,
    Settings,
    Trust,
    merged,
)
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/proof/1"


def command(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    pairs: Annotated[bool, typer.Option("--pairs", help=text("help.pairs"))] = False,
    settings: Settings = None,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
    folders: Folders = None,
    trust: Trust = None,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        lessons=tuple(lessons or ()), settings=tuple(settings or ()), seat=seat, pairs=pairs
    )
    return partial(begin, options)


def begin(options: Options) -> ExitStatus:
    """Refuse wrong options before sudo asks for a password; then prove. A path may name a lesson, too."""
    options = selection.with_paths(options, practice=True)
    course = load.course(package_files.lessons(), extra=options.folders, wanted=options.lessons, practice=True)
    lessons, exercises = selection.provable(options.lessons, course)
    need_root(options)
    return prove(options, course, lessons, exercises)


def prove(options: Options, course: Course, lessons: Sequence[Lesson], exercises: Sequence[Exercise]) -> ExitStatus:
    """Prove these lessons and exercises. Raises RunnerError before a change, or Interrupted."""
    view = open_view(options)
    page = ProofPage(view.face)
    trusted_course.agree(course, options, view)
    rounds: list[Round] = []
    with Seat(course, options, view) as seat:
        prover = Prover(seat)
        for lesson in lessons:
            _follow(prover.lesson(lesson), view, page, rounds, lesson.id)
        for exercise in exercises:
            _follow(prover.exercise(exercise), view, page, rounds, exercise.id)
        if options.pairs:
            _follow(prover.pairs(lessons), view, page, rounds, text("prove.pairs"))
    page.closes(rounds)
    if options.json:
        sys.stdout.write(safe_text.json_text(document(rounds, options.lang)))
    return verdict(rounds)


def _follow(events: Iterator[Event], view: View, page: ProofPage, rounds: list[Round], name: str) -> None:
    """Show the events of a proof, and add its rounds to `rounds`. Stop as soon as the machine is not clean."""
    if not all(one.rollback.clean for one in rounds):
        return
    with closing(events) as proof:  # type: ignore[type-var]
        for event in _awaited(proof, view, name):
            if isinstance(event, Round):
                rounds.append(event)
                page.round_closes(event)
                if not event.rollback.clean:
                    return
            else:
                page.step(event)


def _awaited(events: Iterator[Event], view: View, name: str) -> Iterator[Event]:
    """Give the events, and say what is being proven while the next one takes long."""
    for number in count(1):
        with view.waiting("wait.prove", name=name, number=number):
            event = next(events, None)
        if event is None:
            return
        yield event


def verdict(rounds: list[Round]) -> ExitStatus:
    """Return the exit status of a proof: the most serious thing in its rounds."""
    if any(not round_.rollback.clean for round_ in rounds):
        return ExitStatus.DIRTY
    if any(not round_.proven and not round_.missing for round_ in rounds):
        return ExitStatus.FAILED
    return ExitStatus.UNFIT if any(round_.missing for round_ in rounds) else ExitStatus.OK


def document(rounds: list[Round], language: str) -> dict[str, Any]:
    return {**documents.heading(SCHEMA, language), "proven": all(round_.proven for round_ in rounds)} | {
        "rounds": [_round(round_) for round_ in rounds]
    }


def _round(result: Round) -> dict[str, Any]:
    steps = [
        {"step": step.step, "proven": step.proven, "stages": [asdict(stage) for stage in step.stages]}
        for step in result.steps
    ]
    return {
        "lesson": None if result.exercise else result.lesson,
        "exercise": result.lesson if result.exercise else None,
        "round": result.number or None,
        "after": result.previous or None,
        "proven": result.proven,
        "seconds": round(result.seconds, 3),
        "missing": [asdict(lacks) for lacks in result.missing],
        "trouble": result.trouble and {"key": result.trouble.key, **_plain(result.trouble.values)},
        "steps": steps,
        "leftovers": [asdict(left) for left in result.rollback.leftovers],
        "noticed": [asdict(left) for left in result.rollback.noticed],
    }


def _plain(values: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
