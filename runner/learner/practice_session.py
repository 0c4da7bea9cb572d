"""One exercise with one student: a goal and facts to make true, or something broken to mend, in a watched terminal."""

from __future__ import annotations

import os
import shutil
import sys
import time

from runner.engine.exercise_run import ExerciseRun
from runner.engine.lab_run import Window
from runner.engine.seat import Seat
from runner.lab import signals, xray
from runner.learner import students_folder
from runner.learner.fact_watcher import FactWatcher
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach, facts_page
from runner.learner.visitor_watch import VisitorWatch
from runner.messages.catalog import text
from runner.records.errors import Unfit
from runner.records.exercise import Exercise, ExerciseWords, FactResult, all_true
from runner.records.progress import State
from runner.records.results import Trouble
from runner.screen import free_shell, keys
from runner.screen.keys import Binding
from runner.screen.narration import View
from runner.screen.xray_page import page

SETTLE = 3.0  # seconds that the facts have to become true after a solution


class ExerciseLeft(Exception):
    """The student leaves the exercise: `on` means for the next one, else for good."""

    def __init__(self, *, on: bool) -> None:
        super().__init__()
        self.on = on


class PracticeSession:
    """Leads a student through one exercise."""

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
        self._visitors: VisitorWatch

    @property
    def _words(self) -> ExerciseWords:
        return self._exercise.words[self._view.language]

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
        window = Window(*shutil.get_terminal_size((80, 24)), os.environ.get("TERM", "dumb"))
        with self._seat.exercise(self._exercise, self._view.rolled_back, window, student=True) as run:
            students_folder.admit(self._view, run)
            try:
                self._work(run)
            except ExerciseLeft as left:
                on = left.on
        if self._tried and not self._solved:
            self._write_down(State.OPEN)
        return on

    def _work(self, run: ExerciseRun) -> None:
        self._known = run.look_at_facts()
        self.coach.ready(self._known)
        watcher = FactWatcher(run.watch, lambda fact: self._title(fact, run), self._exercise.id, plain=self.coach.plain)
        self._visitors = VisitorWatch(self._seat.name, watcher)
        while True:
            for sentence in self._visitors.changes():
                self._view.face.say(sentence, "warn")
            if run.asks_help:
                self.coach.remark("learn.asked")
            self.coach.ask(self._keys(run, watcher))()

    def _keys(self, run: ExerciseRun, watcher: FactWatcher) -> tuple[Binding, ...]:
        """Return the keys in the order of the line that offers them."""
        solved = self._solved
        return (
            Binding(keys.ENTER, "shell", lambda: self._shell(run, watcher), "shell"),
            Binding("c", "check", lambda: self._check(run), "" if solved else "check"),
            Binding("h", "hint", lambda: self._hint(run), "" if solved else "hint"),
            Binding("s", "solve", lambda: self._solve(run), "" if solved else "solve"),
            Binding("r", "reset", lambda: self._reset(run), "again" if solved else "reset"),
            Binding("x", "xray", self._xray),
            Binding("n", "next", lambda: self._leave(on=True), "next" if solved else ""),
            Binding("l", "language", lambda: self._switch(run), "" if solved else "language"),
            Binding("o", "other", lambda: self._change_over(run, watcher)),
            Binding("a", "unask" if run.asks_help else "ask", lambda: self._ask_teacher(run)),
            Binding("?", "keys", lambda: self.coach.keys(self._keys(run, watcher)), "keys"),
            Binding(keys.END, "quit", lambda: self._leave(on=False), "quit"),
        )

    def _title(self, fact: FactResult, run: ExerciseRun) -> str:
        hidden = fact.cause and not run.told
        return text("practice.hidden") if hidden else self._view.rendered(self._words.facts[fact.id].title)

    def _shell(self, run: ExerciseRun, watcher: FactWatcher) -> None:
        self._tried = True
        self.coach.shell()
        sys.stdout.write(watcher.begin(self._known))
        sys.stdout.flush()
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key like others and goes to the lab
            last = free_shell.hand_over(
                run.current_terminal,
                sys.stdin.fileno(),
                sys.stdout.fileno(),
                one_command=False,
                companion=self._visitors,
                mends=False,
            )
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

    def _judge(self, results: tuple[FactResult, ...]) -> None:
        """Keep the facts for the next page. The first time that all are true, explain why, and save the result."""
        self._known = results
        if all_true(results) and not self._solved:
            self._solved = True
            self.coach.solved(self._words)
            self._write_down(State.ASSISTED if self._assisted else State.DONE)

    def _check(self, run: ExerciseRun) -> None:
        self._judge(run.look_at_facts())
        facts_page(self._view, self._words.facts, self._known, told=run.told)

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
        started = time.monotonic()
        run.restart()
        self.coach.reset(time.monotonic() - started)
        self._known = run.look_at_facts()
        self._solved = self._assisted = False

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

    def _leave(self, *, on: bool) -> None:
        raise ExerciseLeft(on=on)
