"""`semdocker new ID`: it makes a lesson that works as it is, for an author to change."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.author import new_lesson
from runner.course.lesson_folders import shown
from runner.host import shell_line
from runner.messages import safe_text
from runner.messages.catalog import text
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged


def command(
    context: typer.Context,
    *,
    id: Annotated[str, typer.Argument(metavar=text("help.ID"), show_default=False)],
    into: Annotated[
        Path | None, typer.Option("--into", metavar=text("help.FOLDER"), help=text("help.into"), show_default=False)
    ] = None,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(new, merged(context, plain=plain, json=json), id, into)


def new(options: Options, id: str, into: Path | None) -> ExitStatus:
    """Make the files of a new lesson, and say what to do next."""
    folder = into or here()
    lesson, files = new_lesson.create(id, folder)
    names = [shown(path) for path in files]
    place = shell_line.path(shown(folder))
    if options.json:
        document = {"schema": "semdocker/new/1", "lang": options.lang, "lesson": shown(lesson), "files": names}
        sys.stdout.write(safe_text.json_text(document))
        return ExitStatus.OK
    face = choose_face(sys.stdout, plain=options.plain)
    face.say(text("new.made", lesson=shown(lesson)), "good")
    face.pairs([(name, text(f"new.{Path(name).stem}-file")) for name in names if not name.endswith(".json")])
    face.gap()
    face.say(text("new.next"))
    face.pairs(
        [
            (shell_line.line("semdocker", "lint", place), text("new.lint")),
            (shell_line.line("semdocker", "prove", "--lessons", place, "--trust", "mine", id), text("new.prove")),
            ("semdocker show --format-reference", text("new.reference")),
        ]
    )
    return ExitStatus.OK


def here() -> Path:
    """Return the folder of the course: the working directory if it is one, else `lessons` in it."""
    return Path() if Path("course.yaml").exists() else Path("lessons")
