"""`semdocker check`: it tells in a second terminal which facts of the live exercise or lesson step are true."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated

import typer

from runner.course import load, selection
from runner.course.render import MACHINE, Values, render
from runner.engine import exercise_facts
from runner.host import package_files
from runner.lab import seats
from runner.lab.published_state import Notice
from runner.lab.signals import stoppable
from runner.learner.practice_screen import check_page
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.errors import ExitStatus, Uncheckable
from runner.records.exercise import Exercise, FactResult, FactWords, all_true, count
from runner.records.options import Options
from runner.records.results import Outcome
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.screen.narration import View
from runner.screen.repaint import repeated
from runner.verbs import watched
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, SeatName, merged, watching
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/check/1"
ALONE = {"watch": 0.5}  # seconds between two looks

Watch = Annotated[float | None, watching("help.often")]


def command(
    context: typer.Context,
    *,
    seat: SeatName,
    watch: Watch = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(check, merged(context, plain=plain, json=json)._replace(seat=seat, watch=watch))


@dataclass(frozen=True)
class Look:
    """The facts of one lab at one moment."""

    notice: Notice
    values: Values
    words: Mapping[str, FactWords]  # the words of an exercise by id of the fact; empty for a step
    results: tuple[FactResult, ...]

    @property
    def essence(self) -> object:
        """Return a value that is equal for two looks that would show the same."""
        return (
            self.notice.exercise,
            self.notice.told,
            self.notice.step,
            [(one.id, one.outcome, one.missing) for one in self.results],
        )


class _Watcher:
    """Looks at the lab of a seat again and again."""

    def __init__(self, options: Options) -> None:
        self._seat = options.seat
        self._language = options.lang
        self._exercises: dict[str, Exercise] | None = None  # read when an exercise is live

    def look(self) -> Look | None:
        """Return the facts of the seat's lab; None when no lab is live."""
        notice = seats.published(self._seat)
        if notice is None:
            return None
        if notice.exam:
            raise Uncheckable("check-exam")
        course = _course(tuple(notice.folders), notice.exercise or notice.lesson)
        values = _values(course, notice)
        if not notice.exercise:
            step = next((one for one in self._lesson(course, notice.lesson).steps if one.id == notice.step), None)
            return Look(notice, values, {}, exercise_facts.look_at_step(step, values, notice) if step else ())
        exercise = self._exercise(course, notice.exercise)
        places = exercise_facts.find(exercise, values, notice, self._seat)
        results = exercise_facts.look(exercise, values, notice, places)
        return Look(notice, values, exercise.words[self._language].facts, results)

    def _exercise(self, course: Course, id: str) -> Exercise:
        if self._exercises is None:
            self._exercises = {one.id: one for one in selection.all_exercises(course)}
        if id not in self._exercises:
            raise Uncheckable("live-gone", name=id, seat=self._seat)
        return self._exercises[id]

    def _lesson(self, course: Course, id: str) -> Lesson:
        try:
            return course.lesson(id)
        except KeyError as error:
            raise Uncheckable("live-gone", name=id, seat=self._seat) from error


@lru_cache(maxsize=1)
def _course(folders: tuple[str, ...], wanted: str) -> Course:
    """Return the course with the lessons from elsewhere that the live lab was opened with."""
    return load.course(package_files.lessons(), extra=tuple(map(Path, folders)), wanted=(wanted,))


def _values(course: Course, notice: Notice) -> Values:
    own = {name: value for name, value in notice.values.items() if name in course.variables}
    machine = {name: value for name, value in notice.values.items() if name in MACHINE}
    return Values(course.variables, own, machine)


def check(options: Options) -> ExitStatus:
    """Show the facts, and return the verdict. Raises NoLab when none is live; a watch waits for one."""
    need_root(options)
    watcher = _Watcher(options)
    if options.watch is not None:
        with stoppable():
            return verdict(_watch(options, watcher, options.watch))
    look = watcher.look()
    if look is None:
        raise seats.no_lab(options.seat)
    if options.json:
        sys.stdout.write(document(options, look, indent=2))
    else:
        _page(options, choose_face(sys.stdout, plain=options.plain), look)
    return verdict(look.results)


def verdict(results: Sequence[FactResult]) -> ExitStatus:
    """Return FAILED when a fact is not true, OK when all are; else one could not be checked, or there is none."""
    if any(result.outcome is Outcome.FAILED for result in results):
        return ExitStatus.FAILED
    return ExitStatus.OK if all_true(results) else ExitStatus.UNKNOWN


def document(options: Options, look: Look, indent: int | None = None) -> str:
    listed = [
        {
            "id": result.id,
            "title": render(look.words[result.id].title, look.values) if result.id in look.words else result.id,
            "cause": result.cause,
            "outcome": result.outcome,
            "findings": [asdict(finding) for check in result.checks for finding in check.findings],
        }
        for result in look.results
    ]
    whole = {
        **documents.heading(SCHEMA, options.lang),
        "seat": options.seat,
        "user": look.notice.who,
        "lesson": look.notice.lesson,
        "step": look.notice.step,
        "exercise": look.notice.exercise,
        "true": count(look.results),
        "total": len(look.results),
        "facts": listed,
    }
    return safe_text.json_text(whole, indent)


def _page(options: Options, face: Face, look: Look) -> None:
    view = View(face, options.lang)
    view.values = look.values
    check_page(view, look.notice, options.seat, look.words, look.results)


def _watch(options: Options, watcher: _Watcher, seconds: float) -> tuple[FactResult, ...]:
    """Show the facts until the run ends, and return what the last look found.

    With --json each look is one document on one line; in plain text only changes are shown.
    """
    looks = watched.looks(watcher.look, options.seat, seconds)
    found: tuple[FactResult, ...] = ()
    if options.json:
        for live in filter(None, looks):
            sys.stdout.write(document(options, live))
            sys.stdout.flush()
            found = live.results
        return found
    face = choose_face(sys.stdout, plain=options.plain)
    shown: object = ""
    with repeated(sys.stdout, plain=options.plain) as repaint:
        for look in looks:
            essence = look and look.essence
            if essence != shown or face.repaints:
                repaint(partial(_painted, options, look, seconds) if look else partial(watched.waiting, options.seat))
            shown, found = essence, look.results if look else found
    face.say(text("xray.ended"))
    return found


def _painted(options: Options, look: Look, seconds: float, face: Face) -> None:
    _page(options, face, look)
    face.say(text("xray.every", seconds=f"{seconds:g}"), "dim")
