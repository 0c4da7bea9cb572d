"""The screen that a class sees in `demo`: one page for each step, with the live terminal between title and evidence.

A page remembers its content. When the instructor makes the letters larger, it is laid out anew.
"""

from __future__ import annotations

import codecs
import os
import re
import shutil
import sys
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum

from rich.cells import cell_len

from runner.lab.command import STYLES
from runner.messages import place_names, safe_text
from runner.messages.catalog import text
from runner.records.course import Lesson, Step
from runner.records.results import Outcome, StepResult
from runner.records.words import LessonWords, StepWords
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.screen.gutter import Gutter
from runner.screen.line_continuation import PROMPT, Room, rows, typed
from runner.screen.narration import View
from runner.screen.repaint import ENTER_SCREEN, LEAVE_SCREEN, Paint, painted
from runner.teacher.words_page import Words

LINE_END = re.compile(r"[\r\n]")
CLEAR = "\x1b[H\x1b[2J"
BOLD, NORMAL = "\x1b[1m", "\x1b[22m"
PASTE = re.compile(rb"\x1b\[\?2004[hl]\r?")  # bash asks for pastes in brackets; here nobody pastes


class State(StrEnum):
    """Where a lecture is: before the steps, in one (page shown, command typed, running, its outcome), or after them."""

    OPENING = "opening"
    OPENED = "opened"
    TYPED = "typed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ENDING = "ending"
    QUESTION = "question"
    ANSWER = "answer"


Page = list[Callable[[Face], object]]  # everything on a page; a call shows it again


class Stage:
    """Shows pages through a View. In plain mode nothing is repainted, and commands are shown as `run` shows them."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.plain = not view.face.repaints
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._output = Gutter("")
        self.column = 0  # the cursor's column after the live terminal's output; 0 after a whole line
        self._page: Page = []
        self._words: Words | None = None  # the page, when it is one of words only

    # --- pages ---

    def words(self, paint: Paint, footer: str, *, waits: bool = True, last: bool = False) -> None:
        """Show a page of words only, screen by screen; its first screen, or its `last` one.

        The footer says how to go on. It is only shown when the lecture `waits` for a key, or by `ready`.
        """
        self._turn()
        self._words = Words(paint, footer, -1 if last else 0, waits=waits)
        self._show(self._words.show)

    def ready(self) -> None:
        """Say on a page of words how to go on: the lecture waits for a key now."""
        if self._words:
            self._words.waits = True
        if self.plain and self._words:
            self.view.face.say(self._words.footer, "dim")
        self.repaint()

    def turns(self, by: int) -> bool:
        """Show the next screen of a page of words (1), or the one before (-1); return False if there is none."""
        turned = not self.plain and self._words is not None and self._words.turns(by)
        if turned:
            self.repaint()
        return turned

    @property
    def words_shown(self) -> int:
        """Return how many words there are to read on this screen of a page of words; 0 on any other page."""
        return self._words.count() if self._words else 0

    def step(self, lesson: Lesson, words: LessonWords, step: Step, command: str) -> None:
        """Show the page of a step before it is typed: the title, and the question if it has one."""
        step_words, index = words.steps[step.id], lesson.steps.index(step) + 1
        place = {"title": self.view.rendered(words.title), "place": place_names.shown(step.at)}
        where = text("stage.where", index=index, total=len(lesson.steps), lesson=lesson.number, **place)
        self._turn()
        self._show(lambda face: face.say(where, "dim"), lambda face: face.heading(self.view.rendered(step_words.title)))
        if step_words.predict:
            question = text("predict.ask", ask=self.view.rendered(step_words.predict.ask))
            self._show(lambda face: face.prose(question))
        if self.plain:
            self.view.face.command(place_names.shown(step.at), command, sign=lesson.sign(step.at))

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

    def keep(self) -> Page:
        """Return the page that is shown, for `show_again`."""
        return self._page

    def show_again(self, page: Page) -> None:
        self._turn()
        self._page = page
        if self.plain:
            for show in page:
                show(self.view.face)
        self.repaint()

    def _turn(self) -> None:
        """Begin a new page."""
        self._page, self._words = [], None
        self.column = 0
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
            *ended, last = LINE_END.split(STYLES.sub("", words))
            self.column = cell_len(last) + (0 if ended else self.column)
            self._show(lambda _: self._write(words))

    def line(self, line: str, above: str) -> Callable[[int], None]:
        """Begin a line that is typed; return a function that shows its first characters, so many.

        Where the window is too narrow for the line, it is broken as a shell allows. `above` are the lines of the same
        command before it.
        """
        if self.plain:
            return lambda _: None
        prompt, line = self.column, safe_text.inert(line)
        count = 0

        def shown() -> str:
            columns = shutil.get_terminal_size().columns - 1
            room = Room(columns - prompt % (columns + 1), columns - len(PROMPT), columns)
            return typed(rows(line, room, above), count)

        def show(characters: int) -> None:
            nonlocal count
            before, count = shown(), characters
            self._write(BOLD + shown().removeprefix(before) + NORMAL)

        self._page.append(lambda _: self._write(BOLD + shown() + NORMAL))
        self.column = max(1, prompt)
        return show

    def _write(self, words: str) -> None:
        sys.stdout.write(words)
        sys.stdout.flush()

    def closes(self, result: StepResult, step: Step, words: StepWords) -> None:
        """Show the evidence of a step, and the machine's answer if there was a question."""
        if not self.plain:
            self._put("".join(words for words, _ in self._output.close()))
            self._put("\n\n" if self.column else "\n")
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
        told = [(shown, text("stage.key." + name)) for shown, name in keys if name]
        return lambda face: face.pairs(told)

    def explanation(self, words: StepWords) -> Paint:
        """Return a page with all that a student would read about a step."""

        def paint(face: Face) -> None:
            view = View(face, self.view.language, self.view.values)
            view.explanation(words)
            if words.why:
                face.prose(text("step.why", why=view.rendered(words.why)))

        return paint

    def log(
        self, lesson: Lesson, words: LessonWords, commands: Sequence[tuple[Step, str]], seen: Container[str]
    ) -> Paint:
        """Return a page with the commands so far, each with its step. Those not in `seen` were done unseen."""

        def paint(face: Face) -> None:
            face.heading(text("stage.log"))
            if not commands:
                face.say(text("stage.log.empty"))
            for step, command in commands:
                told = [f"{lesson.steps.index(step) + 1}", self.view.rendered(words.steps[step.id].title)]
                face.say(" · ".join(told if step.id in seen else [*told, text("stage.log.unseen")]), "dim")
                face.command(place_names.shown(step.at), command, sign=lesson.sign(step.at))
                face.gap()

        return paint

    def choice(self, lesson: Lesson, words: LessonWords, done: int) -> None:
        """Show every step with its number, and ask for one."""
        steps = [
            (f"{index:2} {'✓' if index <= done else ' '}", self.view.rendered(words.steps[step.id].title))
            for index, step in enumerate(lesson.steps, 1)
        ]
        if self.plain:
            self.view.face.pairs(steps)
        else:
            size = shutil.get_terminal_size()
            self.put(painted(lambda face: face.pairs(steps), *size)[: size.lines - 1])
        self._write("\r\n" + text("stage.go", total=len(steps)) + " ")

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
