"""One exercise with one student: a goal and facts to make true, or something broken to mend, in a watched terminal."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable

from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import Window
from runner.engine.seat import Seat, missing
from runner.lab import signals, xray
from runner.learner.fact_watcher import Lookout
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach, facts_page
from runner.learner.progress import State
from runner.records.errors import Unfit
from runner.records.exercise import Exercise, ExerciseWords, FactResult, all_true
from runner.records.results import Trouble
from runner.screen import free_shell
from runner.screen.narration import View
from runner.screen.xray_page import page

SETTLE = 3.0  # seconds in which the last effects of a solution come true


class Leave(Exception):
    """The student wants to go; to the next exercise, or away."""

    def __init__(self, *, on: bool) -> None:
        super().__init__()
        self.on = on


class PracticeSession:
    """One exercise with one student."""

    def __init__(self, seat: Seat, exercise: Exercise, coach: Coach, notebook: Notebook) -> None:
        self.coach = coach
        self._seat = seat
        self._exercise = exercise
        self._view: View = coach.view
        self._notebook = notebook
        self._hints = 0
        self._began = time.monotonic()
        self._known: tuple[FactResult, ...] = ()
        self._tried = self._solved = self._assisted = False

    @property
    def _words(self) -> ExerciseWords:
        return self._exercise.words[self._view.language]

    def practise(self) -> bool:
        """Lead from the task to the rollback. Return whether the student wants the next exercise.

        Raises Unfit where this machine lacks something, before anything is changed.
        """
        self.coach.opens(self._exercise, self._words)
        lacks = missing(self._exercise)
        if lacks:
            self.coach.unfit(lacks)
            raise Unfit("exercise-unfit", name=self._exercise.id)
        on = False
        window = Window(*shutil.get_terminal_size((80, 24)), os.environ.get("TERM", "dumb"))
        with self._seat.exercise(self._exercise, self._view.rolled_back, window) as run:
            try:
                self._work(run)
            except Leave as leave:
                on = leave.on
        if self._tried and not self._solved:
            self._write_down(State.OPEN)
        return on

    def _work(self, run: ExerciseRun) -> None:
        self._known = run.look_at_facts()
        self.coach.ready(self._known)
        lookout = Lookout(run.watch, self._title, self._exercise.id, plain=self.coach.plain)
        actions = self._actions(run, lookout)
        while True:
            actions[self.coach.ask(solved=self._solved)]()

    def _actions(self, run: ExerciseRun, lookout: Lookout) -> dict[str, Callable[[], object]]:
        return {
            "\n": lambda: self._shell(run, lookout),
            "c": lambda: self._check(run),
            "h": self._hint,
            "s": lambda: self._solve(run),
            "r": lambda: self._reset(run),
            "x": self._xray,
            "n": lambda: self._leave(on=True),
            "l": self._switch,
            "?": self.coach.keys,
            "q": lambda: self._leave(on=False),
        }

    def _title(self, fact: str) -> str:
        return self._view.rendered(self._words.facts[fact].title)

    def _shell(self, run: ExerciseRun, lookout: Lookout) -> None:
        self._tried = True
        self.coach.shell()
        sys.stdout.write(lookout.begin(self._known))
        sys.stdout.flush()
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key, and goes to the lab
            last = free_shell.hand_over(
                run.terminal(), sys.stdin.fileno(), sys.stdout.fileno(), one_command=False, companion=lookout
            )
        sys.stdout.write(lookout.end())
        if last and last.trouble is Trouble.LOST:
            self.coach.lost()
            self._judge(lookout.seen)  # leaving by "exit", with everything true, is leaving all the same
            return
        self.coach.remark("practice.back")
        self._judge(run.look_at_facts())
        self.coach.score(self._known)

    def _judge(self, found: tuple[FactResult, ...]) -> None:
        """What is true now; once everything is, that it is done, and why it works."""
        self._known = found
        if all_true(found) and not self._solved:
            self._solved = True
            self.coach.solved(self._words)
            self._write_down(State.ASSISTED if self._assisted else State.DONE)

    def _check(self, run: ExerciseRun) -> None:
        self._judge(run.look_at_facts())
        facts_page(self._view, self._words.facts, self._known)

    def _write_down(self, state: State) -> None:
        seconds = time.monotonic() - self._began
        self._notebook.practice(self._exercise.id, state, hints=self._hints, seconds=seconds)

    def _hint(self) -> None:
        hints = self._words.hints
        if self._hints < len(hints):
            self.coach.hint(hints[self._hints], self._hints + 1, len(hints))
            self._hints += 1
        else:
            self.coach.no_more_hints()

    def _solve(self, run: ExerciseRun) -> None:
        """The reference solution, from a fresh start, so that whatever was tried is not in its way."""
        self._assisted = self._tried = True
        self.coach.solving()
        run.restart()
        for command in run.commands(self._exercise.fix):
            self.coach.command(command)
            with signals.forwarding(run.interrupt):
                run.solve(command, self._view.output)
            self._view.face.output_ends()
        found = run.look_at_facts(wait=SETTLE)
        facts_page(self._view, self._words.facts, found, why=False)
        self._judge(found)

    def _reset(self, run: ExerciseRun) -> None:
        started = time.monotonic()
        run.restart()
        self.coach.reset(time.monotonic() - started)
        self._known = run.look_at_facts()
        self._solved = self._assisted = False

    def _xray(self) -> None:
        found = xray.take(self._seat.name)
        if found:
            page(self._view.face, found)

    def _switch(self) -> None:
        self._view.switch_language()
        self.coach.opens(self._exercise, self._words)

    def _leave(self, *, on: bool) -> None:
        raise Leave(on=on)
