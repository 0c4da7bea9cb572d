"""One folder of lessons while it is read: every file becomes a document with its faults, and counts for the digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from runner.course import yamlfile
from runner.course.folders import exercise_folders, folders, inside, shown
from runner.course.nodes import Faults, Scalar
from runner.course.nodes import Mapping as MappingNode
from runner.messages import language
from runner.records.course import Origin

if TYPE_CHECKING:
    from runner.course.documents import Document, Draft
    from runner.records.spec import Record


class CourseFolder:
    """What was read is kept, for the digest is of those very bytes."""

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

    def lessons(self, before: int, languages: tuple[str, ...], samples: Mapping[str, str]) -> list[Draft]:
        """Every lesson as read; `before` is how many come before this folder's. Without `languages`, any will do."""
        from runner.course import format

        found = folders(self.folder, self.faults)
        self._names = [name for _, _, name in found]
        drafts = []
        for number, (path, _, name) in enumerate(found, before + 1):
            structure = self.document(path / "lesson.yaml", format.FILES["lesson"], samples)
            drafts.append(self._draft(path, number, name, structure, format.FILES["words"], languages, samples))
        return drafts

    def exercises(self, languages: tuple[str, ...], samples: Mapping[str, str]) -> list[Draft]:
        """Every exercise as read."""
        from runner.course import format

        drafts = []
        for path in exercise_folders(self.folder, self.faults):
            structure = self.document(path / "exercise.yaml", format.FILES["exercise"], samples)
            words = format.FILES["exercise-words"]
            drafts.append(self._draft(path, 0, path.name, structure, words, languages, samples))
        return drafts

    def _draft(  # noqa: PLR0917 -- the fields of a draft, in order
        self,
        path: Path,
        number: int,
        name: str,
        structure: Document,
        spec: Record,
        languages: tuple[str, ...],
        samples: Mapping[str, str],
    ) -> Draft:
        from runner.course.documents import Draft

        there = language.written(path)
        main = languages or tuple(name for name in language.REQUIRED if name in there) or there or (language.SOURCE,)
        spare = [name for name in there if name not in main]
        read = {name: self.document(path / f"{name}.yaml", spec, samples) for name in (*main, *spare)}
        return Draft(path, number, name, structure, {one: read[one] for one in main}, {one: read[one] for one in spare})

    def document(self, path: Path, spec: Record, samples: Mapping[str, str] | None = None) -> Document:
        from runner.course import format, validate
        from runner.course.documents import Document

        document = Document(Faults(shown(path), samples))
        if not inside(path, path.parent, document.faults):
            return document
        document.node = node = yamlfile.read(path, document.faults, self._seen)
        version = node.values.get("format") if isinstance(node, MappingNode) and "format" in spec.fields else None
        if isinstance(version, Scalar) and version.text != format.VERSION:
            # Another version of the format: what it allows is not ours to judge.
            document.faults.add(version, "format-version", found=version.text, known=format.VERSION)
            document.node = None
        elif node is not None:
            document.value = validate.validated(node, spec, document.faults)
        return document
