"""Small lessons, written for a test."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

QUIZ = [{"id": "which", "choices": ["a", "b"], "answer": "a"}]
MAKE: dict[str, object] = {"id": "make", "run": "mkdir {{ root }}", "undo": "rmdir {{ root }}"}
THERE: dict[str, object] = {"file": {"path": "{{ root }}", "type": "directory"}}


def write_lesson(folder: Path, *steps: Mapping[str, object], id: str = "weak", number: int = 1, **more: object) -> Path:
    """A lesson of these steps, `more` in its lesson.yaml, with words for all of them; gives its folder."""
    lesson = folder / f"{number:02}-{id}"
    lesson.mkdir(parents=True)
    structure = {"format": 1, "id": id, "minutes": 1, "requires": ["root"], "steps": [*steps], "quiz": QUIZ, **more}
    words = {
        "title": "T",
        "goal": "G",
        "intro": "I",
        "steps": {str(step["id"]): {"title": "t", "explain": "e", "hints": ["h"], "after": "a"} for step in steps},
        "quiz": {"which": {"ask": "?", "choices": {"a": "A", "b": "B"}, "reasons": {"a": "r", "b": "r"}}},
        "end": "E",
    }
    (lesson / "lesson.yaml").write_text(_written(structure))
    for language in ("pt", "en"):
        (lesson / f"{language}.yaml").write_text(_written(words))
    return lesson


def write_exercise(folder: Path, id: str = "mine", /, **more: object) -> Path:
    """An exercise whose goal is one directory, `more` in its exercise.yaml, with words for it; gives its folder."""
    exercise = folder / "exercises" / id
    exercise.mkdir(parents=True)
    structure = {
        "format": 1,
        "id": id,
        "lesson": "rootfs",
        "minutes": 1,
        "requires": ["root"],
        "facts": [{"id": "there", "checks": [THERE]}],
        "fix": ["mkdir {{ root }}"],
        "also": ["mkdir -p {{ root }}/more"],
        "wrong": [["touch {{ root }}"], ["mkdir {{ root }}x"]],
        **more,
    }
    words = {
        "title": "T",
        "facts": {"there": {"title": "There is a directory", "why": "w"}},
        "hints": ["h", "i"],
        "explain": "e",
        **({"story": "s", "symptom": "s"} if "breaks" in more else {"goal": "g"}),
    }
    (exercise / "exercise.yaml").write_text(_written(structure))
    (exercise / "en.yaml").write_text(_written(words))
    return exercise


class _Plain(yaml.SafeDumper):
    """Writes a value out each time: lesson files know no references."""

    def ignore_aliases(self, _: object) -> bool:
        return True


def _written(value: object) -> str:
    return str(yaml.dump(value, Dumper=_Plain, sort_keys=False))
