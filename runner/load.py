"""A folder of lessons becomes a Course, or one InvalidLesson with every fault of every file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from runner import yamlfile
from runner.cards import folders, inside, raise_faults, shown
from runner.model import Course
from runner.nodes import Faults, Scalar
from runner.nodes import Mapping as MappingNode

if TYPE_CHECKING:
    from runner.drafts import Document, Draft
    from runner.spec import Record


class Reading(NamedTuple):
    """The files of a course with their faults: those of the folder itself, course.yaml, and the lessons."""

    general: Faults
    heading: Document
    drafts: list[Draft]

    @property
    def files(self) -> list[Faults]:
        documents = [self.heading, *(document for draft in self.drafts for document in draft.documents)]
        return [self.general, *(document.faults for document in documents)]


def course(folder: Path, languages: tuple[str, ...] = ("pt", "en")) -> Course:
    """Reads everything, then says everything that is wrong with it."""
    return built(read(folder, languages))


def built(reading: Reading) -> Course:
    """The course that was read. Raises InvalidLesson with every fault there is."""
    from runner import build

    raise_faults(reading.files)
    lessons = (
        build.lesson(
            draft.folder,
            draft.number,
            draft.lesson.value or {},
            {language: document.value or {} for language, document in draft.words.items()},
        )
        for draft in reading.drafts
    )
    return build.course(reading.heading.value or {}, tuple(lessons))


def read(folder: Path, languages: tuple[str, ...] = ("pt", "en")) -> Reading:
    """Every file of a course, judged by the format and by the rules that a lesson must keep to be run at all."""
    from runner import format, rules

    general = Faults(shown(folder))
    heading = _document(folder / "course.yaml", format.COURSE, {}, folder)
    samples = _samples(heading)
    drafts = [_draft(path, number, name, languages, samples) for path, number, name in folders(folder, general)]
    rules.apply(heading, drafts, languages)
    return Reading(general, heading, drafts)


def _draft(path: Path, number: int, name: str, languages: tuple[str, ...], samples: Mapping[str, str]) -> Draft:
    from runner import format
    from runner.drafts import Draft

    lesson = _document(path / "lesson.yaml", format.lesson(), samples, path)
    words = {language: _document(path / f"{language}.yaml", format.WORDS, samples, path) for language in languages}
    return Draft(path, number, name, lesson, words)


def _document(path: Path, spec: Record, samples: Mapping[str, str], base: Path) -> Document:
    from runner import format, walk
    from runner.drafts import Document

    document = Document(Faults(shown(path), samples))
    if not inside(path, base, document.faults):
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
