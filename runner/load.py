"""A folder of lessons becomes a Course, or one InvalidLesson with every fault of every file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runner import yamlfile
from runner.errors import Fault, InvalidLesson
from runner.model import Card, Course
from runner.nodes import Faults, Scalar, short
from runner.nodes import Mapping as MappingNode

if TYPE_CHECKING:
    from runner.drafts import Document, Draft
    from runner.spec import Record

# The catalogue (`cards`) must open fast: what judges whole lessons is imported by the functions that do.

FOLDER = re.compile(r"([0-9]{2})-([a-z][a-z0-9-]*)")


def course(folder: Path, languages: tuple[str, ...] = ("pt", "en")) -> Course:
    """Reads everything, then says everything that is wrong with it."""
    from runner import build, format, rules

    general = Faults(_shown(folder))
    heading = _document(folder / "course.yaml", format.COURSE, {}, folder)
    samples = _samples(heading)
    drafts = [_draft(path, number, name, languages, samples) for path, number, name in _folders(folder, general)]
    rules.apply(heading, drafts, languages)
    documents = [heading, *(document for draft in drafts for document in draft.documents)]
    _raise([general, *(document.faults for document in documents)])
    lessons = (
        build.lesson(
            draft.folder,
            draft.number,
            draft.lesson.value or {},
            {language: document.value or {} for language, document in draft.words.items()},
        )
        for draft in drafts
    )
    return build.course(heading.value or {}, tuple(lessons))


def cards(folder: Path, language: str) -> tuple[Card, ...]:
    """What the catalogue shows, reading only the beginning of each file."""
    general = Faults(_shown(folder))
    found = [_card(path, number, language, folder) for path, number, _ in _folders(folder, general)]
    _raise([general, *(faults for _, files in found for faults in files)])
    return tuple(card for card, _ in found if card)


def _card(path: Path, number: int, language: str, base: Path) -> tuple[Card | None, list[Faults]]:
    structure, faults = _first(path / "lesson.yaml", ("id", "minutes"), base)
    words, word_faults = _first(path / f"{language}.yaml", ("title", "goal"), base)
    if faults.found or word_faults.found:
        return None, [faults, word_faults]
    minutes = structure["minutes"]
    if not re.fullmatch(r"[0-9]{1,3}", minutes.text):
        faults.add(minutes, "want-integer")
        return None, [faults]
    card = Card(number, structure["id"].text, int(minutes.text), words["title"].text, words["goal"].text, path)
    return card, []


def _first(path: Path, keys: tuple[str, ...], base: Path) -> tuple[dict[str, Scalar], Faults]:
    faults = Faults(_shown(path))
    found = yamlfile.first_scalars(path, keys, faults) if _inside(path, base, faults) else {}
    for key in keys:
        if key not in found and not faults.found:
            faults.add_at(1, 1, "missing-key", name=key)
    return found, faults


def _folders(base: Path, faults: Faults) -> list[tuple[Path, int, str]]:
    """The lesson folders in order, with number and name."""
    found = []
    try:
        paths = sorted(path for path in base.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    except FileNotFoundError:
        paths = []
    except OSError as error:
        faults.add_at(1, 1, "file-unreadable", reason=error.strerror)
        return []
    for path in paths:
        match = FOLDER.fullmatch(path.name)
        if match is None:
            name = os.fsencode(path.name).decode(errors="backslashreplace")  # a name may be no UTF-8
            faults.add_at(1, 1, "folder-name", name=short(name))
        elif _inside(path, base, faults):
            found.append((path, int(match[1]), match[2]))
    if not found and not faults.found:
        faults.add_at(1, 1, "no-lessons")
    return found


def _inside(path: Path, base: Path, faults: Faults) -> bool:
    """A link may not lead out of the lessons' folder."""
    # not Path.resolve, which before Python 3.13 raises on a link to itself
    if Path(os.path.realpath(path)).is_relative_to(os.path.realpath(base)):
        return True
    faults.add_at(1, 1, "outside", name=path.name)
    return False


def _shown(path: Path) -> str:
    """As short as the place we are called from allows."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def _draft(path: Path, number: int, name: str, languages: tuple[str, ...], samples: Mapping[str, str]) -> Draft:
    from runner import format
    from runner.drafts import Draft

    lesson = _document(path / "lesson.yaml", format.lesson(), samples, path.parent)
    words = {
        language: _document(path / f"{language}.yaml", format.WORDS, samples, path.parent) for language in languages
    }
    return Draft(path, number, name, lesson, words)


def _document(path: Path, spec: Record, samples: Mapping[str, str], base: Path) -> Document:
    from runner import format, walk
    from runner.drafts import Document

    document = Document(Faults(_shown(path), samples))
    if not _inside(path, base, document.faults):
        return document
    document.node = node = yamlfile.read(path, document.faults)
    version = node.values.get("format") if isinstance(node, MappingNode) and "format" in spec.fields else None
    if isinstance(version, Scalar) and version.text != format.VERSION:
        # Another version of the format: what it allows is not ours to judge.
        document.faults.add(version, "format-version", found=version.text, known=format.VERSION)
        document.node = None
    elif node is not None:
        document.value = walk.walk(node, spec, document.faults)
    return document


def _samples(heading: Document) -> dict[str, str]:
    """Values to try the patterns of templates with."""
    from runner import render

    variables = (heading.value or {}).get("variables", {})
    defaults = {
        name: item["default"]
        for name, item in variables.items()
        if item and len(item) == 2 and render.valid(item["type"], item["default"])
    }
    return {**render.SAMPLES, **defaults}


def _raise(files: list[Faults]) -> None:
    faults: list[Fault] = []
    for file in files:
        faults.extend(sorted(file.found, key=lambda fault: (fault.key == "too-many-faults", fault.line, fault.column)))
    if faults:
        raise InvalidLesson(tuple(faults))
