"""The bench on which an engine is tried: one trial is one jail in the lab, with the engine, an image, and what to ask.

Whatever a trial leaves behind is seen, judged and removed before the next one.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from runner.checks import registry
from runner.checks.check_context import compare, judge
from runner.host import files, kernel
from runner.host.kernel import Identity
from runner.lab import jail, lab
from runner.lab.jail import Jail, Limits, Running
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import ABSENT, Finding

LONG = 1000  # seconds that a program sleeps, and a bit more: by that one is told from all others
BASE = "/containers"
IMAGE = f"{BASE}/image"
OWN = f"{BASE}/mydocker"  # the engine's own folder: what it keeps there is its business
ENGINE = f"{OWN}/mydocker"
SHEBANG = b"#!"
NOTES = "/run/mount"  # mount(8) keeps its own notes there
SETTLE = 2.0  # seconds for what ends, or becomes true, a moment after
MANY = 2000  # files that are looked at of those left behind
SHOWN = 5  # of many things that are left so many are named
WIDE = 60  # characters of a name
NONE = "none"


class World(NamedTuple):
    """What an engine may have left behind in its jail."""

    mounts: tuple[str, ...]
    cgroups: tuple[str, ...]
    processes: tuple[str, ...]
    files: tuple[str, ...]
    links: tuple[str, ...]


@dataclass
class Bench:
    """One round of a grade: a lab, the engine, the image, and what was found so far."""

    lab: Lab
    engine: bytes
    image: Mapping[str, bytes]
    salt: str
    limits: Limits
    deadline: float  # on the clock `time.monotonic`
    found: list[tuple[str, Finding]] = field(default_factory=list)

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Open a jail with the engine and the image in it."""
        image = {f"{IMAGE}/{name}": content for name, content in self.image.items()}
        with Jail(self.lab, BASE, {**image, ENGINE: self.engine}, self.limits) as opened:
            yield Trial(self, opened)

    def add(self, requirement: str, *findings: Finding) -> None:
        self.found += [(requirement, finding) for finding in findings]


class Trial:
    """The engine in its jail, and all that can be asked from outside."""

    def __init__(self, bench: Bench, opened: Jail) -> None:
        self.salt = bench.salt
        self.long, self.short = (f"{LONG}.{part}" for part in (bench.salt[:6], bench.salt[6:12]))
        self.add = bench.add
        self.seconds = max(0.5, min(bench.limits.seconds, bench.deadline - time.monotonic()))
        self._bench = bench
        self._jail = opened
        self.places: dict[str, Identity] = {"host": opened.first}
        self.before = self.world()

    # --- what is done ---

    def run(self, *command: str, data: bytes = b"", memory: str = "", pids: str = "") -> Running:
        """Start `mydocker run IMAGE COMMAND…`."""
        variables = {
            **lab.base_environment("dumb"),
            "HOST_SECRET": self.salt,
            **({"MYDOCKER_MEMORY": memory} if memory else {}),
            **({"MYDOCKER_PIDS": pids} if pids else {}),
        }
        interpreter = [] if self._bench.engine.startswith(SHEBANG) else ["/bin/sh"]
        running = self._jail.start([*interpreter, ENGINE, "run", IMAGE, *command], variables, data)
        if running.process:
            self.places["engine"] = running.process
        return running

    def done(self, *command: str, data: bytes = b"", memory: str = "", pids: str = "") -> Running:
        """Run a command in the engine to its end, or as far as its time goes."""
        running = self.run(*command, data=data, memory=memory, pids=pids)
        running.ends_within(self.seconds)
        return running

    def await_process(self, running: Running, place: str, *command: str) -> Identity | None:
        """Wait for the process with this command line, however deep in the jail, and give it the name of a place."""
        running.wait(lambda: self._named(place, " ".join(command)), self.seconds)
        return self.places.get(place)

    def _named(self, place: str, command: str) -> Identity | None:
        """Look for a process by its command line; the path of the program may be there or not."""
        for pid in self._jail.members():
            words = kernel.command(pid).partition(" ")
            if os.path.basename(words[0]) + words[1] + words[2] == command and (found := kernel.identity(pid)):  # noqa: PTH119
                self.places[place] = found
                return found
        return None

    def count(self, command: str) -> int:
        """Count the processes in the jail with this command line."""
        return sum(kernel.command(pid).endswith(command) for pid in self._jail.processes())

    # --- what is asked ---

    def facts(self, kind: str, within: float = 0.0, **params: Any) -> tuple[Finding, ...]:
        """Look by one of the checks that lessons use. A word that Python has taken for itself ends in `_`."""
        asked = {name.rstrip("_"): value for name, value in params.items()}
        if not self.pid(str(asked["of"])):  # it will not come back
            within = 0.0
        scene = registry.Scene(self.places, None, "", self._jail.group)
        return registry.await_check(Check(kind, asked, within), scene).findings

    def pid(self, place: str) -> int:
        """Return the PID of a place; 0 when nobody has that name, or is there no more."""
        found = self.places.get(place)
        return found.pid if found and kernel.alive(found) else 0

    def zombies(self, place: str) -> set[str]:
        """Return the PIDs that zombies have, seen from as deep as a place is: a zombie has no namespace any more."""
        depth = len(kernel.nested_pids(self.pid(place)))
        dead = (pid for pid in self._jail.processes() if (state := kernel.stat(pid)) and state.state in "ZX")
        return {str(numbers[-1]) for pid in dead if (numbers := kernel.nested_pids(pid)) and len(numbers) == depth}

    def world(self) -> World:
        """Look at all that could be left behind."""
        first = self._jail.first.pid
        mounts = (f"{mount.point} ({mount.fstype})" for mount in kernel.mounts(first))
        running = map(kernel.described, self._jail.processes())
        groups = self._jail.groups()
        return World(tuple(mounts), tuple(groups), tuple(running), tuple(_files(first)), kernel.links(first) or ())

    def left(self, *areas: str) -> tuple[Finding, ...]:
        """Tell what is there and was not before the engine ran, in some areas of the world, or in all."""
        areas = areas or World._fields
        deadline = time.monotonic() + SETTLE
        while True:
            now = self.world()
            more = {area: _more(getattr(self.before, area), getattr(now, area)) for area in areas}
            if not any(more.values()) or time.monotonic() > deadline:
                return tuple(_nothing(area, names) for area, names in more.items())
            time.sleep(jail.MOMENT)

    def image_kept(self) -> Finding:
        """Tell whether the image's files are what they were, and no others."""
        top = f"/proc/{self._jail.first.pid}/root{IMAGE}"
        there = {os.path.relpath(name, top): name for name in _walk(top) if not _is_folder(name)}
        wrong = sorted(
            {name for name, path in there.items() if not _holds(path, self._bench.image.get(name))}
            | {name for name in self._bench.image if name not in there}
        )
        return judge("grade.image", "same", " ".join(wrong[:SHOWN]) or "same", not wrong, IMAGE)


def ended(running: Running, status: int) -> Finding:
    """Tell whether a command ended, and with which status."""
    seen = "flood" if running.flooded else "running" if running.status is None else str(running.status)
    return compare("grade.status", status, seen, "mydocker")


def printed(running: Running, wanted: bytes) -> Finding:
    """Tell whether a command printed exactly this."""
    return judge("grade.output", _shown(wanted), _shown(running.output), running.output == wanted, "stdout")


def has(running: Running, wanted: str) -> Finding:
    """Tell whether this is a line of what a command printed."""
    there = wanted.encode() in running.output.splitlines()
    return judge("grade.output", wanted, wanted if there else _shown(running.output), there, "stdout")


def _shown(data: bytes) -> str:
    text = " ".join(data[:60].decode(errors="replace").split())
    return f"{text}… ({len(data)} bytes)" if len(data) > 60 else text or ABSENT


def _more(before: Iterable[str], now: Iterable[str]) -> list[str]:
    left = [*now]
    for name in before:
        if name in left:
            left.remove(name)
    return left


def _nothing(area: str, names: list[str]) -> Finding:
    told = ", ".join(name[:WIDE] for name in names[:SHOWN]) + (f" … ({len(names)})" if len(names) > SHOWN else "")
    return judge(f"grade.left.{area}", NONE, told or NONE, not names)


def _files(first: int) -> list[str]:
    """Return the paths of all that is in the folders of a jail that can be written, but for the engine's own and the
    image. What is mounted there since is not entered: it may be the whole machine.
    """
    top = f"/proc/{first}/root"
    folders = (BASE, *jail.FRESH)
    found = (name.removeprefix(top) for folder in folders for name in _walk(top + folder))
    kept = (*(f"{folder}/" for folder in (IMAGE, OWN)), NOTES)
    return sorted({name for name in found if not name.startswith(kept)})


def _walk(top: str) -> Iterator[str]:
    """Give the paths below a folder, at most MANY, and none below what is another file system.

    A link in its place, which a script can put there, would lead to a folder of the machine.
    """
    waiting, count = [top], 0
    try:
        folder = os.lstat(top)
    except OSError:
        return
    if not stat.S_ISDIR(folder.st_mode):
        return
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    if count > MANY:
                        return
                    yield entry.path
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(found.st_mode) and found.st_dev == folder.st_dev:
                        waiting.append(entry.path)
        except OSError:
            continue


def _is_folder(path: str) -> bool:
    return stat.S_ISDIR(os.lstat(path).st_mode)


def _holds(path: str, content: bytes | None) -> bool:
    """Tell whether a file, and not a link to one, has exactly this content. It may be endless, or never answer."""
    if content is None or Path(path).is_symlink():
        return False
    stream = files.opened(Path(path))
    if stream is None:
        return False
    with stream:
        return stream.read(len(content) + 1) == content
