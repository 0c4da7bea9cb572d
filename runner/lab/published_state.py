"""What a live lab tells other terminals: one small file in /run for each seat, root's own.

{"schema", "lesson", "mount", "group", "shells": [[pid, start]], "places": {name: [pid, start]},
"programs": {name: [pid, start]}, "step", "exercise", "told", "exam", "hostname", "values": {name: value},
"folders": [path], "since", "stage", "names": {language: {name: words}}, "who",
"titles": {language: {"lesson", "step", "exercise"}}, "done", "steps", "true", "facts", "moved", "help"}.
It is believed only while somebody holds the seat (`seats.published`) and only about processes that live: a stale file
is harmless.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from runner.host import files, kernel
from runner.host.kernel import Identity
from runner.lab import front, private_folder
from runner.lab.locks import RUN
from runner.messages.place_names import Names

SCHEMA = "semdocker/seat/1"
HOST = "host"  # the lab's own shell
NAMED = ("names", "titles")
FOREVER = 1e11  # seconds since the epoch; any date can be told of what is less


@dataclass(frozen=True)
class Notice:
    """A lab as other terminals know it. `places`: its own shell first, then the shells that were entered, in order."""

    lesson: str
    mount: str  # source of the lab's tmpfs
    group: str  # the control group that is the root of what is seen inside
    places: Mapping[str, Identity] = field(default_factory=dict)
    shells: tuple[Identity, ...] = ()  # the own shell of each terminal, the host's first
    programs: Mapping[str, Identity] = field(default_factory=dict)  # Steps started these; some may have ended.
    step: str = ""  # the lesson's next one; empty when all are done
    exercise: str = ""  # It is empty in a lesson.
    told: bool = True  # whether the student knows the titles of all facts of the exercise
    exam: bool = False  # whether it is one of an exam, in which nothing is told of them
    hostname: str = ""  # The machine had this name before the lab.
    values: Mapping[str, str] = field(default_factory=dict)  # Commands and checks use these variables.
    folders: Sequence[str] = ()  # Lessons from elsewhere are in these.
    since: float = 0.0  # The lesson began then, in seconds since the epoch.
    stage: Mapping[str, Any] = field(
        default_factory=dict
    )  # The instructor's screen shows this, for the presenter view.
    names: Names = field(default_factory=dict)  # People read these for the places, by language.
    who: str = ""  # the login of whoever is at it
    titles: Names = field(default_factory=dict)  # by language, of the lesson and its next step, or of the exercise
    done: int = 0  # steps of the lesson,
    steps: int = 0  # of so many
    true: int = 0  # facts of the exercise, or of the next step,
    facts: int = 0  # of so many
    moved: float = 0.0  # Then, in seconds since the epoch, it came farther than ever before.
    help: float = 0.0  # Since then the student asks for help; 0 when none is asked for.

    def entering(self, name: str, process: Identity) -> Notice:
        """Return the same notice with one more shell, which is the innermost now."""
        others = {place: known for place, known in self.places.items() if place != name}
        return replace(self, places={**others, name: process})

    @property
    def shell(self) -> Identity:
        return self.places[HOST]

    def entered(self) -> Iterator[Identity]:
        """Find what each terminal is in, the newest first: a program in its foreground that is not its own shell."""
        for shell in reversed(self.shells):
            state = kernel.stat(shell.pid) if kernel.alive(shell) else None
            inside = kernel.identity(front.find(state.foreground, state.parent)) if state else None
            if inside and inside != shell:
                yield inside


NOTHING = Notice("", "", "")
SAID = vars(NOTHING).keys() - {"places", "shells", "programs"}  # what is no process


def path(seat: str) -> Path:
    return RUN / f"{seat}.json"


def post(seat: str, notice: Notice) -> None:
    """Replace the seat's file, whole or not at all. Only the seat's holder does this."""
    document = {"schema": SCHEMA, **vars(notice)}
    fresh = path(seat).with_suffix(".new")
    private_folder.remove((RUN,), fresh.name)  # a killed holder of the seat may have left one
    files.replace(path(seat), json.dumps(document).encode(), 0o600, through=fresh)


def read(seat: str) -> Notice | None:
    """Read what the seat's file tells of living processes; None without a file that we understand or a living shell."""
    try:
        found = json.loads(private_folder.read((RUN,), path(seat).name))
        if found["schema"] != SCHEMA:
            return None
        places = {name: Identity(*process) for name, process in found["places"].items()}
        shells = tuple(Identity(*shell) for shell in found["shells"])
        living = {name: process for name, process in places.items() if kernel.alive(process)}
        programs = {name: Identity(*process) for name, process in found["programs"].items()}
        said = {name: _sound(name, found[name]) for name in SAID if name in found}  # An older version says less.
        return Notice(**said, places=living, shells=shells, programs=programs) if HOST in living else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _sound(name: str, found: Any) -> Any:
    """Return what was found under a name. Raise TypeError when it is nothing that we would write there."""
    if not (_is_named(found) if name in NAMED else _is_like(found, vars(NOTHING)[name])):
        raise TypeError(name)
    return found


def _is_like(found: Any, known: Any) -> bool:
    if isinstance(known, float):
        return type(found) in (int, float) and 0 <= found < FOREVER
    if isinstance(known, tuple):
        return isinstance(found, list) and all(isinstance(one, str) for one in found)
    return type(found) is type(known)


def _is_named(found: Any) -> bool:
    return isinstance(found, dict) and all(
        isinstance(words, dict) and all(isinstance(word, str) for word in words.values()) for words in found.values()
    )


def withdraw(seat: str) -> None:
    for file in (path(seat), path(seat).with_suffix(".new")):
        private_folder.remove((RUN,), file.name)
