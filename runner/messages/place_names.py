"""What people read for the places of a lesson (`container`, `cafe`): the names that its words give them.

Commands, options, lesson files and JSON have the ids. A place without a name in the language that is spoken goes by a
name that the catalog has, or by its id.
"""

from __future__ import annotations

from collections.abc import Mapping

from runner.messages import language
from runner.messages.translatable import N_

Names = Mapping[str, Mapping[str, str]]  # by language, then by id

COMMON = {"container": N_("container"), "host": N_("host")}  # The words of a lesson need not name these.
_known: Names = {}


def know(names: Names) -> None:
    """Call places by these names from now on: those of the lab that is open, or that is looked at."""
    global _known  # noqa: PLW0603 -- A process is at one lab at a time.
    _known = names


def known() -> Names:
    return _known


def merged(*several: Names) -> dict[str, dict[str, str]]:
    """Return all these names; the later ones count more."""
    found: dict[str, dict[str, str]] = {}
    for names in several:
        for spoken, here in names.items():
            found.setdefault(spoken, {}).update(here)
    return found


def shown(id: str) -> str:
    """Return the name of a place in the language that is spoken."""
    return named(_known.get(language.spoken(), {}), id)


def named(names: Mapping[str, str], id: str) -> str:
    """Return the name of a place by these names, which the words of one lesson give in the language that is spoken."""
    return names.get(id) or (language.translate(COMMON[id]) if id in COMMON else id)
