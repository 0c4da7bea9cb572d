"""Which lessons are meant: by name, by number ("3"), by folder ("03-unshare"), or by the path of one from elsewhere."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runner.course import folders
from runner.host import bundled
from runner.messages.language import Language
from runner.records.errors import UsageError

if TYPE_CHECKING:
    from runner.course.folders import Card
    from runner.records.exercise import Exercise
    from runner.records.options import Options


RANDOM = "random"  # in place of an exercise's name


def catalogue(language: Language, extra: Sequence[Path] = ()) -> tuple[Card, ...]:
    """The lessons there are. Only with lessons from elsewhere every file is read whole: one may order them all."""
    if not extra:
        return folders.read(bundled.lessons(), language)
    from runner.course import load

    return folders.of(load.course(bundled.lessons(), extra=extra), language)


def ids(wanted: Sequence[str], language: Language, extra: Sequence[Path] = ()) -> tuple[str, ...]:
    """The ids of the lessons named on the command line, each once. Raises UsageError for one that does not exist."""
    if not wanted:
        return ()
    found = catalogue(language, extra)
    return tuple(dict.fromkeys(find(name, found).id for name in wanted))


def find(name: str, cards: Sequence[Card]) -> Card:
    for card in cards:
        if name.lower() in _names(card):
            return card
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), [card.id for card in cards], n=1, cutoff=0.5)
    if close:
        raise UsageError("unknown-lesson-near", name=name, near=close[0])
    raise UsageError("unknown-lesson", name=name, known=", ".join(card.id for card in cards))


def _names(card: Card) -> tuple[str, ...]:
    return card.id, str(card.number), f"{card.number:02}", card.folder.name


def exercise_id(name: str, language: Language, *, broken: bool) -> str:
    """The id that a name on the command line means: an exercise's, a lesson's practice, or one broken at random.

    Raises UsageError for one that does not exist; InvalidLesson when the files cannot be read.
    """
    from runner.course import load

    exercises = load.exercises(bundled.lessons(), load.course(bundled.lessons()))
    ids = {one.id: one for one in exercises}
    wanted = [one.id for one in exercises if one.broken]
    if broken and name == RANDOM and wanted:
        return random.choice(wanted)  # noqa: S311 -- no secret
    if name in ids:
        if broken and not ids[name].broken:
            raise UsageError("not-broken", name=name, known=", ".join(wanted))
        return name
    lessons = [] if broken else list(folders.read(bundled.lessons(), language))
    for card in lessons:
        if name.lower() in _names(card):
            return next((one.id for one in exercises if one.lesson == card.id), name)
    known = wanted if broken else [*ids, *(card.id for card in lessons)]
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    if close:
        raise UsageError("unknown-exercise-near", name=name, near=close[0])
    raise UsageError("unknown-exercise", name=name, known=", ".join(known))


def exercise(id: str, exercises: Sequence[Exercise], practised: Callable[[str], object]) -> Exercise:
    """The exercise of that id; without one, the first that was not practised yet, or the first of all."""
    if id:
        return next(one for one in exercises if one.id == id)
    return next((one for one in exercises if not practised(one.id)), exercises[0])


def with_paths(options: Options) -> Options:
    """The same where lessons are given by name only: a path of a lesson, or of a folder of them, is looked into."""
    names: list[str] = []
    folders = list(options.folders)
    for word in options.lessons:
        if "/" not in word and word not in (".", ".."):
            names.append(word)
            continue
        folder, found = _at(Path(word))
        names += found
        if folder not in folders and folder != Path(os.path.realpath(bundled.lessons())):
            folders.append(folder)
    return options._replace(lessons=tuple(names), folders=tuple(folders))


def _at(path: Path) -> tuple[Path, list[str]]:
    """The folder that holds the lesson, or the lessons, at a path; and their names."""
    whole = Path(os.path.realpath(path))
    if not whole.is_dir():
        raise UsageError("no-folder", path=str(path))
    alone = (whole / "lesson.yaml").exists()
    folder = whole.parent if alone else whole
    found = folders.names(folder)
    return folder, [name for place, name in found if not alone or place.name == whole.name]
