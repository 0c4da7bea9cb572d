"""A picture of a step, as SVG: its words, its command, its output and the evidence, as on a terminal with colours."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from runner.host import login
from runner.messages.language import Language
from runner.records.course import Lesson, Step
from runner.records.errors import RunnerError, UsageError
from runner.records.results import StepResult
from runner.screen.colour import Colour
from runner.screen.narration import View
from runner.screen.svg import COLUMNS, svg


class Wish(NamedTuple):
    """STEP=FILE as it was asked for. Several steps may share a file; then they stand one under another in it."""

    lesson: str  # empty when it was not said
    step: str
    path: Path


def accepts(asked: Sequence[str]) -> list[Wish]:
    """What is wished for. Raises UsageError for a picture that could not be written, before anything runs."""
    wishes = []
    for wish in asked:
        name, _, file = wish.partition("=")
        lesson, _, step = name.rpartition("/")
        if not step or Path(file).suffix.lower() != ".svg":
            raise UsageError("still-form", wish=wish)
        if not Path(file).absolute().parent.is_dir():
            raise UsageError("file-folder", path=str(Path(file).absolute().parent))
        wishes.append(Wish(lesson, step, Path(file).absolute()))
    return wishes


class _Camera(Colour):
    """A screen that nobody sees, kept as a picture."""

    def __init__(self) -> None:
        shape = {"width": COLUMNS, "force_terminal": True, "color_system": "truecolor"}
        super().__init__(io.StringIO(), record=True, **shape)

    def picture(self) -> str:
        return svg(self._console)


class Stills:
    """Takes the pictures that were asked for as their steps go by."""

    def __init__(self, asked: Sequence[str], lessons: Sequence[Lesson], language: Language) -> None:
        """Raises UsageError for a step that none of the lessons has."""
        self._wishes = accepts(asked)
        self._language = language
        self._cameras = {wish.path: _Camera() for wish in self._wishes}
        known = [(lesson.id, step.id) for lesson in lessons for step in lesson.steps]
        for wish in self._wishes:
            if not any(_means(wish, *place) for place in known):
                raise UsageError("still-step", step=wish.step, known=", ".join(step for _, step in known))

    def take(self, lesson: Lesson, step: Step, command: str, result: StepResult, values: Mapping[str, str]) -> None:
        """The step is over. Raises RunnerError when the picture cannot be written."""
        for wish in self._wishes:
            if _means(wish, lesson.id, step.id):
                camera = self._cameras[wish.path]
                self._pose(View(camera, self._language, values), lesson, step, command, result)
                _write(wish.path, camera.picture())

    def _pose(self, view: View, lesson: Lesson, step: Step, command: str, result: StepResult) -> None:
        words = lesson.words[self._language].steps[step.id]
        index = lesson.steps.index(step) + 1
        view.step_opens(index, len(lesson.steps), step, words, command, step.at)
        view.output(result.command.output)
        view.step_closes(result, step, words)


def _means(wish: Wish, lesson: str, step: str) -> bool:
    return wish.step == step and wish.lesson in ("", lesson)


def _write(path: Path, picture: str) -> None:
    content = picture.encode()

    def put() -> bytes:
        login.replace(path, content, 0o644)
        return b""

    try:
        login.act(login.person(), put)
    except OSError as error:
        raise RunnerError("still-failed", path=str(path), detail=error.strerror or str(error)) from error
