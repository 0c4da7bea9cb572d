"""The steps of one lesson with one student. Course and student share the live terminal, and both type in it."""

from __future__ import annotations

import sys
import time
from contextlib import AbstractContextManager
from functools import partial

from runner.course import prediction
from runner.engine.lesson_run import LessonRun
from runner.host import kernel
from runner.lab import signals, xray
from runner.lab.pseudo_terminal import Ended
from runner.lab.terminal import Terminal
from runner.learner import near_miss
from runner.learner.notebook import Notebook
from runner.learner.tutor import Tutor
from runner.learner.typed_pieces import TypedPieces
from runner.learner.visitor_watch import VisitorWatch
from runner.messages import place_names
from runner.records.course import Step
from runner.records.progress import Place
from runner.records.results import CommandResult, Outcome, StepResult, did_as_told
from runner.records.words import StepWords
from runner.screen import free_shell, keys
from runner.screen.choose_face import screen_size
from runner.screen.keys import Binding
from runner.screen.xray_page import page

AT_A_QUESTION = "hbxl"  # keys that make sense before a question about a step is answered: not why it is so


class Workbench:
    """Leads a student through the steps of a lesson: it shows each, and obeys the keys until it is done."""

    _what_now = "what-now"  # the sentence under a try that failed,
    _in_the_way = "in-the-way"  # and under one that may have failed because of the try before
    _told = ""  # the sentence above the live prompt that says what Enter does, while it stands there

    def __init__(self, run: LessonRun, tutor: Tutor, notebook: Notebook, seat: str) -> None:
        self._run = run
        self._lesson = run.lesson
        self._tutor = tutor
        self._view = tutor.view
        self._notebook = notebook
        self._seat = seat
        self._visitors = VisitorWatch(seat, plain=tutor.plain)
        self._hints = self._told_hints = 0  # given, and written down
        self._assisted = False
        self._in_view = False  # whether the step's command is still on the screen, just above
        self._pieces = TypedPieces("")  # of the step's command
        self._typed: CommandResult | None = None  # the student's last command in the terminal, after the course's
        self._shown_at = time.monotonic()
        self._result: StepResult  # of the last try
        self._guesses: dict[str, str] = {}  # the student's guess for each step id; empty for no guess

    def finish_lesson(self) -> None:
        """Do every step from the current one on. Raises keys.StudentLeaves when the student leaves."""
        while step := self._run.current:
            self._step(step)

    def _step(self, step: Step) -> None:
        """Show a step, and obey the keys until it is done or another step is current."""
        self._hints = self._told_hints = 0
        self._assisted, self._shown_at = False, time.monotonic()
        self._pieces = TypedPieces(self._run.command(step))
        self._notebook.place(Place(self._lesson.id, step.id))
        self._show(step)
        while self._run.current is step:
            self._attend(step)
            self._in_view = False
        while self._run.done[-1:] == (step,):
            if self._read(step):
                return

    def _attend(self, step: Step) -> None:
        """Obey one key at a step."""
        self._tell_visitors()
        self._tutor.ask(self._keys(step))()

    def _read(self, step: Step) -> bool:
        """Obey one key at the result of a step that is done, which stays on the screen. Tell whether it goes on."""
        self._tell_visitors()
        action = self._tutor.ask(self._reading_keys(step))
        if action != self._turn:
            action()
        return action == self._turn

    def _tell_visitors(self) -> None:
        for sentence in self._visitors.changes():
            self._tutor.notice(sentence)

    def _reading_keys(self, step: Step) -> tuple[Binding, ...]:
        """Return the keys under a result, in the order of the line."""
        why = self._step_words(step).why
        return (
            Binding(keys.ENTER, "next", self._turn, "next"),
            Binding("w", "why", lambda: self._tutor.why(self._step_words(step)), "why" if why else "", bool(why)),
            Binding("e", "evidence", lambda: self._show_result(step, whole=True), "evidence"),
            Binding("f", "free", self._look_around, "free"),
            Binding("b", "back", lambda: self._back(step), "back"),
            Binding("x", "xray", self._xray),
            Binding("l", "language", lambda: self._switch_result(step)),
            self._call(),
            Binding("?", "keys", lambda: self._tutor.keys(self._reading_keys(step)), "keys"),
            Binding(keys.END, "quit", self._leave, "quit"),
        )

    def _turn(self) -> None:
        """Turn the page."""

    def _look_around(self) -> None:
        self._tutor.say("free")
        self._hand_over(self._run.current_terminal, one_command=False)

    def _step_words(self, step: Step) -> StepWords:
        return self._lesson.words[self._view.language].steps[step.id]

    def _keys(self, step: Step) -> tuple[Binding, ...]:
        """Return the keys in the order of the line under a step."""
        why = self._step_words(step).why
        back = "undo" if self._run.disturbed else "back" if self._run.done else ""
        return (
            Binding(keys.ENTER, "enter", lambda: self._do(step), "enter"),
            Binding("t", "type", lambda: self._type(step), "type"),
            Binding("h", "hint", lambda: self._hint(step), "hint"),
            Binding("f", "free", lambda: self._wander(step), "free"),
            Binding("b", "back", lambda: self._back(step), back),
            Binding("w", "why", lambda: self._tutor.why(self._step_words(step)), "why" if why else "", bool(why)),
            Binding("x", "xray", lambda: self._xray_and(step), "" if why else "xray"),
            Binding("p", "predict", lambda: self._guess_again(step), listed=step.predict is not None),
            Binding("l", "language", lambda: self._switch(step)),
            Binding("o", "other", lambda: self._wander(step, other=True)),
            self._call(),
            Binding("?", "keys", lambda: self._tutor.keys(self._keys(step)), "keys"),
            Binding(keys.END, "quit", self._leave, "quit"),
        )

    def _call(self) -> Binding:
        """Return the key that asks the teacher for help, or takes that back."""
        name = "unask" if self._run.asks_help else "ask"
        return Binding("a", name, self._ask_teacher, name)

    def _ask_teacher(self) -> None:
        self._run.ask_help(asks=not self._run.asks_help)
        self._tutor.say("asked" if self._run.asks_help else "unasked")

    def _show(self, step: Step) -> None:
        self._in_view = True
        self._view.step_opens(
            self._index(step),
            len(self._lesson.steps),
            step,
            self._step_words(step),
            self._run.command(step),
            self._lesson.sign(step.at),
        )

    def _index(self, step: Step) -> int:
        return self._lesson.steps.index(step) + 1

    def _remind(self, step: Step) -> None:
        self._tutor.remind(step.at, self._run.command(step), self._lesson.sign(step.at))

    def _guess_again(self, step: Step) -> None:
        """Ask for another guess. The one before counts on if there comes none."""
        if not step.predict:
            self._tutor.say("no-guess")
            return
        kind, before = step.predict.kind, self._guesses.get(step.id, "")
        self._tutor.question(self._step_words(step), before, kind)
        guess = self._tutor.guess(kind)
        if guess is not None:
            self._guesses[step.id] = guess or before

    def _guess(self, step: Step, kind: str) -> None:
        """Ask for a guess, until there is one or the student is at another step."""
        while self._run.current is step and step.id not in self._guesses:
            guess = self._tutor.guess(kind)
            if guess is not None:
                self._guesses[step.id] = guess
                return
            self._in_view = False
            self._tutor.ask(self._keys_at_guess(step))()
            if self._run.current is step and not self._in_view:
                self._tutor.question(self._step_words(step), "", kind)

    def _keys_at_guess(self, step: Step) -> tuple[Binding, ...]:
        """Return the keys while a guess is asked for, before the step can be done."""
        others = (one for one in self._keys(step) if one.key in AT_A_QUESTION)
        return (
            Binding(keys.ENTER, "question", self._turn, "question"),
            Binding(keys.ESCAPE, "question", self._turn),
            *others,
            self._call()._replace(offer=""),  # The line is long enough.
            Binding("?", "keys", lambda: self._tutor.keys(self._keys_at_guess(step)), "keys"),
            Binding(keys.END, "quit", self._leave, "quit"),
        )

    def _guess_once(self, step: Step) -> None:
        """Ask for a guess before a step runs the first time. After a step back only the key `p` asks again."""
        if step.predict and step.id not in self._guesses:
            self._guess(step, step.predict.kind)

    def _do(self, step: Step) -> None:
        self._guess_once(step)
        if self._run.current is not step:  # the student went back instead of guessing
            return
        self._typed = None
        with signals.forwarding(self._run.interrupt):
            started = time.monotonic()
            command = self._pieces.take(self._run.carry_out(step, self._view.output, self._pieces.left))
            self._pieces.forget()
            self._view.face.output_ends()
            with self._looking():
                result = self._run.conclude(step, command, started)
                if result.outcome is not Outcome.PASSED and not result.checks and not command.trouble:
                    # What the student did of it before may be what refused to be done again.
                    anyway = self._run.judge(step, command, self._run.terminal(step), meant=False, started=started)
                    result = anyway if anyway.outcome is Outcome.PASSED else result
            self._close(step, result, in_the_way=True)  # What the lesson does fails only where something is.

    def _looking(self) -> AbstractContextManager[None]:
        return self._view.waiting("learn.looking")

    def _type(self, step: Step) -> None:
        self._guess_once(step)
        if self._run.current is not step:
            return
        self._tutor.say("your-turn")
        if not self._in_view:
            self._remind(step)
        self._view.face.gap()
        in_the_way, self._typed = self._run.disturbed, None
        result = self._run.perform_typed(step, self._take_piece, slip=lambda: self._pieces.is_slip)
        if result is None:
            self._tutor.nothing_typed()
            self._mend(step)
            return
        self._close(step, result, self._pieces.remarks if self._typed else (), in_the_way=in_the_way)

    def _take_piece(self, terminal: Terminal) -> CommandResult | None:
        typed = self._hand_over(terminal, one_command=True)
        return self._pieces.take(typed) if typed else None

    def _wander(self, step: Step, *, other: bool = False) -> None:
        """Give the student a free shell, that of the step or the `other` one.

        The step is done if its checks pass afterwards, by whatever command.
        """
        terminal = self._run.change_over() if other else self._run.terminal(step)
        self._tutor.say("free-in" if other else "free", place=place_names.shown(self._run.current_place))
        if self._run.is_ready(step) and any(check.kind != "output" for check in step.checks):
            hand_over = partial(self._hand_over, one_command=False)
            result = self._run.perform_typed(step, hand_over, meant=False, terminal=terminal)
        else:
            result = None
            self._hand_over(terminal, one_command=False)
        self._tutor.welcome_back(self._index(step), len(self._lesson.steps), self._step_words(step))
        if result and result.outcome is Outcome.PASSED:
            self._tutor.good("done-already")
            self._close(step, result)
        elif self._run.is_ready(step):
            self._remind(step)
        else:
            self._mend(step)

    def _hand_over(self, terminal: Terminal, *, one_command: bool) -> CommandResult | None:
        sys.stdout.flush()
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key like others and goes to the lab
            self._typed = free_shell.hand_over(
                terminal, sys.stdin.fileno(), sys.stdout.fileno(), one_command=one_command, companion=self._visitors
            )
        self._run.resize(*screen_size())
        self._tutor.takes_over()
        return self._typed

    def _close(
        self, step: Step, result: StepResult, remarks: tuple[near_miss.Remark, ...] = (), *, in_the_way: bool = False
    ) -> None:
        """Show and write down how a try went. `in_the_way`: something that was done before may hinder the step."""
        self._result = result
        self._show_result(step)
        self._write_down(step, result, self._guesses.get(step.id, ""))
        if result.outcome is Outcome.PASSED:
            told_all = not did_as_told(step, result.command)  # The page has the odd status, and here is why.
            self._tutor.remarks([remark for remark in remarks if told_all or remark.key == near_miss.SUDO])
            following = self._run.current  # Who leaves at the result has the step behind.
            self._notebook.place(Place(self._lesson.id, following.id if following else None))
        else:
            strayed = self._run.strayed
            self._tutor.not_yet(result, remarks or ([near_miss.astray(*strayed)] if strayed else ()))
            if not self._run.is_ready(step):
                self._mend(step)
            elif self._typed and self._run.is_inside(step):
                self._tutor.say("inside-a-try")
            elif in_the_way and not (remarks or strayed or result.command.trouble):
                self._tutor.earlier_try(self._in_the_way)
            else:
                self._tutor.say(self._what_now)

    def _show_result(self, step: Step, *, whole: bool = False) -> None:
        words, guess = self._step_words(step), self._guesses.get(step.id, "")
        self._view.step_closes(self._result, step, words, why=False, guess=guess, whole=whole)

    def _write_down(self, step: Step, result: StepResult, guess: str) -> None:
        now = time.monotonic()
        seconds, hints = now - self._shown_at, self._hints - self._told_hints  # since the last attempt
        self._shown_at, self._told_hints = now, self._hints
        lesson, passed = self._lesson.id, result.outcome is Outcome.PASSED
        if passed:
            typed = self._typed is not None
            self._notebook.step(lesson, step.id, assisted=self._assisted, hints=hints, seconds=seconds, typed=typed)
        else:
            missed = [finding.fact for check in result.checks for finding in check.missing]
            self._notebook.attempt(lesson, step.id, hints=hints, seconds=seconds, missed=missed)
        machine = result.prediction
        if guess and machine and machine.answer is not None:
            right = prediction.verdict(machine.kind, guess, machine.answer)
            self._notebook.guess(lesson, step.id, guess, machine.answer, right=right)

    def _mend(self, step: Step) -> None:
        """Offer a fresh lab at the same step if the terminal is not where the step belongs, and say where it is."""
        if not self._run.is_ready(step):
            if self._run.reenter(self._run.current_terminal):
                self._back_in(step)
            else:
                self._say_where(step)
                self._offer_fresh_lab(step)

    def _back_in(self, step: Step) -> None:
        """Tell that the student went into the step's place again by hand."""
        self._told = ""
        self._tutor.back_in(step.at)

    def _offer_fresh_lab(self, step: Step) -> None:
        answer = self._tutor.restart()
        if answer == "f":
            self._wander(step)
        elif answer:
            self._tutor.say("restarting")
            self._restart()
            self._tutor.good("restarted")
            if step.predict and step.id not in self._guesses:
                self._tutor.question(self._step_words(step), "", step.predict.kind)
            self._remind(step)

    def _restart(self) -> None:
        self._run.restart()
        self._pieces.forget()

    def _say_where(self, step: Step) -> None:
        lab, terminal = self._run.lab, self._run.terminal(step)
        if lab.terminal.lives():
            self._tutor.elsewhere(step.at, lab.place_in(terminal), _program(terminal))
        else:
            self._tutor.elsewhere(step.at, None, "")

    def _hint(self, step: Step) -> None:
        hints = self._step_words(step).hints
        if self._hints < len(hints):
            self._tutor.hint(hints[self._hints], self._hints + 1, len(hints))
            self._hints += 1
        elif self._tutor.do_it_for_me():
            self._assisted = True
            self._do(step)

    def _back(self, step: Step) -> None:
        """Undo the newest change: a try that failed, or else the last step."""
        if self._run.disturbed:
            self._tutor.say("restarting")
            self._restart()
            self._tutor.good("undone-try")
            self._remind(step)
        elif self._run.done:
            self._tutor.say("undoing")
            self._run.step_back()
            self._tutor.good("undone")
        else:
            self._tutor.say("first")

    def _xray(self) -> None:
        picture = xray.take(self._seat)
        if picture:
            page(self._view.face, picture)
        else:
            self._tutor.say("no-xray")

    def _xray_and(self, step: Step) -> None:
        self._xray()
        self._remind(step)

    def _switch(self, step: Step) -> None:
        self._tutor.switch_language()
        self._show(step)

    def _switch_result(self, step: Step) -> None:
        self._tutor.switch_language()
        self._show_result(step)

    def _leave(self) -> None:
        raise keys.StudentLeaves


def _program(terminal: Terminal) -> str:
    """Return the command line of the program in the foreground of the terminal; empty when it is gone."""
    try:
        return kernel.command(terminal.foreground())
    except (Ended, OSError):
        return ""
