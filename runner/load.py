"""Folders of lessons become a Course, or one InvalidLesson with every fault of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner import language, yamlfile
from runner.cards import folders, inside, raise_faults, shown
from runner.data import Origin
from runner.model import Course, Lesson
from runner.nodes import Faults, Scalar
from runner.nodes import Mapping as MappingNode

if TYPE_CHECKING:
    from runner.drafts import Document, Draft
    from runner.spec import Record


def course(folder: Path, languages: tuple[str, ...] = language.REQUIRED, extra: Sequence[Path] = ()) -> Course:
    """Reads everything, then says everything that is wrong with it.

    `languages` are those that every lesson of `folder` has; more may be there. `extra` are folders from elsewhere:
    their lessons come after, and one of them may have a course file that orders all (see `syllabus`).
    """
    from runner import build, format, rules, syllabus

    home = _Shelf(folder)
    shelves = [_Shelf(path) for path in extra]
    heading = home.document(home.heading, format.COURSE)
    files = [shelf.document(shelf.heading, format.SYLLABUS) for shelf in shelves if shelf.heading.exists()]
    for second in files[1:]:
        second.faults.add_at(1, 1, "course-twice", first=files[0].faults.file)
    own = files[0] if files else None
    declared = (heading.value or {}).get("variables", {})
    variables = syllabus.merged(declared, own)
    samples = _samples(variables)
    drafts = home.drafts(0, languages, samples)
    for shelf in shelves:
        drafts += shelf.drafts(len(drafts), (), samples)
    rules.apply(heading, drafts, languages, variables)
    if own:
        syllabus.judge(own, declared, drafts)
    documents = [heading, *files, *(document for draft in drafts for document in draft.documents)]
    raise_faults([shelf.faults for shelf in (home, *shelves)] + [document.faults for document in documents])
    order = (own.value or {}).get("lessons") if own else None
    lessons, others = _ordered(drafts, order)
    return build.course(
        {"title": ((own or heading).value or {})["title"], "variables": variables},
        lessons,
        others=others,
        origins=tuple(shelf.origin for shelf in shelves),
        warnings=tuple(fault for draft in drafts for words in draft.spare.values() for fault in words.faults.found),
    )


def _ordered(drafts: list[Draft], order: Sequence[str] | None) -> tuple[tuple[Lesson, ...], tuple[Lesson, ...]]:
    """The lessons of the course, numbered as they come, and the others."""
    from runner import build

    def built(draft: Draft, number: int) -> Lesson:
        words = {name: document.value or {} for name, document in draft.spoken.items()}
        return build.lesson(draft.folder, number, draft.lesson.value or {}, words)

    by_name = {draft.name: draft for draft in drafts}
    chosen = [by_name[name] for name in order] if order else drafts
    others = [draft for draft in drafts if draft not in chosen]
    return (
        tuple(built(draft, number) for number, draft in enumerate(chosen, 1)),
        tuple(built(draft, 0) for draft in others),
    )


class _Shelf:
    """One folder of lessons while it is read. What was read is kept, for the digest is of those very bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heading = folder / "course.yaml"
        self.faults = Faults(shown(folder))
        self._seen: dict[Path, bytes] = {}
        self._names: list[str] = []

    @property
    def origin(self) -> Origin:
        return Origin(self.folder, tuple(self._names), self.digest())

    def digest(self) -> str:
        """SHA-256 of every file that was read, with its name and its length."""
        digest = hashlib.sha256()
        for path, data in sorted(self._seen.items()):
            name = str(path.relative_to(self.folder))
            digest.update(f"{len(name)} {name} {len(data)}\n".encode(errors="surrogateescape"))
            digest.update(data)
        return digest.hexdigest()

    def drafts(self, before: int, languages: tuple[str, ...], samples: Mapping[str, str]) -> list[Draft]:
        """Every lesson as read; `before` is how many come before this folder's. Without `languages`, any will do."""
        found = folders(self.folder, self.faults)
        self._names = [name for _, _, name in found]
        return [
            self._draft(path, before + position, name, languages, samples)
            for position, (path, _, name) in enumerate(found, 1)
        ]

    def _draft(
        self, path: Path, number: int, name: str, languages: tuple[str, ...], samples: Mapping[str, str]
    ) -> Draft:
        from runner import format
        from runner.drafts import Draft

        lesson = self.document(path / "lesson.yaml", format.lesson(), samples)
        there = language.written(path)
        main = languages or tuple(name for name in language.REQUIRED if name in there) or there or (language.SOURCE,)
        words = {name: self.document(path / f"{name}.yaml", format.WORDS, samples) for name in main}
        spare = {
            name: self.document(path / f"{name}.yaml", format.WORDS, samples) for name in there if name not in main
        }
        return Draft(path, number, name, lesson, words, spare)

    def document(self, path: Path, spec: Record, samples: Mapping[str, str] | None = None) -> Document:
        from runner import format, walk
        from runner.drafts import Document

        document = Document(Faults(shown(path), samples))
        if not inside(path, self.folder, document.faults):
            return document
        document.node = node = yamlfile.read(path, document.faults, self._seen)
        version = node.values.get("format") if isinstance(node, MappingNode) and "format" in spec.fields else None
        if isinstance(version, Scalar) and version.text != format.VERSION:
            # Another version of the format: what it allows is not ours to judge.
            document.faults.add(version, "format-version", found=version.text, known=format.VERSION)
            document.node = None
        elif node is not None:
            document.value = walk.walk(node, spec, document.faults)
        return document


def _samples(variables: Mapping[str, Any]) -> dict[str, str]:
    """Values to try the patterns of templates with."""
    from runner import render

    defaults = {
        name: item["default"] for name, item in variables.items() if render.valid(item["type"], item["default"])
    }
    return {**render.SAMPLES, **defaults}
