"""What a live lab tells other terminals: one small file in /run for each seat, root's own.

{"schema", "lesson", "mount", "group", "shells": [[pid, start]], "places": {name: [pid, start]},
"programs": {name: [pid, start]}, "step", "exercise", "told", "hostname", "values": {name: value}, "folders": [path],
"since", "stage", "names": {language: {name: words}}}.
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


@dataclass(frozen=True)
class Notice:
    """A lab as other terminals know it. `places`: its own shell first, then the shells that were entered, in order."""

    lesson: str
    mount: str  # source of the lab's tmpfs
    group: str  # the lab's own control group: the root of what is seen inside
    places: Mapping[str, Identity] = field(default_factory=dict)
    shells: tuple[Identity, ...] = ()  # the own shell of each terminal, the host's first
    programs: Mapping[str, Identity] = field(default_factory=dict)  # Steps started these; some may have ended.
    step: str = ""  # the lesson's next one; empty when all are done
    exercise: str = ""  # It is empty in a lesson.
    told: bool = True  # whether the student knows the titles of all facts of the exercise
    hostname: str = ""  # The machine had this name before the lab.
    values: Mapping[str, str] = field(default_factory=dict)  # Commands and checks use these variables.
    folders: Sequence[str] = ()  # Lessons from elsewhere are in these.
    since: float = 0.0  # The lesson began then, in seconds since the epoch.
    stage: Mapping[str, Any] = field(
        default_factory=dict
    )  # The instructor's screen shows this, for the presenter view.
    names: Names = field(default_factory=dict)  # People read these for the places, by language.

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


def path(seat: str) -> Path:
    return RUN / f"{seat}.json"


def post(seat: str, notice: Notice) -> None:
    """Replace the seat's file, whole or not at all. Only the seat's holder does this."""
    document = {
        "schema": SCHEMA,
        "lesson": notice.lesson,
        "mount": notice.mount,
        "group": notice.group,
        "places": notice.places,
        "shells": notice.shells,
        "programs": notice.programs,
        "step": notice.step,
        "exercise": notice.exercise,
        "told": notice.told,
        "hostname": notice.hostname,
        "values": dict(notice.values),
        "folders": notice.folders,
        "since": notice.since,
        "stage": notice.stage,
        "names": notice.names,
    }
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
        names = ("step", "exercise", "told", "hostname", "values", "folders", "since", "stage", "names")
        said = {name: found[name] for name in names}
        return (
            Notice(found["lesson"], found["mount"], found["group"], living, shells, programs, **said)
            if HOST in living
            else None
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def withdraw(seat: str) -> None:
    for file in (path(seat), path(seat).with_suffix(".new")):
        private_folder.remove((RUN,), file.name)
