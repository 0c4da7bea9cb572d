"""A room with machines, and a teacher's folder for them, made once for all tests of this folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import NamedTuple

import pytest

from runner.host import kernel
from runner.lab import seats, snapshot
from tests.conftest import digest, files, new_files
from tests.machines.room import Room, run
from tests.support.command import CHECKOUT, semdocker
from tests.support.waiting import until

ACCOUNTS = [f"ana{number}" for number in range(15)]
GOOD = {  # those that go through it all, with seats of every kind
    "desk": ["zeca"],  # one student, under a login of another name
    "hall": [*ACCOUNTS, *(f"bia{number}" for number in range(14))],  # accounts, and seats of one login
}
FULL, DYING = "full", "gone"  # one whose disk is full, and one that falls silent in mid-run
DEB = "busybox-static"

ANSIBLES = [
    *{  # each that is on the path, by one name
        os.path.realpath(found): found
        for folder in os.environ["PATH"].split(":")
        if os.access(found := f"{folder}/ansible-playbook", os.X_OK)
    }.values()
] or ["ansible-playbook"]


class Played(NamedTuple):
    """What a playbook said, and how each machine did: its counts by their names."""

    status: int
    said: str
    counts: dict[str, dict[str, int]]


class Teacher:
    """Plays the playbooks of a folder."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.room, self.folder = room, folder

    def command(self, playbook: str, *words: str, ansible: str = "") -> list[str]:
        environment = [f"HOME={self.room.folder}", f"PATH={os.environ['PATH']}", "LC_ALL=C.UTF-8", "ANSIBLE_NOCOLOR=1"]
        program = [ansible or ANSIBLES[0], playbook, *words]
        return [*self.room.enter, "env", "-i", f"--chdir={self.folder}", *environment, *program]

    def plays(self, playbook: str, *words: str, ansible: str = "") -> Played:
        return self.read(
            subprocess.run(
                self.command(playbook, *words, ansible=ansible),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        )

    def watches(self, playbook: str, machine: str, task: str) -> Played:
        """Play it, and pull a machine's plug as soon as a task begins."""
        said = ""
        with subprocess.Popen(
            self.command(playbook), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as play:
            assert play.stdout
            for line in play.stdout:
                said += line
                if task in line:
                    self.room.cut(machine)
        return self.read(subprocess.CompletedProcess([], play.returncode, said))

    @staticmethod
    def read(done: subprocess.CompletedProcess[str]) -> Played:
        rows = re.findall(r"^(\w+) +: (ok=.*)$", done.stdout, re.MULTILINE)
        counts = {name: {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", row)} for name, row in rows}
        return Played(done.returncode, done.stdout, counts)


@pytest.fixture(autouse=True)
def untouched() -> None:
    """The machine is compared around the whole room: its processes come and go between these tests."""


@pytest.fixture(scope="session")
def room() -> Iterator[Room]:
    """Open the room; after the last test the machine must be as it was."""
    journal = seats.journal_of("default")
    before, listing, looks = snapshot.take(journal), files(), digest()
    children = set(kernel.descendants(os.getpid()))
    folder = Path(mkdtemp(prefix="room."))  # a socket's path is short
    room = Room(folder)
    try:
        for name in (*GOOD, FULL, DYING):
            room.add(name)
        yield room
    finally:
        room.close()
        shutil.rmtree(folder)
    assert snapshot.compare(before, snapshot.take(journal)) == ()
    until(lambda: set(kernel.descendants(os.getpid())) <= children)
    assert new_files(listing) == set()
    assert digest() == looks


@pytest.fixture(scope="session")
def teacher(room: Room) -> Teacher:
    """A folder from `class init`, with all that machines without internet need."""
    listed = room.folder / "list"
    listed.write_text("".join(f"{name} {' '.join(seats)}\n" for name, seats in GOOD.items()) + f"{FULL}\n{DYING}\n")
    folder = room.folder / "class"
    done = semdocker("class", "init", str(folder), "--hosts", str(room.config), "--lang", "en")
    assert done.returncode == 0, done.stderr
    (folder / "inventory.yml").unlink()
    done = semdocker("class", "init", str(room.folder / "listed"), "--hosts", str(listed), "--lang", "en")
    assert done.returncode == 0, done.stderr
    text = (room.folder / "listed" / "inventory.yml").read_text()
    common = "    ansible_ssh_common_args: -F '{{ inventory_dir }}/ssh_config'\n"
    (folder / "inventory.yml").write_text(text.replace("  hosts:\n", common + "  hosts:\n"))
    wheels = folder / "wheels"
    run(sys.executable, "-m", "pip", "wheel", "-q", "-w", str(wheels), str(CHECKOUT))
    run("apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", DEB, cwd=wheels)
    room.machines["desk"].console(f"dpkg --purge --force-depends {DEB}")
    room.machines[FULL].console(
        "mkdir -p /var/cache/semdocker-class && mount -t tmpfs -o size=64k full /var/cache/semdocker-class"
    )
    room.machines["hall"].put(b"", "/var/cache/semdocker-class/semdocker-99-py3-none-any.whl")  # of earlier days
    return Teacher(room, folder)


@pytest.fixture(scope="session")
def prepared(teacher: Teacher) -> Played:
    """What was said when the machines were prepared, one of which has a full disk, and another fell silent."""
    return teacher.watches("prepare.yml", DYING, "install semdocker")
