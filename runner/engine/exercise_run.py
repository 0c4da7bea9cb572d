"""One exercise in a live lab: prepared and broken without a word, looked at, reset, or done for the student."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from runner.checks.registry import POLL
from runner.course.render import Values, render
from runner.engine import exercise_facts
from runner.engine.lab_run import UNSEEN, Emit, LabRun, Window
from runner.host import kernel
from runner.host.kernel import Identity
from runner.lab.pseudo_terminal import Ended
from runner.records.course import Course, Lesson, Step
from runner.records.exercise import Exercise, FactResult, all_true, count
from runner.records.results import CommandResult
from runner.records.texts import Dual

TIMEOUT = 60.0  # seconds for a command of the solution
OUTPUT = 65536  # bytes


class ExerciseRun(LabRun):
    """An exercise in progress."""

    def __init__(  # noqa: PLR0917 -- what a run needs
        self, course: Course, exercise: Exercise, values: Values, seat: str, lock: int, window: Window = UNSEEN
    ) -> None:
        super().__init__(course, course.lesson(exercise.lesson), values, seat, lock, window)
        self.exercise = exercise
        self._true = 0  # facts at the last look
        self._shown = False  # whether the lab is for the solution
        self.exam = False  # whether other terminals, too, tell nothing of the facts
        self.told = not any(fact.cause for fact in exercise.facts)  # whether the student knows the titles of all facts

    def _prepared(self) -> Iterator[Step]:
        for start in self.exercise.start:
            lesson = self.course.lesson(start.lesson)
            yield from map(lesson.step, lesson.leaves if start.steps is None else start.steps)
        yield from self.exercise.breaks

    def _named(self) -> Iterator[Lesson | Exercise]:
        yield from (self.course.lesson(start.lesson) for start in self.exercise.start)
        yield self.exercise

    def _position(self) -> dict[str, Any]:
        titles = {language: {"exercise": words.title} for language, words in self.exercise.words.items()}
        facts = {"true": self._true, "facts": len(self.exercise.facts)}
        return {"exercise": self.exercise.id, "told": self.told, "exam": self.exam, "titles": titles, **facts}

    @property
    def keeps_folder(self) -> bool:
        """What breaks something, and a solution, must not write over what the student wrote."""
        return super().keeps_folder and not self.exercise.broken and not self._shown

    def tell_causes(self) -> None:
        """From now on the causes are no secret, in other terminals neither."""
        self.told = True
        self.tell()

    def restart(self, *, to_show: bool = False) -> None:
        """Make a fresh lab, broken again; `to_show` a solution. Raises Dirty when something of the old one stays."""
        if self._true == len(self.exercise.facts):  # It was over, and begins once more.
            self._farthest = 0, 0
        self._shown, self._true = to_show, 0
        self._reopen()

    def look_at_facts(self, wait: float = 0.0) -> tuple[FactResult, ...]:
        """Look at every fact, now, or until all are true within `wait` seconds."""
        deadline = time.monotonic() + wait
        while True:
            places = exercise_facts.find(self.exercise, self.values, self.lab.notice, self._seat)
            self._introduce(places)
            found = exercise_facts.look(self.exercise, self.values, self.lab.notice, places)
            self._note(count(found))
            if all_true(found) and not self.told:
                self.tell_causes()
            if all_true(found) or time.monotonic() >= deadline:
                return found
            time.sleep(POLL)

    def _note(self, true: int) -> None:
        """Let other terminals know, if it is news, how many facts are true."""
        if true != self._true:
            self._true = true
            self.tell()

    def _introduce(self, found: Mapping[str, Identity]) -> None:
        """Let x-ray and a second shell find them too; what the exercise names first is the innermost there."""
        others = {name: place for name, place in self.lab.notice.places.items() if name not in self.exercise.places}
        self.lab.tell(places={**others, **dict(reversed([*found.items()]))})

    def watch(self) -> tuple[FactResult, ...]:
        """Look at every fact. Raises Ended once the lab's shell is gone: what it started may keep the terminal open."""
        if not kernel.alive(self.lab.shell):
            raise Ended
        return self.look_at_facts()

    def commands(self, way: Sequence[Dual]) -> list[str]:
        """Return what is typed on this machine."""
        return [render(command.on(self.version), self.values) for command in way]

    def solve(self, command: str, emit: Emit) -> CommandResult:
        """Type one command of a solution, wherever the current terminal is."""
        return self.current_terminal.run(command, timeout=TIMEOUT, limit=OUTPUT, emit=emit, new_shell=True)
