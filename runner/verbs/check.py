"""`semdocker check`: from a second terminal, what is true of the live exercise or lesson step, and what is not."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated

import typer

from runner.course import load
from runner.course.render import MACHINE, Values
from runner.engine import facts
from runner.host import bundled
from runner.lab import seats
from runner.lab.bulletin import Notice
from runner.lab.signals import stoppable
from runner.learner.practice_screen import check_page
from runner.messages.sentences import text
from runner.records.course import Course
from runner.records.errors import ExitStatus, RunnerError
from runner.records.exercise import Exercise, FactResult, FactWords, all_true, count
from runner.records.options import Options
from runner.screen.choose import choose_face
from runner.screen.face import Face
from runner.screen.narration import View
from runner.screen.plain import Plain
from runner.screen.watch import repeated
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, SeatName, merged
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/check/1"
GRACE = 3.0  # seconds in which a lab may come back: a reset replaces it
PAUSE = 0.05
ALONE = {"watch": 0.5}

Watch = Annotated[
    float | None,
    typer.Option("--watch", metavar=f"[{text('help.SECONDS')}]", help=text("help.often"), min=0.1, show_default=False),
]


def command(
    context: typer.Context,
    *,
    seat: SeatName = "default",
    watch: Watch = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(check, merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@dataclass(frozen=True)
class Looked:
    """The facts of one lab at one moment."""

    told: Notice
    values: Values
    words: Mapping[str, FactWords]  # of an exercise; the checks of a step go by the names of what they look at
    results: tuple[FactResult, ...]

    @property
    def essence(self) -> object:
        """Equal for two looks that would show the same."""
        return self.told.exercise, self.told.step, [(one.id, one.outcome, one.missing) for one in self.results]


class _Watcher:
    """Knows the course, and looks at a seat."""

    def __init__(self, options: Options) -> None:
        self._seat = seats.valid(options.seat)
        self._language = options.lang
        self._course: Course = load.course(bundled.lessons())
        self._exercises: dict[str, Exercise] | None = None  # read when one is live

    def look(self) -> Looked | None:
        """The seat's facts; None when no lab is live."""
        told = seats.published(self._seat)
        if told is None:
            return None
        values = self._values(told)
        if not told.exercise:
            step = next((one for one in self._course.lesson(told.lesson).steps if one.id == told.step), None)
            return Looked(told, values, {}, facts.look_at_step(step, values, told) if step else ())
        exercise = self._exercise(told.exercise)
        places = facts.find(exercise, values, told, self._seat)
        found = facts.look(exercise, values, told, places)
        return Looked(told, values, exercise.words[self._language].facts, found)

    def _exercise(self, id: str) -> Exercise:
        if self._exercises is None:
            self._exercises = {one.id: one for one in load.exercises(bundled.lessons(), self._course)}
        if id not in self._exercises:
            raise RunnerError("exercise-gone", name=id, seat=self._seat)
        return self._exercises[id]

    def _values(self, told: Notice) -> Values:
        own = {name: value for name, value in told.values.items() if name in self._course.variables}
        given = {name: value for name, value in told.values.items() if name in MACHINE}
        return Values(self._course.variables, own, given)

    def next(self, seconds: float) -> Looked | None:
        """The next look, after a pause; None when the lab has ended for good."""
        time.sleep(seconds)
        deadline = time.monotonic() + GRACE
        while (found := self.look()) is None and seats.holder(self._seat) and time.monotonic() < deadline:
            time.sleep(PAUSE)
        return found


def check(options: Options) -> ExitStatus:
    """Show the facts; 0 when all are true, 1 when not yet. Raises RunnerError when no lab is live."""
    need_root(options)
    watcher = _Watcher(options)
    found = watcher.look()
    if found is None:
        raise RunnerError("no-lab", seat=options.seat)
    if options.watch is not None:
        with stoppable():
            found = _watch(options, watcher, found, options.watch)
    elif options.json:
        sys.stdout.write(document(options, found, indent=2))
    else:
        _page(options, choose_face(sys.stdout, plain=options.plain), found)
    return ExitStatus.OK if all_true(found.results) else ExitStatus.FAILED


def document(options: Options, found: Looked, indent: int | None = None) -> str:
    listed = [
        {
            "id": result.id,
            "title": found.words[result.id].title if result.id in found.words else result.id,
            "outcome": result.outcome,
            "findings": [asdict(finding) for check in result.checks for finding in check.findings],
        }
        for result in found.results
    ]
    whole = {
        "schema": SCHEMA,
        "lang": options.lang,
        "seat": options.seat,
        "lesson": found.told.lesson,
        "step": found.told.step,
        "exercise": found.told.exercise,
        "true": count(found.results),
        "total": len(found.results),
        "facts": listed,
    }
    return json.dumps(whole, ensure_ascii=False, indent=indent) + "\n"


def _page(options: Options, face: Face, found: Looked) -> None:
    view = View(face, options.lang)
    view.values = found.values
    check_page(view, found.told, options.seat, found.words, found.results)


def _watch(options: Options, watcher: _Watcher, first: Looked, seconds: float) -> Looked:
    """Until the lab ends; gives the last look. With --json, one document on each line; in plain text, what changed."""
    last, found = first, watcher.look()
    if options.json:
        while found:
            last = found
            sys.stdout.write(document(options, found))
            sys.stdout.flush()
            found = watcher.next(seconds)
        return last
    face = choose_face(sys.stdout, plain=options.plain)
    shown = None
    with repeated(sys.stdout, plain=options.plain) as repaint:
        while found:
            last = found
            if found.essence != shown or not isinstance(face, Plain):
                repaint(lambda face, now=found: _painted(options, face, now, seconds))  # type: ignore[misc]
            shown, found = found.essence, watcher.next(seconds)
    face.say(text("xray.ended"))
    return last


def _painted(options: Options, face: Face, found: Looked, seconds: float) -> None:
    _page(options, face, found)
    face.say(text("xray.every", seconds=f"{seconds:g}"), "dim")
