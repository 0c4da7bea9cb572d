"""`lint --accept`: it writes at the end of a translation a record of what its source says today."""

from __future__ import annotations

from pathlib import Path

from runner.author import translation
from runner.course.drafts import Document, Draft
from runner.course.yaml_nodes import Mapping
from runner.host import login


def accept(draft: Draft) -> list[Path]:
    """Record that every translation of a lesson is up to date with its source. Return the files that changed."""
    changed = []
    for language, document in draft.words.items():
        source = translation.source_of(document, draft)
        original = draft.words.get(source)
        path = draft.folder / f"{language}.yaml"
        if original is None or source == language or document.value is None or original.value is None:
            continue
        before = path.read_text("utf-8")
        after = _without(before, document) + _record(source, original)
        if after != before:
            login.write(path, after.encode(), path.stat().st_mode & 0o777)
            changed.append(path)
    return changed


def _record(source: str, original: Document) -> str:
    digests = {part: translation.digest(value) for part, value in translation.parts(original.value or {}).items()}
    lines = [
        f"translated: # what {source}.yaml said; written by: semdocker lint --accept",
        f"  from: {source}",
        f'  lesson: "{digests.pop(translation.LESSON)}"',
    ]
    for section in ("steps", "quiz"):
        lines.append(f"  {section}:")
        lines += [f'    {part[-1]}: "{digest}"' for part, digest in digests.items() if part[0] == section]
    return "\n".join(lines) + "\n"


def _without(text: str, document: Document) -> str:
    """Return the file without its record: the lines from that key to the next top-level key, or to the end."""
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    keys = document.node.keys if isinstance(document.node, Mapping) else {}
    if "translated" in keys:
        start = keys["translated"].line
        later = sorted(key.line for key in keys.values() if key.line > start)
        del lines[start - 1 : later[0] - 1 if later else len(lines)]
    return "".join(lines)
