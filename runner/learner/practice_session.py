"""One exercise with one student: a goal and facts to make true, or something broken to mend, in a watched terminal."""

from __future__ import annotations

import time

from runner.engine.exercise_run import ExerciseRun
from runner.engine.seat import Seat
from runner.lab import signals
from runner.learner import students_folder
from runner.learner.exercise_session import ExerciseSession
from runner.learner.fact_watcher import FactWatcher
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach, facts_page
from runner.records.errors import Unfit
from runner.records.exercise import Exercise, FactResult, all_true
from runner.records.progress import State
from runner.screen import keys
from runner.screen.keys import Binding

SETTLE = 3.0  # seconds that the facts have to become true after a solution


class ExerciseLeft(Exception):
    """The student leaves the exercise: `on` means for the next one, else for good."""

    def __init__(self, *, on: bool) -> None:
        super().__init__()
        self.on = on


class PracticeSession(ExerciseSession):
    """Leads a student through one exercise, with hints and a solution for the asking."""

    def __init__(self, seat: Seat, exercise: Exercise, coach: Coach, notebook: Notebook) -> None:
        super().__init__(seat, exercise, coach)
        self._notebook = notebook
        self._hints = 0
        self._began = time.monotonic()
        self._tried = self._assisted = False

    def practice(self) -> bool:
        """Lead the student from the task to the rollback. Return whether to go on with the next exercise.

        Raises Unfit where this machine lacks something, before anything is changed.
        """
        lacks = self._seat.missing(self._exercise)
        if lacks:
            self.coach.unfit(lacks)
            raise Unfit("exercise-unfit", name=self._exercise.id)
        self.coach.opens(self._exercise, self._words)
        if not self._exercise.broken:
            students_folder.announce(self._view, self._seat.course.lesson(self._exercise.lesson), self._seat.name)
        self.coach.opening()
        on = False
        with self._seat.exercise(self._exercise, self._view.rolled_back, self._window(), student=True) as run:
            students_folder.admit(self._view, run)
            try:
                self._work(run)
            except ExerciseLeft as left:
                on = left.on
        if self._tried and not self._solved:
            self._write_down(State.OPEN)
        return on

    def _help(self, run: ExerciseRun) -> tuple[Binding, ...]:
        return (
            Binding("h", "hint", lambda: self._hint(run), "" if self._solved else "hint"),
            Binding("s", "solve", lambda: self._solve(run), "" if self._solved else "solve"),
        )

    def _ways(self) -> tuple[Binding, ...]:
        return (Binding("n", "next", lambda: self._leave(on=True), "next" if self._solved else ""),)

    def _end(self) -> Binding:
        return Binding(keys.END, "quit", lambda: self._leave(on=False), "quit")

    def _shell(self, run: ExerciseRun, watcher: FactWatcher) -> None:
        self._tried = True
        super()._shell(run, watcher)

    def _judge(self, results: tuple[FactResult, ...]) -> None:
        """Keep the facts for the next page. The first time that all are true, explain why, and save the result."""
        self._known = results
        if all_true(results) and not self._solved:
            self._solved = True
            self.coach.solved(self._words)
            self._write_down(State.ASSISTED if self._assisted else State.DONE)

    def _write_down(self, state: State) -> None:
        seconds = time.monotonic() - self._began
        missed = [fact.id for fact in self._known if not fact.true]
        self._notebook.practice(self._exercise.id, state, hints=self._hints, seconds=seconds, missed=missed)

    def _hint(self, run: ExerciseRun) -> None:
        hints = self._words.hints
        if self._hints < len(hints):
            self.coach.hint(hints[self._hints], self._hints + 1, len(hints))
            self._hints += 1
        else:
            self.coach.no_more_hints()
        if not run.told:
            run.tell_causes()
            self.coach.causes(self._exercise, self._words)

    def _solve(self, run: ExerciseRun) -> None:
        """Show the reference solution in a fresh lab, so that earlier attempts cannot disturb it."""
        self._assisted = self._tried = True
        self.coach.solving()
        run.restart(to_show=True)
        for command in run.commands(self._exercise.fix):
            self.coach.command(command)
            with signals.forwarding(run.interrupt):
                run.solve(command, self._view.output)
            self._view.face.output_ends()
        results = run.look_at_facts(wait=SETTLE)
        run.tell_causes()
        facts_page(self._view, self._words.facts, results, why=False)
        self._judge(results)

    def _reset(self, run: ExerciseRun) -> None:
        super()._reset(run)
        self._assisted = False

    def _leave(self, *, on: bool) -> None:
        raise ExerciseLeft(on=on)
