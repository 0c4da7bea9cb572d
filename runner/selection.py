"""Which lessons are meant: by name, by number ("3"), by folder ("03-unshare"), or by the path of one from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from runner import cards, data
from runner.errors import UsageError
from runner.language import Language

if TYPE_CHECKING:
    from runner.cards import Card
    from runner.options import Options


def catalogue(language: Language, extra: Sequence[Path] = ()) -> tuple[Card, ...]:
    """The lessons there are. Only with lessons from elsewhere every file is read whole: one may order them all."""
    if not extra:
        return cards.read(data.lessons(), language)
    from runner import load

    return cards.of(load.course(data.lessons(), extra=extra), language)


def ids(wanted: Sequence[str], language: Language, extra: Sequence[Path] = ()) -> tuple[str, ...]:
    """The ids of the lessons named on the command line, each once. Raises UsageError for one that does not exist."""
    if not wanted:
        return ()
    found = catalogue(language, extra)
    return tuple(dict.fromkeys(find(name, found).id for name in wanted))


def find(name: str, cards: Sequence[Card]) -> Card:
    for card in cards:
        if name.lower() in (card.id, str(card.number), f"{card.number:02}", card.folder.name):
            return card
    from difflib import get_close_matches

    close = get_close_matches(name.lower(), [card.id for card in cards], n=1, cutoff=0.5)
    if close:
        raise UsageError("unknown-lesson-near", name=name, near=close[0])
    raise UsageError("unknown-lesson", name=name, known=", ".join(card.id for card in cards))


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
        if folder not in folders and folder != Path(os.path.realpath(data.lessons())):
            folders.append(folder)
    return options._replace(lessons=tuple(names), folders=tuple(folders))


def _at(path: Path) -> tuple[Path, list[str]]:
    """The folder that holds the lesson, or the lessons, at a path; and their names."""
    whole = Path(os.path.realpath(path))
    if not whole.is_dir():
        raise UsageError("no-folder", path=str(path))
    alone = (whole / "lesson.yaml").exists()
    folder = whole.parent if alone else whole
    found = cards.names(folder)
    return folder, [name for place, name in found if not alone or place.name == whole.name]
