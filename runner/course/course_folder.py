"""Read one folder of lessons: every file becomes a document with its faults, and is part of the digest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from runner.course import check_shapes, format, yaml_reader
from runner.course.drafts import Document, Draft
from runner.course.lesson_folders import exercise_folders, folders, inside, shown
from runner.course.yaml_nodes import Faults, Scalar
from runner.course.yaml_nodes import Mapping as MappingNode
from runner.course.yaml_reader import Seen
from runner.messages import language
from runner.records.course import Origin, Source
from runner.records.shapes import Record


class CourseFolder:
    """One folder of lessons. It keeps the bytes of every file, so that the digest is of exactly what was read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.heading = folder / "course.yaml"
        self.faults = Faults(shown(folder))
        self._seen: dict[Path, Seen] = {}

    def origin(self, lessons: Iterable[Draft], exercises: Iterable[Draft]) -> Origin:
        """Return the folder as a record, with those of these lessons and exercises that are its own.

        Consent is to them alone: what was left out because of its faults has no part in the digest.
        """
        import hashlib  # with OpenSSL behind it; a course without a folder from elsewhere need not wait for it

        own = [draft for draft in lessons if draft.folder.parent == self.folder]
        practice = [draft for draft in exercises if draft.folder.parent.parent == self.folder]
        chosen = {self.folder, *(draft.folder for draft in (*own, *practice))}
        seen = {path: file for path, file in sorted(self._seen.items()) if path.parent in chosen}
        digest = hashlib.sha256()
        for path, file in seen.items():
            name = str(path.relative_to(self.folder))
            digest.update(f"{len(name)} {name} {len(file.data)}\n".encode(errors="surrogateescape"))
            digest.update(file.data)
        return Origin(
            self.folder,
            tuple(draft.name for draft in own),
            digest.hexdigest(),
            tuple(draft.name for draft in practice),
            tuple(Source(path, file.owner, file.mode) for path, file in seen.items()),
        )

    def lessons(self, before: int, languages: tuple[str, ...], samples: Mapping[str, str]) -> list[Draft]:
        """Read every lesson. `before` lessons come before this folder. Without `languages`, any language will do.

        Only a folder from elsewhere with a course file, which chooses among the lessons that there are, or with
        exercises needs none.
        """
        lessons = folders(self.folder, self.faults)
        if not lessons and not self.faults.found and not (before and self._alone()):
            self.faults.add_at(1, 1, "no-lessons")
        drafts = []
        for number, (path, _, name) in enumerate(lessons, before + 1):
            structure = self.document(path / "lesson.yaml", format.FILES["lesson"], samples)
            drafts.append(self._draft(path, number, name, structure, format.FILES["words"], languages, samples))
        return drafts

    def _alone(self) -> bool:
        return self.heading.exists() or bool(exercise_folders(self.folder, Faults("")))

    def exercises(self, languages: tuple[str, ...], samples: Mapping[str, str]) -> list[Draft]:
        """Read every exercise."""
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
        written = language.written(path)
        required = tuple(code for code in language.REQUIRED if code in written)
        main = languages or required or written or (language.SOURCE,)
        words = {code: self.document(path / f"{code}.yaml", spec, samples) for code in main}
        others = [code for code in written if code not in main]
        spare = {code: self.document(path / f"{code}.yaml", spec, samples) for code in others}
        return Draft(path, number, name, structure, words, spare)

    def document(self, path: Path, spec: Record, samples: Mapping[str, str] | None = None) -> Document:
        """Read one file, and compare it with its declaration. All faults are in the result."""
        document = Document(Faults(shown(path), samples))
        if not inside(path, path.parent, document.faults):
            return document
        document.node = node = yaml_reader.read(path, document.faults, self._seen)
        version = node.values.get("format") if isinstance(node, MappingNode) and "format" in spec.fields else None
        if isinstance(version, Scalar) and version.text != format.VERSION:
            # We cannot know what another version of the format allows, so nothing else is checked.
            document.faults.add(version, "format-version", found=version.text, known=format.VERSION)
            document.node = None
        elif node is not None:
            document.value = check_shapes.validated(node, spec, document.faults)
        return document
