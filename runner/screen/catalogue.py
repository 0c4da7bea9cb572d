"""The list of lessons: apart from the other pages, because `list` is to answer at once and needs little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runner.messages.sentences import text

if TYPE_CHECKING:
    from runner.course.folders import Card
    from runner.screen.face import Face


def catalogue(face: Face, cards: Sequence[Card]) -> None:
    head = [text("list.number"), text("list.lesson"), text("list.minutes"), text("list.title")]
    face.table(head, [[str(card.number), card.id, str(card.minutes), card.title] for card in cards])
    face.gap()
    face.say(text("list.hint"), "dim")
