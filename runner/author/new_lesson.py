"""A new lesson that works as it is: an author begins with these files, and their comments teach the format.

The comments come from the format reference: `#: steps.undo` in a model becomes the sentence of that key.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata
from pathlib import Path

from runner.author import format_reference, json_schema
from runner.course.format import FILES
from runner.course.lesson_folders import folders
from runner.course.yaml_nodes import Faults, short
from runner.host import files, login, package_files
from runner.messages.catalog import text
from runner.records.errors import UsageError
from runner.records.texts import NAME

WIDTH = 80
SCHEMAS = "_schema"


def create(id: str, into: Path) -> tuple[Path, tuple[Path, ...]]:
    """Write the folder of a new lesson, and the course's files that are missing. Return that folder and all new files.

    Raises UsageError for an id that is not valid or is taken, RunnerError when a file cannot be written.
    """
    _refuse(id, into)
    lesson = into / f"{_next_number(into):02}-{id}"
    made: dict[Path, str] = {}
    if not (into / "course.yaml").exists():
        made[into / "course.yaml"] = _filled("course.yaml", id)
    for kind in FILES:
        path = into / SCHEMAS / f"{kind}.json"
        if not path.exists():
            made[path] = json_schema.text(kind)
    for name in ("lesson.yaml", "pt.yaml", "en.yaml"):
        made[lesson / name] = _filled(name, id)
    for path, content in made.items():
        _write(path, content)
    return lesson, tuple(made)


def _refuse(id: str, into: Path) -> None:
    if not re.fullmatch(NAME, id):
        near = _slug(id)
        raise UsageError("new-id-near", id=short(id), near=near) if near else UsageError("new-id", id=short(id))
    for path, _, name in folders(into, Faults("")):
        if name == id:
            raise UsageError("new-exists", id=id, path=str(path))


def _slug(id: str) -> str:
    """Return the nearest valid id: "Minha Lição!" gives "minha-licao"; empty if there is none."""
    bare = unicodedata.normalize("NFKD", id).encode("ascii", "ignore").decode().lower()
    return re.sub(r"^[^a-z]+", "", re.sub(r"[^a-z0-9]+", "-", bare)).strip("-")[:40].strip("-")


def _next_number(into: Path) -> int:
    number = max((number for _, number, _ in folders(into, Faults(""))), default=0) + 1
    if number > 99:
        raise UsageError("new-full", path=str(into))
    return number


def _filled(name: str, id: str) -> str:
    """Return a model file with its comments and the id filled in."""
    model = (package_files.lessons() / "_new" / name).read_text("utf-8")
    lines = (_commented(line) for line in model.split("\n"))
    return "\n".join(lines).replace("@ID@", id).replace("@TITLE@", id.replace("-", " ").capitalize())


def _commented(line: str) -> str:
    margin, mark, key = line.partition("#: ")
    if not mark or margin.strip():
        return line
    sentence = text(key) if key.startswith("new.") else format_reference.meaning(format_reference.find(key))
    return textwrap.fill(
        sentence, WIDTH, initial_indent=f"{margin}# ", subsequent_indent=f"{margin}# ", break_on_hyphens=False
    )


def _write(path: Path, content: str) -> None:
    def make() -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.create(path, content.encode(), 0o644)  # whole or not at all, and never over another

    login.write_by(path, make)
