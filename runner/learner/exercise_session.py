"""One exercise with one student in a watched terminal: what practice and an exam have in common."""

from __future__ import annotations

import os
import shutil
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable

from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import Window
from runner.engine.seat import Seat
from runner.lab import signals, xray
from runner.learner.fact_watcher import FactWatcher
from runner.learner.practice_screen import Coach
from runner.learner.visitor_watch import VisitorWatch
from runner.messages.catalog import text
from runner.records.exercise import Exercise, ExerciseWords, FactResult
from runner.records.results import CommandResult, Trouble
from runner.screen import free_shell, keys
from runner.screen.keys import Binding
from runner.screen.narration import View
from runner.screen.xray_page import page


class ExerciseSession(ABC):
    """Leads a student through one exercise, in a lab that is open already."""

    offers_language = True  # on the line of the keys; the list of all keys has it anyway

    def __init__(self, seat: Seat, exercise: Exercise, coach: Coach) -> None:
        self.coach = coach
        self._seat = seat
        self._exercise = exercise
        self._view: View = coach.view
        self._known: tuple[FactResult, ...] = ()
        self._solved = False
        self._visitors: VisitorWatch

    # --- what practice and an exam differ in ---

    @abstractmethod
    def _judge(self, results: tuple[FactResult, ...]) -> None:
        """Keep the facts for the next page, and say what they mean."""

    @abstractmethod
    def _help(self, run: ExerciseRun) -> tuple[Binding, ...]:
        """Return the keys that help."""

    @abstractmethod
    def _ways(self) -> tuple[Binding, ...]:
        """Return the keys that lead to another exercise."""

    @abstractmethod
    def _end(self) -> Binding:
        """Return the key that ends it."""

    def _noted(self, results: tuple[FactResult, ...]) -> tuple[FactResult, ...]:
        """Take note of a look, and return it."""
        return results

    def _companion(self, watcher: FactWatcher) -> VisitorWatch:
        return VisitorWatch(self._seat.name, watcher)

    def _asked(self, table: tuple[Binding, ...]) -> Callable[[], object]:
        return self.coach.ask(table)

    def _handed_over(self, run: ExerciseRun) -> CommandResult | None:
        """Give the student the live terminal until Ctrl-]."""
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key like others and goes to the lab
            return free_shell.hand_over(
                run.current_terminal,
                sys.stdin.fileno(),
                sys.stdout.fileno(),
                one_command=False,
                companion=self._visitors,
                mends=False,
            )

    # --- what they share ---

    @property
    def _words(self) -> ExerciseWords:
        return self._exercise.words[self._view.language]

    @staticmethod
    def _window() -> Window:
        return Window(*shutil.get_terminal_size((80, 24)), os.environ.get("TERM", "dumb"))

    def _work(self, run: ExerciseRun) -> None:
        self._known = self._noted(run.look_at_facts())
        self.coach.ready(self._known)
        watcher = FactWatcher(
            lambda: self._noted(run.watch()),
            lambda fact: self._title(fact, run),
            self._exercise.id,
            plain=self.coach.plain,
        )
        self._visitors = self._companion(watcher)
        while True:
            for sentence in self._visitors.changes():
                self._view.face.say(sentence, "warn")
            if run.asks_help:
                self.coach.remark("learn.asked")
            self._asked(self._keys(run, watcher))()

    def _keys(self, run: ExerciseRun, watcher: FactWatcher) -> tuple[Binding, ...]:
        """Return the keys in the order of the line that offers them."""
        solved, shell = self._solved, "shell" if run.lab.terminal.lives() else ""
        language = "language" if self.offers_language and not solved else ""
        return (
            Binding(keys.ENTER, "shell", lambda: self._shell(run, watcher), shell),
            Binding("c", self.coach.check, lambda: self._check(run), "" if solved else "check"),
            *self._help(run),
            Binding("r", "reset", lambda: self._reset(run), "again" if solved else "reset"),
            Binding("x", "xray", self._xray),
            *self._ways(),
            Binding("l", "language", lambda: self._switch(run), language),
            Binding("o", "other", lambda: self._change_over(run, watcher)),
            Binding("a", "unask" if run.asks_help else "ask", lambda: self._ask_teacher(run)),
            Binding("?", "keys", lambda: self.coach.keys(self._keys(run, watcher)), "keys"),
            self._end(),
        )

    def _title(self, fact: FactResult, run: ExerciseRun) -> str:
        if fact.cause and not run.told:
            return text(self.coach.hidden)
        return self._view.rendered(self._words.facts[fact.id].title)

    def _shell(self, run: ExerciseRun, watcher: FactWatcher) -> None:
        if not run.lab.terminal.lives():
            self.coach.lost(lab=True)
            return
        self.coach.shell()
        sys.stdout.write(watcher.begin(self._known))
        sys.stdout.flush()
        try:
            last = self._handed_over(run)
        finally:
            sys.stdout.write(watcher.end())
        if last and last.trouble is Trouble.LOST:
            self.coach.lost(lab=not run.lab.terminal.lives())
            self._judge(watcher.seen)  # a student who ended the shell with "exit" may have solved the exercise before
            return
        self.coach.remark("practice.back")
        self._judge(run.look_at_facts())
        self.coach.score(self._known)

    def _change_over(self, run: ExerciseRun, watcher: FactWatcher) -> None:
        run.change_over()
        self._shell(run, watcher)

    def _check(self, run: ExerciseRun) -> None:
        self._judge(run.look_at_facts())
        self.coach.facts(self._words, self._known, told=run.told)

    def _reset(self, run: ExerciseRun) -> None:
        started = time.monotonic()
        run.restart()
        self.coach.reset(time.monotonic() - started)
        self._known = self._noted(run.look_at_facts())
        self._solved = False

    def _xray(self) -> None:
        picture = xray.take(self._seat.name)
        if picture:
            page(self._view.face, picture)

    def _ask_teacher(self, run: ExerciseRun) -> None:
        run.ask_help(asks=not run.asks_help)
        if not run.asks_help:
            self.coach.remark("learn.unasked")

    def _switch(self, run: ExerciseRun) -> None:
        self._view.switch_language()
        self.coach.opens(self._exercise, self._words, told=run.told)
