"""Which lessons are meant: by name, by number ("3") or by folder ("03-unshare")."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.errors import UsageError
from runner.language import Language

if TYPE_CHECKING:
    from runner.cards import Card


def ids(wanted: Sequence[str], language: Language) -> tuple[str, ...]:
    """The ids of the lessons named on the command line, each once. Raises UsageError for one that does not exist."""
    if not wanted:
        return ()
    from runner import cards, data

    found = cards.read(data.lessons(), language)
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
