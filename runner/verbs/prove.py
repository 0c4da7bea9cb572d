"""`semdocker prove`: lessons proven by running them, for authors and for CI; a check that cannot fail is named."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from runner.author.prove_lesson import Found, Prover, Round
from runner.author.prove_page import ProofPage
from runner.course import selection
from runner.engine.seat import Seat
from runner.messages.sentences import text
from runner.records.course import Course
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose import open_view
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
from runner.verbs.run import chosen
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/proof/1"


def command(
    context: typer.Context,
    *,
    lessons: Lessons = None,
    pairs: Annotated[bool, typer.Option("--pairs", help=text("help.pairs"))] = False,
    settings: Settings = None,
    seat: SeatName = "default",
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
    """Refuse what cannot be done before root is asked for; then prove. Lessons may be named by their paths, too."""
    course, options = selection.chosen(selection.with_paths(options))
    need_root(options)
    return prove(options, course)


def prove(options: Options, course: Course) -> ExitStatus:
    """Prove the lessons asked for, or all. Raises RunnerError before anything is changed, or Interrupted."""
    view = open_view(options)
    page = ProofPage(view.face)
    trusted_course.agree(course, options, view)
    lessons = chosen(course, options.lessons)
    rounds: list[Round] = []
    with Seat(course, options, view) as seat:
        prover = Prover(seat)
        for lesson in lessons:
            _follow(prover.lesson(lesson), page, rounds)
        if options.pairs:
            _follow(prover.pairs(lessons), page, rounds)
    page.closes(rounds)
    if options.json:
        sys.stdout.write(json.dumps(document(rounds, options.lang), ensure_ascii=False, indent=2) + "\n")
    return verdict(rounds)


def _follow(found: Iterator[Found], page: ProofPage, rounds: list[Round]) -> None:
    """Show what comes, up to a machine that is not clean."""
    if not all(one.rollback.clean for one in rounds):
        return
    with closing(found) as events:  # type: ignore[type-var]
        for one in events:
            if isinstance(one, Round):
                rounds.append(one)
                page.round_closes(one)
                if not one.rollback.clean:
                    return
            else:
                page.step(one)


def verdict(rounds: list[Round]) -> ExitStatus:
    """The exit code of a proof: the most serious thing that was found."""
    if any(not found.rollback.clean for found in rounds):
        return ExitStatus.DIRTY
    if any(not found.proven and not found.missing for found in rounds):
        return ExitStatus.FAILED
    return ExitStatus.UNFIT if any(found.missing for found in rounds) else ExitStatus.OK


def document(rounds: list[Round], language: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "lang": language, "proven": all(found.proven for found in rounds)} | {
        "rounds": [_round(found) for found in rounds]
    }


def _round(found: Round) -> dict[str, Any]:
    steps = [
        {"step": step.step, "proven": step.proven, "stages": [asdict(stage) for stage in step.stages]}
        for step in found.steps
    ]
    return {
        "lesson": found.lesson,
        "round": found.number or None,
        "after": found.previous or None,
        "proven": found.proven,
        "seconds": round(found.seconds, 3),
        "missing": [asdict(lacks) for lacks in found.missing],
        "trouble": found.trouble and {"key": found.trouble.key, **_plain(found.trouble.values)},
        "steps": steps,
        "leftovers": [asdict(left) for left in found.rollback.leftovers],
        "noticed": [asdict(left) for left in found.rollback.noticed],
    }


def _plain(values: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}
