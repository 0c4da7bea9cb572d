"""The screen of `learn` around the steps: keys, hints, remarks, and questions about how to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress

from runner.course import prediction
from runner.learner.near_miss import Remark
from runner.learner.progress import Tally
from runner.learner.progress_page import missing, steps
from runner.messages import place_names
from runner.messages.catalog import text
from runner.records.course import Lesson
from runner.records.exercise import Exercise
from runner.records.results import StepResult
from runner.records.words import StepWords
from runner.screen import keys
from runner.screen.face import Tone
from runner.screen.keys import Binding
from runner.screen.narration import View, exit_decides, said
from runner.screen.plain import UNBROKEN


class Tutor:
    """Speaks to the student through a View, and asks for keys and answers."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.face = view.face
        self.face.paged(self._more)

    @property
    def plain(self) -> bool:
        """Return whether whole lines are read, and nothing on the screen is ever repainted."""
        return not self.face.repaints

    # --- keys ---

    def ask(self, table: Sequence[Binding]) -> Callable[[], object]:
        """Show the useful keys in one line, wait for any key of the table, and return its action.

        In plain mode each key has a number, too: 0 leaves, 1 is Enter, and so on. The list of all keys answers at once,
        and the line asks again.
        """
        while (chosen := self._ask(table)).key == "?":
            chosen.action()
        return chosen.action

    def _ask(self, table: Sequence[Binding]) -> Binding:
        self.face.gap()
        by_key = {one.key: one for one in table}
        numbered = [keys.END, *(key for key in by_key if key not in ("?", keys.END))]
        if self.plain:
            named = ((number, by_key[key]) for number, key in enumerate(numbered))
            shown = [f"{number} {self._press(one.name)}" for number, one in named if one.listed]
            shown = [key.replace(" ", UNBROKEN) for key in shown]
            line = text("learn.press.numbered", keys=", ".join([*shown[1:], shown[0]]))
        else:
            line = " · ".join(self._press(one.offer) for one in table if one.offer)
        key = self._pressed(line, "".join(by_key), numbered="".join(numbered))
        self.face.gap()
        return by_key[key]

    def _press(self, name: str) -> str:
        return text("learn.press." + name, language=self.view.next_language)

    def keys(self, table: Sequence[Binding]) -> None:
        rows = [(labels, text("learn.key." + name)) for labels, name in keys.listed(table)]
        self.face.pairs([*rows, ("Ctrl-C", text("learn.key.interrupt"))])

    def turns_pages(self) -> None:
        """Let long pages stop at their fold, also after the lab was put back, which is told without waiting."""
        self.face.paged(self._more)

    def _more(self) -> None:
        """Wait at the fold of a page that is longer than the screen."""
        self._wait("learn.more")

    def _wait(self, words: str) -> None:
        """Wait for Enter. Raises keys.StudentLeaves at the key that leaves."""
        if self._pressed(text(words), keys.ENTER + keys.END) == keys.END:
            raise keys.StudentLeaves

    def _pressed(self, line: str, allowed: str, *, tone: Tone = "dim", refusal: str = "", numbered: str = "") -> str:
        """Say in one line what is asked, and wait for a key; what was shown before it has been read.

        After what is no answer the line stands there again, below the reason.
        """

        def refuse(typed: str) -> None:
            self.face.read()
            unknown = "learn.no-key" if "?" in allowed else "learn.not-a-key"
            self.face.say(text(refusal or unknown, typed=typed[:40]), "warn")
            self.face.say(line, tone, ends=True)

        self.face.say(line, tone, ends=True)
        key = keys.press(allowed, line=self.plain, numbered=numbered, refuse=refuse, alone=True)
        self.face.read()
        self.face.paged(self._more)
        return key

    def at_the_prompt(self, sentence: str) -> None:
        """Say in one line, above the shell's own prompt, what Enter does there."""
        self.face.gap()
        self.face.say(text(sentence), "dim", ends=True)
        self.face.paged(self._more)

    def sure(self) -> bool:
        """Ask before something is undone that cannot be done again by a key. Raises keys.StudentLeaves."""
        return self._yes("learn.sure", default=True)

    def switch_language(self) -> None:
        self.view.switch_language()

    def begin(self) -> str:
        """Wait for a key after the introduction, which the first step would push off the screen. Return the key."""
        self.face.gap()
        key = self._pressed(text("learn.begin", language=self.view.next_language), keys.ENTER + "l" + keys.END)
        self.face.gap()
        return key

    def other_language(self) -> None:
        self.face.say(text("learn.other-language"))

    # --- around a step ---

    def why(self, words: StepWords) -> None:
        if words.why:
            self.face.prose(text("step.why", why=self.view.rendered(words.why)))
        else:
            self.say("no-why")

    def question(self, words: StepWords, guess: str, kind: str) -> None:
        """Show the question of a step again, and the `guess` so far, if there is one."""
        self.view.question(words)
        if guess:
            self.say("guess.before", guess=said(kind, guess))

    def guess(self, kind: str) -> str | None:
        """Ask what the machine will answer, until the guess has the right form. Return it.

        It is empty for no guess, and None when the student wants the keys instead.
        """
        form = {"text": "text", "fails": "yes-or-no"}.get(kind, "number")
        refusal = {"number": "learn.no-number", "yes-or-no": "learn.yes-or-no"}
        while True:
            self.face.say(text("learn.guess." + form), "warn", ends=True)
            typed = keys.line_or_away(self.face.ask)
            self.face.gap()
            if typed in (keys.ESCAPE, "?"):
                return None
            if typed in ("", keys.END) or prediction.is_guess(kind, typed):
                return typed if typed != keys.END or form == "text" else ""
            self.face.say(text(refusal[form], typed=typed), "warn")

    def line(self) -> str:
        """Return a line that the student types."""
        typed = keys.line_to_its_end(self.face.ask)
        self.face.gap()
        return typed

    def hint(self, hint: str, number: int, total: int) -> None:
        self.face.prose(text("learn.hint", number=number, total=total, hint=self.view.rendered(hint)))

    def do_it_for_me(self) -> bool:
        return self._yes("learn.do-it")

    def say(self, name: str, **values: str | float) -> None:
        """Say the sentence with this name in a dim color."""
        self.face.say(text("learn." + name, **values), "dim")

    def notice(self, sentence: str) -> None:
        """Say something that happens beside the lesson."""
        self.face.say(sentence, "warn")

    def good(self, name: str) -> None:
        self.face.say(text("learn." + name), "good")

    def takes_over(self, unread: int = 0) -> None:
        """Tell the face that the shell has written on the screen, so that the next gap is a blank line. So many lines
        of that are `unread`, and belong to the page that follows.
        """
        self.face.output("")
        self.face.output_ends()
        self.face.read(unread)

    def standing(self, tallies: Sequence[Tally], practiced: int) -> None:
        """Show a student who comes back how far the lessons are done, and wait. Raises keys.StudentLeaves."""
        rows = [
            (one.lesson, (one.done + one.assisted + one.right) / (one.steps + one.questions), steps(one))
            for one in tallies
        ]
        self.face.gauges(rows, "good")
        self.face.gap()
        self.say("practiced", count=practiced)
        self._wait("learn.press.next")

    def welcome_back(self, index: int, total: int, words: StepWords) -> None:
        self.face.gap()
        self.say("back", index=index, total=total, title=self.view.rendered(words.title))

    def remind(self, place: str, command: str, sign: str) -> None:
        """Show the command again after other text."""
        self.face.command(place_names.shown(place), command, sign=sign)

    def elsewhere(self, wanted: str, place: str | None, command: str) -> None:
        """Say that the terminal is not where the step belongs.

        `wanted` is the place of the step, `place` that of the terminal; None when it is none that we know. `command` is
        the program in the foreground of the terminal; empty when there is none.
        """
        if place is None:
            key = "deeper" if command else "gone"
        elif wanted == "host":
            key = "inside"
        else:
            key = "outside" if place == "host" else "elsewhere"
        self.face.gap()
        names = {"wanted": place_names.shown(wanted), "place": place_names.shown(place or "")}
        self.face.say(text("learn." + key, **names, command=command[:60]), "warn")
        if self.plain and key in ("deeper", "inside"):
            self.say("leads-there")

    def back_in(self, place: str) -> None:
        self.face.gap()
        self.face.say(text("learn.back-in", place=place_names.shown(place)), "good")

    def shell_ended(self) -> None:
        """Say so at a result, and wait before the page turns. Raises keys.StudentLeaves at the key that leaves."""
        self.notice(text("learn.gone"))
        self._wait("learn.press.next")

    def not_yet(self, result: StepResult, remarks: Sequence[Remark]) -> None:
        """Say why the step is not done: by the remarks on the typed words, else by the evidence above."""
        self.face.gap()
        self.remarks(remarks)
        if not remarks and not result.command.trouble:  # the evidence has told of trouble
            self.face.say(text("learn.not-yet-exit" if exit_decides(result) else "learn.not-yet"), "warn")

    def remarks(self, remarks: Sequence[Remark]) -> None:
        """Say what is odd about the words of a command."""
        if remarks:
            self.face.gap()
        for remark in remarks:
            self.face.say(text(remark.key, **remark.values), "warn")

    def earlier_try(self, name: str) -> None:
        """Say that what an earlier try has left may be in the way, and which key takes it away."""
        self.face.say(text("learn." + name), "warn")

    def nothing_typed(self) -> None:
        self.face.gap()
        self.face.say(text("nearmiss.nothing"), "warn")

    def opening(self) -> None:
        """Say that a lab opens, where no introduction has said so."""
        self.say("opening")

    def resuming(self, lesson: str, step: str) -> None:
        """Say where the lesson resumes. `step` is the title of the step; empty for the questions."""
        self.face.gap()
        self.say("resuming" if step else "resuming-quiz", lesson=lesson, step=self.view.rendered(step))

    def restart(self) -> str:
        """Ask whether to start afresh. Return what was chosen: "b", the key that undoes, is a yes; "f" looks first.

        It is empty for a no. Raises keys.StudentLeaves when the student would rather leave.
        """
        answer = self._answer("learn.restart", more="bf")
        return "" if answer == text("learn.no") else answer

    # --- between lessons ---

    def only_questions(self, count: int) -> bool:
        return self._yes("learn.only-questions", default=True, count=count)

    def lesson_over(self, tally: Tally, lesson: Lesson) -> None:
        self.face.gap()
        if tally.complete:
            steps = text("lesson.steps", count=tally.steps)
            questions = text("progress.questions", count=tally.questions)
            self.face.say(text("learn.lesson-done", lesson=tally.lesson, steps=steps, questions=questions), "good")
        else:
            self.face.say(text("learn.lesson-over", lesson=tally.lesson, missing=missing(tally, lesson)), "warn")

    def challenge(self, exercise: Exercise) -> bool:
        """Offer an exercise, and return whether the student begins it."""
        title = self.view.rendered(exercise.words[self.view.language].title)
        self.face.gap()
        begins = text("learn.yes")
        return self._yes_or_no(text("learn.challenge", title=title)) == begins

    def next_lesson(self, following: Lesson) -> bool:
        title = self.view.rendered(following.words[self.view.language].title)
        with suppress(keys.StudentLeaves):  # between lessons there is nothing to leave but the course
            return self._yes("learn.next", default=True, title=title)
        return False

    def course_over(self, complete: bool) -> None:
        self.face.gap()
        self.face.say(text("learn.course-done" if complete else "learn.last"), "good")
        if complete:
            self.face.say(text("learn.course-next"))

    def _yes(self, question: str, *, default: bool = False, **values: str | float) -> bool:
        """Ask a yes-or-no question, and return the answer. Enter means the default; the key that leaves, leaves."""
        answer = self._answer(question, more="", **values)
        return default if answer == keys.ENTER else answer == text("learn.yes")

    def _answer(self, question: str, *, more: str = "", **values: str | float) -> str:
        if not self.plain:
            keys.forget()  # a key that was pressed before the question is no answer to it
        answer = self._yes_or_no(text(question, **values), more)
        if answer == keys.END:
            raise keys.StudentLeaves
        return answer

    def _yes_or_no(self, question: str, more: str = "") -> str:
        allowed = keys.ENTER + text("learn.yes") + text("learn.no") + more + keys.END
        return self._pressed(question, allowed, tone="warn", refusal="learn.yes-or-no")
