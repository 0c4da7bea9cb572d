"""The steps of a lesson on a screen: every page ends in the live shell, and what is typed goes there, as everywhere.

Enter on an empty line runs the step's command, and after its result goes on; a key leads to the bar of keys. After each
command that the student typed the facts are looked at: the step is done by whatever made them true.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial

from runner.course import shell_words
from runner.lab import signals
from runner.lab.terminal import Terminal
from runner.learner import near_miss
from runner.learner.effect_watch import EffectWatch
from runner.learner.near_miss import Remark
from runner.learner.workbench import Workbench
from runner.messages import place_names
from runner.records.course import Step
from runner.records.results import CheckResult, CommandResult, Outcome, StepResult, Trouble
from runner.screen import free_shell, keys
from runner.screen.choose_face import screen_size
from runner.screen.free_shell import Turn, Watch
from runner.screen.keys import Binding

BUSY, ASTRAY = "learn.live.busy", "learn.live.astray"  # a program runs in front; the shell is not the step's
# With other words than the step's, these only look around: that is no try. So do these others without such a word.
LOOKS = frozenset(("cat", "df", "file", "findmnt", "grep", "head", "less", "ls", "lsns", "man", "ps", "stat", "tail"))
CHANGES = {
    program: frozenset(("add", "change", "create", "del", "delete", "exec", "flush", "insert", "replace", "set", "-f"))
    for program in ("ip", "nft", "tc")
}


class LiveWorkbench(Workbench):
    """Leads a student through the steps at the live prompt."""

    _what_now = "live.what-now"
    _in_the_way = "live.in-the-way"
    _at: Terminal | None = None  # The student is at this one, whatever runs there, until the course types.
    _true: frozenset[int] | None = None  # the checks of the step, by number, that were true when we looked last

    def _step(self, step: Step) -> None:
        self._told, self._at, self._true = "", None, None
        super()._step(step)

    # --- at a step ---

    def _attend(self, step: Step) -> None:
        """Leave the student at the prompt until a command has ended, Enter is pressed there, or a key of ours."""
        if self._at and not self._at.lives():
            self._at = None
        terminal = self._at = self._at or self._run.terminal(step)
        if not self._stands(terminal):
            self._told = ""
            self._mend(step)
            if not self._stands(self._run.terminal(step)):  # a no; there is no prompt to go back to
                self._bar(self._keys(step))
            return
        if self._run.is_ready(step):
            self._guess_once(step)
        if self._run.current is not step:
            return
        with signals.forwarding(self._run.interrupt):  # Ctrl-C is the shell's, also while we look at what was done
            ready = self._is_ready(step, terminal)
            sentence = "learn.live.step" if ready else BUSY if terminal.busy else ASTRAY
            if sentence == ASTRAY and self._told != ASTRAY:
                self._tutor.takes_over()
                self._say_where(step)
            self._say_what_enter_does(sentence)
            if ready and self._true is None:
                self._true = _passed(self._run.glance(step))
            watch = self._watch(step) if ready and _shows_by_itself(step) else None
            turn = self._await(terminal, one_command=True, refuses=step.enters is not None, watch=watch)
            close = None
            if turn.came:
                close = self._came(step, terminal)
            elif turn.command and not turn.left:
                close = self._judge(step, terminal, turn.command, ready=ready)
        if close:
            close()
        elif turn.entered:
            self._enter(step, terminal)
        elif turn.left:
            self._bar(self._keys(step))

    def _is_ready(self, step: Step, terminal: Terminal) -> bool:
        """Tell whether the step can be typed, also because the student has gone into its place again by hand."""
        if self._run.is_ready(step):
            return True
        again = self._run.reenter(terminal)
        if again:
            self._tutor.takes_over()
            self._back_in(step)
        return again

    def _stands(self, terminal: Terminal) -> bool:
        """Tell whether a terminal has its shell, and the host's has its own, without which no step is judged right."""
        return terminal.lives() and self._run.lab.terminal.lives()

    def _enter(self, step: Step, terminal: Terminal) -> None:
        """Run the step's command for the student, at the prompt where they pressed Enter."""
        told, self._told = self._told, ""
        if not self._run.is_ready(step):
            self._newline()
            (self._offer_fresh_lab if told == ASTRAY else self._mend)(step)
        elif terminal is self._run.terminal(step) and not (step.enters and self._run.lab.is_at(step.enters)):
            lines = (self._pieces.left or self._run.command(step)).split("\n")
            _show("\r\n> ".join(lines) + "\r\n")
            columns, _ = screen_size()
            self._tutor.takes_over(unread=sum(-(-max(1, len(line)) // columns) for line in lines) - 1)
            self._do(step)
        else:
            self._newline()
            self._remind(step)
            self._do(step)

    def _do(self, step: Step) -> None:
        self._at = None  # The course types where the step belongs.
        super()._do(step)

    def _judge(self, step: Step, terminal: Terminal, typed: CommandResult, *, ready: bool) -> Callable[[], None] | None:
        """Look at what a command that the student typed has done. Return what there is to say of it."""
        self._tutor.takes_over()
        if typed.trouble is Trouble.LOST or not ready:
            return None
        typed = self._pieces.take(typed)
        remarks = self._pieces.remarks
        alike = bool(typed.command) and near_miss.is_about(remarks)
        meant = (alike and not _only_looks(typed.command, remarks)) or typed.trouble is not None
        if not (meant or alike or step.by_effect):
            return self._beside(step, [remark for remark in remarks if remark.key == near_miss.SUDO])
        in_the_way = self._run.disturbed
        with self._looking():
            result = self._run.judge(step, typed, terminal, meant=meant, slip=self._pieces.is_slip)
        if alike and result.outcome is not Outcome.PASSED:
            remarks = (*self._other_terminal(step, terminal), *remarks)
        entered = not alike and self._run.has_entered(step)  # by a command of their own, and it lacks something
        whole = entered or (meant and not remarks) or result.command.trouble is Trouble.NOT_BASH
        if result.outcome is Outcome.PASSED or whole:
            self._told = ""
            self._assisted = self._assisted and result.outcome is not Outcome.PASSED
            return partial(self._close, step, result, () if entered else remarks, in_the_way=in_the_way)
        told = remarks if alike else [remark for remark in remarks if remark.key == near_miss.SUDO]
        return partial(self._missed, step, result, told, meant=meant)

    def _other_terminal(self, step: Step, terminal: Terminal) -> list[Remark]:
        """Return what to say where a step's command was typed in another place than the step's."""
        place = self._run.lab.place_in(terminal)
        if place in {None, step.at, step.enters}:
            return []
        names = {"wanted": place_names.shown(step.at), "place": place_names.shown(place or "")}
        return [Remark("learn.other-terminal", names)]

    def _beside(self, step: Step, remarks: Sequence[Remark]) -> Callable[[], None] | None:
        """Return what there is to say of a command that has nothing to do with the step: what is odd in its words."""

        def say() -> None:
            self._told = ""
            self._tutor.remarks(remarks)

        return say if remarks else None

    def _watch(self, step: Step) -> EffectWatch:
        """Return what sees the step come true while the prompt waits."""

        def true() -> bool:
            return len(_passed(self._run.glance(step))) == len(step.facts)

        return EffectWatch(true, likely=len(self._true or ()) == len(step.facts))

    def _came(self, step: Step, terminal: Terminal) -> Callable[[], None] | None:
        """Take a step as done that is true without a command of its own. Return what there is to say of it."""
        nothing = CommandResult("", None, "", 0.0)  # was typed here
        result = self._run.judge(step, nothing, terminal, meant=False)
        if result.outcome is not Outcome.PASSED:
            return None
        self._told = ""
        self._tutor.takes_over()
        self._tutor.good("true-already")
        return partial(self._close, step, result)

    def _missed(self, step: Step, result: StepResult, remarks: Sequence[Remark], *, meant: bool) -> None:
        """Tell what came true on the way, and how the words differ from the lesson's."""
        before = self._true or frozenset()
        self._true = _passed(result.checks) if result.checks else before
        new = self._true - before
        if new:
            self._told = ""
            self._view.came_true(result, step, self._step_words(step), new)
        if remarks:
            self._told = ""
            self._tutor.not_yet(result, remarks)
            if self._run.is_inside(step):
                self._tutor.say("inside-a-try")
        if meant:
            self._write_down(step, result, "")

    # --- at a result ---

    def _read(self, step: Step) -> bool:
        terminal = self._run.current_terminal
        if not terminal.lives():
            return True  # the next step finds it gone
        self._say_what_enter_does("learn.live.result")
        turn = self._await(terminal, one_command=False, refuses=False)
        self._told = ""
        if not terminal.lives():  # Nobody can read on there, but what there was to be seen stays until it was read.
            self._tutor.takes_over()
            self._tutor.shell_ended()
        elif turn.left:
            self._tutor.takes_over()
            self._bar(self._reading_keys(step))
        elif turn.entered:
            self._newline()
        return not turn.left or not terminal.lives()

    # --- the bar of keys ---

    def _bar(self, table: Sequence[Binding]) -> None:
        """Obey one key of the bar; Enter and Escape lead back to the shell."""
        self._told = ""
        self._tutor.takes_over()
        self._tutor.ask(table)()

    def _keys(self, step: Step) -> tuple[Binding, ...]:
        *others, all_keys, leave = (one for one in super()._keys(step) if one.key not in (keys.ENTER, "t", "f", "o"))
        return (*self._shell_keys(), *others, Binding("o", "other", self._change_over), all_keys, leave)

    def _reading_keys(self, step: Step) -> tuple[Binding, ...]:
        others = (one for one in super()._reading_keys(step) if one.key not in (keys.ENTER, "f"))
        return (*self._shell_keys(), *others)

    def _shell_keys(self) -> tuple[Binding, ...]:
        return (
            Binding(keys.ENTER, "shell", self._turn, "shell"),
            Binding(keys.ESCAPE, "shell", self._turn),
        )

    def _change_over(self) -> None:
        self._at = self._run.change_over()
        self._tutor.say("over", place=place_names.shown(self._run.current_place))

    def _wander(self, step: Step, *, other: bool = False) -> None:
        """Go to the shell: it is there."""

    def _back(self, step: Step) -> None:
        self._run.disturbed = self._run.disturbed or self._is_busy(step)  # That try is what there is to undo.
        if not (self._run.disturbed or self._run.done) or self._tutor.sure():
            super()._back(step)
            self._at, self._true = None, None

    def _is_busy(self, step: Step) -> bool:
        """Tell whether something that the student began holds the terminal."""
        return self._at is not None and self._at.busy and not self._run.is_ready(step)

    def _offer_fresh_lab(self, step: Step) -> None:
        super()._offer_fresh_lab(step)
        self._true = None  # What is true in a fresh lab is not the student's doing.

    # --- the prompt ---

    def _say_what_enter_does(self, sentence: str) -> None:
        if self._told != sentence:
            keys.forget()  # What was pressed before this page could be read was not meant for it.
            self._tutor.at_the_prompt(sentence)
            self._told = sentence

    def _await(self, terminal: Terminal, *, one_command: bool, refuses: bool, watch: Watch | None = None) -> Turn:
        sys.stdout.flush()
        with signals.forwarding(lambda: None):  # in raw mode Ctrl-C is a key like others and goes to the lab
            turn = free_shell.await_turn(
                terminal,
                sys.stdin.fileno(),
                sys.stdout.fileno(),
                one_command=one_command,
                refuses=refuses,
                watch=watch,
                companion=self._visitors,
            )
        self._run.resize(*screen_size())
        self._typed = turn.command
        return turn

    def _newline(self) -> None:
        _show("\r\n")
        self._tutor.takes_over()


def _show(text: str) -> None:
    """Write where the live terminal writes, at its prompt."""
    os.write(sys.stdout.fileno(), text.encode())


def _passed(results: Sequence[CheckResult]) -> frozenset[int]:
    return frozenset(number for number, one in enumerate(results) if one.outcome is Outcome.PASSED)


def _shows_by_itself(step: Step) -> bool:
    """Tell whether the facts of a step can come true without a command in its own terminal."""
    return step.enters is None and bool(step.checks) and all(check.kind != "output" for check in step.checks)


def _only_looks(typed: str, remarks: Sequence[Remark]) -> bool:
    words = shell_words.split(typed)
    if not (remarks and words):
        return False
    changes = CHANGES.get(words[0])
    return words[0] in LOOKS or (changes is not None and not changes.intersection(words))
