"""The screen that a class sees in `demo`: one page for each step, with the live terminal between title and evidence.

A page remembers its content. When the instructor makes the letters larger, it is laid out anew.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from runner.messages import place_names
from runner.messages.catalog import text
from runner.records.course import Lesson, Step
from runner.records.results import Outcome, StepResult
from runner.records.words import LessonWords, StepWords
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.screen.gutter import Gutter
from runner.screen.narration import View
from runner.screen.repaint import ENTER_SCREEN, LEAVE_SCREEN, Paint, painted

CLEAR = "\x1b[H\x1b[2J"
PASTE = re.compile(rb"\x1b\[\?2004[hl]\r?")  # bash asks for pastes in brackets; here nobody pastes


class State(StrEnum):
    """Where a lecture is: on its first page, or in a step: page shown, command typed, running, and its outcome."""

    OPENING = "opening"
    OPENED = "opened"
    TYPED = "typed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Stage:
    """Shows pages through a View. In plain mode nothing is repainted, and commands are shown as `run` shows them."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.plain = not view.face.repaints
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._output = Gutter("")
        self._column = 0  # the cursor's column after the live terminal's output; 0 after a whole line
        self._page: list[Callable[[Face], object]] = []  # everything on the page; a call shows it again

    # --- pages ---

    def lesson(self, number: int, total: int, lesson: Lesson, words: LessonWords) -> None:
        """Show the first page of a lesson."""
        title = text("lesson.title", number=number, total=total, title=self.view.rendered(words.title))
        self._turn()
        self._show(lambda face: face.heading(title), lambda face: face.prose(self.view.rendered(words.goal)))

    def ready(self) -> None:
        self._show(lambda face: face.say(text("stage.ready"), "dim"))

    def step(self, lesson: Lesson, words: LessonWords, step: Step, command: str) -> None:
        """Show the page of a step before it is typed: the title, and the question if it has one."""
        step_words, index = words.steps[step.id], lesson.steps.index(step) + 1
        place = {"lesson": lesson.number, "title": self.view.rendered(words.title), "place": place_names.shown(step.at)}
        where = text("stage.where", index=index, total=len(lesson.steps), **place)
        self._turn()
        self._show(lambda face: face.say(where, "dim"), lambda face: face.heading(self.view.rendered(step_words.title)))
        if step_words.predict:
            question = text("predict.ask", ask=self.view.rendered(step_words.predict.ask))
            self._show(lambda face: face.prose(question))
        if self.plain:
            self.view.face.command(place_names.shown(step.at), command)

    def leaves(self, lesson: Lesson, words: LessonWords) -> None:
        """Show the last page of a lesson, to which the result of the rollback is added."""
        self._turn()
        self.view.face.heading(f"{lesson.number} · {self.view.rendered(words.title)}")

    def closed(self) -> None:
        self.view.face.gap()
        self.view.face.say(text("stage.closed"), "dim")

    def moment(self) -> None:
        """Say that the class must wait a moment, while steps are undone or repeated unseen."""
        self._turn()
        self.view.face.say(text("stage.moment"), "dim")

    def free(self) -> None:
        self._turn()
        self.view.face.say(text("stage.free"), "dim")
        self.view.face.gap()

    def _turn(self) -> None:
        """Begin a new page."""
        self._page.clear()
        self._column = 0
        if self.plain:
            self.view.face.gap()
        else:
            self._clear()

    def _clear(self) -> None:
        self.view.face = choose_face(sys.stdout, plain=False)  # a new face has the width that the screen has now
        self._write(CLEAR + "\n")

    def _show(self, *shown: Callable[[Face], object]) -> None:
        for show in shown:
            show(self.view.face)
        self._page += shown

    def repaint(self) -> None:
        """Show the same page again, for the size that the screen has now."""
        if self.plain:
            return
        self._clear()
        for show in self._page:
            show(self.view.face)

    # --- the live terminal ---

    def echo(self, data: bytes) -> None:
        """Show what the terminal shows by itself: prompts, and the characters as they are typed."""
        if not self.plain:
            self._put(self._decoder.decode(PASTE.sub(b"", data)))

    def output(self, chunk: str) -> None:
        """Show output of the command. Escape sequences in it become visible, so it cannot control the screen."""
        if self.plain:
            self.view.output(chunk)
        else:
            self._put("".join(words for words, _ in self._output.feed(chunk)))

    def _put(self, words: str) -> None:
        if words:
            self._column = len(words.rpartition("\n")[2])
            self._show(lambda _: self._write(words))

    def _write(self, words: str) -> None:
        sys.stdout.write(words)
        sys.stdout.flush()

    def closes(self, result: StepResult, step: Step, words: StepWords) -> None:
        """Show the evidence of a step, and the machine's answer if there was a question."""
        if not self.plain:
            self._put("".join(words for words, _ in self._output.close()))
            self._put("\n\n" if self._column else "\n")
        if result.outcome is Outcome.PASSED:
            telling = step.fails is not None or not result.checks
            self._show(
                lambda _: self.view.evidence(result, step, words, exit=telling, whole=False),
                lambda _: self.view.answer(result),
            )
        else:
            self._show(
                lambda _: self.view.evidence(result, step, words),
                lambda face: face.gap(),
                lambda face: face.say(text("stage.not-yet"), "warn"),
            )

    # --- pages over the page: the lecture asks for keys, the stage only shows ---

    @contextmanager
    def overlay(self) -> Iterator[None]:
        """Use the terminal's alternate screen. Afterwards the page is back, laid out anew if the size changed."""
        if self.plain:
            yield
            return
        before = shutil.get_terminal_size()
        try:
            self._write(ENTER_SCREEN)
            yield
        finally:
            self._write(LEAVE_SCREEN)
        if shutil.get_terminal_size() != before:
            self.repaint()

    def screens(self, paint: Paint) -> Iterator[Sequence[str]]:
        """Yield the lines of a page, screen by screen, for the window as it is now. The last line of each says whether
        there are more, and how to go back.
        """
        size = shutil.get_terminal_size()
        lines = painted(paint, *size)
        room = max(1, size.lines - 1 - len(_footer(len(lines), size)))
        for first in range(0, len(lines), room):
            yield [*lines[first : first + room], *_footer(len(lines) - first - room, size)]

    def put(self, lines: Sequence[str]) -> None:
        """Show one screen of lines."""
        self._write(CLEAR + "\r\n".join(lines))

    def help(self, keys: Sequence[tuple[str, str]]) -> Paint:
        """Return a page that tells what each key does; keys without a sentence are left out."""
        rows = [(shown, text("stage.key." + name)) for shown, name in keys if name]
        return lambda face: face.pairs(rows)

    def explanation(self, words: StepWords) -> Paint:
        """Return a page with all that a student would read about a step."""

        def paint(face: Face) -> None:
            view = View(face, self.view.language, self.view.values)
            view.explanation(words)
            if words.why:
                face.prose(text("step.why", why=view.rendered(words.why)))

        return paint

    def choice(self, lesson: Lesson, words: LessonWords, done: int) -> None:
        """Show every step with its number, and ask for one."""
        rows = [
            (f"{index:2} {'✓' if index <= done else ' '}", self.view.rendered(words.steps[step.id].title))
            for index, step in enumerate(lesson.steps, 1)
        ]
        if self.plain:
            self.view.face.pairs(rows)
        else:
            size = shutil.get_terminal_size()
            self.put(painted(lambda face: face.pairs(rows), *size)[: size.lines - 1])
        self._write("\r\n" + text("stage.go", total=len(rows)) + " ")

    def digit(self, key: str) -> None:
        """Show a digit as it is typed."""
        self._write(key)

    def leaving(self) -> None:
        """Ask whether to leave the demo; the lecture waits for the answer."""
        if self.plain:
            self.view.face.say(text("stage.leave"), "warn")
        else:
            self.put(painted(lambda face: face.say(text("stage.leave"), "warn"), *shutil.get_terminal_size()))

    @staticmethod
    def is_yes(key: str) -> bool:
        """Return whether this key confirms leaving: the key for yes, or `q` again."""
        return key in (text("learn.yes"), "q")


def _footer(rest: int, size: os.terminal_size) -> list[str]:
    """Return the last lines of a screen, when so many lines of its page are left."""
    way = text("stage.more", count=rest) if rest > 0 else text("stage.any-key")
    return painted(lambda face: face.say(way, "dim"), *size)
