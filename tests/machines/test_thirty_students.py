"""Thirty students on two machines: prepared, seen, collected, rolled up, graded and cleaned by Ansible."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from runner.learner import progress, progress_json
from tests.conftest import the_course
from tests.machines.conftest import ACCOUNTS, ANSIBLES, DYING, FULL, GOOD, Played, Teacher
from tests.machines.room import Machine, Room
from tests.support.collected_class import students
from tests.support.command import CHECKOUT, semdocker
from tests.support.student import Student

pytestmark = [pytest.mark.machines, pytest.mark.root, pytest.mark.timeout(600)]

HERE = ":".join(GOOD)
SEATS = {seat: machine for machine, seats in GOOD.items() for seat in seats}
CORRUPT, ENGINEER, ABSENT = "ana3", "ana4", "ana5"
PIPE, ENDLESS = "ana6", "ana7"  # what these have as an engine
STUCK, ASKING, MOVING = ("zeca", "bia0"), "bia1", "bia2"
GUESS = "{{ lookup('pipe', 'id') }} {% raw %} \"'\\ é \x1b[2J \udcff"  # what somebody may answer
STATE = ".local/state/semdocker"
ENGINE = ".local/share/semdocker/mydocker/mydocker"


def bring(machine: Machine, seat: str, document: bytes) -> None:
    """Let a student have done something before: with an account, or as root on a seat."""
    own = seat in ACCOUNTS
    path = f"/home/{seat}/{STATE}/progress.json" if own else f"/root/{STATE}/progress-{seat}.json"
    machine.put(document, path)
    if own:
        machine.console(f"chown -R {seat}: /home/{seat}")


@pytest.fixture(scope="module")
def thirty(prepared: Played, room: Room) -> None:
    """Mixed progress for all but a few who are at work, one who never came, and one whose file is corrupt."""
    room.machines["hall"].console("".join(f"useradd -m {seat}\n" for seat in ACCOUNTS))
    course = the_course()
    for (_, done), (seat, machine) in zip(students(course, len(SEATS), lessons=6), SEATS.items(), strict=True):
        if seat in (*STUCK, ASKING, MOVING, ABSENT):
            continue
        document = progress_json.written(progress.with_prediction(done, "hostname", "rename", GUESS, "x", right=False))
        bring(room.machines[machine], seat, b'{"schema": ' if seat == CORRUPT else document)
    engine = (CHECKOUT / "tests" / "teacher" / "engines" / "reference.sh").read_bytes()
    room.machines["hall"].put(engine, f"/home/{ENGINEER}/{ENGINE}")
    for seat, line in (PIPE, "mkfifo"), (ENDLESS, "truncate --size 1T"):
        path = f"/home/{seat}/{ENGINE}"
        room.machines["hall"].console(f"mkdir -p {path.removesuffix('/mydocker')} && {line} {path}")


@contextmanager
def at_work(room: Room) -> Iterator[dict[str, Student]]:
    """Those who are at work: each logs in over SSH, on the machine's own seat or one that they name."""
    here = {}
    for seat in (*STUCK, ASKING, MOVING):
        ssh = (*room.enter, "ssh", "-tt", "-F", str(room.config), SEATS[seat], "semdocker")
        here[seat] = Student("hostname", program=ssh, seat="" if seat == "zeca" else seat)
    yield here
    for student in here.values():
        student.hang_up()


def seen(room: Room) -> dict[str, dict[str, Any]]:
    """What `class --json` tells of all machines, seat by seat."""
    found: dict[str, dict[str, Any]] = {}
    for name in GOOD:
        document = json.loads(room.machines[name].console("semdocker class --json --lang en"))
        assert (document["schema"], document["host"]) == ("semdocker/class/1", name)
        found |= {one["seat"]: one for one in document["seats"]}
    return found


def test_a_class_of_thirty(thirty: None, teacher: Teacher, room: Room, tmp_path: Path) -> None:
    assert len(SEATS) == 30
    assert teacher.plays("lesson.yml", "--limit", HERE, "-e", "lesson=hostname").status == 0
    with at_work(room) as here:
        here[STUCK[1]].wanders("ls")
        here[ASKING].key("a")
        here[ASKING].asked()
        here[MOVING].press("\r")
        here[MOVING].press("\r")
        now = seen(room)
        assert now.keys() == here.keys()
        assert {seat for seat, one in now.items() if one["help"]} == {ASKING}
        assert {seat for seat, one in now.items() if not one["steps_done"]} == {*STUCK, ASKING}
        assert now[MOVING]["moved"] > max(now[seat]["moved"] for seat in STUCK)
        shown = teacher.plays("class.yml", "--limit", HERE).said
        assert all(seat in shown for seat in here) and "has asked for help" in shown
        collected(teacher, room)
        left_alone = teacher.plays("cleanup.yml", "--limit", HERE)
        assert left_alone.status == 0 and "Somebody works here" in left_alone.said
        assert seen(room).keys() == here.keys()
        ended = teacher.plays("cleanup.yml", "--limit", HERE, "-e", "end=true")
        assert ended.status == 0, ended.said
    rolled_up(teacher, tmp_path)
    graded(teacher)
    assert all(teacher.plays("cleanup.yml", "--limit", HERE).counts[name]["changed"] == 0 for name in GOOD)
    removed(teacher, room)


def collected(teacher: Teacher, room: Room) -> None:
    """Each Ansible fetches the same; the corrupt file and the machines that are away are named."""
    some = json.dumps({"seats": ["ana0", CORRUPT]})
    for ansible, words in (ANSIBLES[0], ("--limit", "hall", "-e", some)), (ANSIBLES[-1], ()):
        played = teacher.plays("collect.yml", *words, ansible=ansible)
        assert {*re.findall(r"(\w+): semdocker: ", played.said)} == {CORRUPT}, played.said
        assert played.counts["hall"]["failed"] == 1
    assert f"that they can read: {PIPE}, {ENDLESS}" in played.said
    assert not played.counts["desk"]["failed"]
    assert played.counts[DYING]["unreachable"] == 1
    assert played.counts[FULL]["failed"] == 1
    for seat, machine in SEATS.items():
        found = json.loads((teacher.folder / "collected" / f"{machine}-{seat}.json").read_text())
        assert (found["schema"], found["host"], found["seat"]) == ("semdocker/progress-report/1", machine, seat)
    found = json.loads((teacher.folder / "collected" / "hall-ana0.json").read_text())
    hostname = next(one for one in found["lessons"] if one["id"] == "hostname")
    assert hostname["records"]["predictions"]["rename"]["guess"] == GUESS
    assert (teacher.folder / "collected").stat().st_mode & 0o77 == 0
    assert [path.name for path in (teacher.folder / "scripts").iterdir()] == [f"hall-{ENGINEER}.sh"]


def rolled_up(teacher: Teacher, tmp_path: Path) -> None:
    """All who have progress are in the roll-up; the corrupt file is named, and is nobody's zero."""
    collected = str(teacher.folder / "collected")
    done = semdocker("class", "report", collected, "--by-file", "--json", "--lang", "en")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    begun = {one["student"]: one["steps"]["done"] for one in report["students"]}
    assert len(begun) == len(report["students"])
    assert {f"{machine}-{seat}" for seat, machine in SEATS.items() if seat != CORRUPT} <= begun.keys()
    (left,) = [one for one in report["not_counted"]["files"] if CORRUPT in one["file"]]
    assert left["reason"] == "noted"
    assert begun[f"hall-{MOVING}"] == 2 and begun[f"hall-{ABSENT}"] == 0


def graded(teacher: Teacher) -> None:
    played = teacher.plays("grade.yml")
    assert played.status == 0, played.said
    with (teacher.folder / "grades.csv").open() as file:
        (row,) = csv.DictReader(file)
    assert (row["script"], row["percent"]) == (f"hall-{ENGINEER}.sh", "100.0")


def removed(teacher: Teacher, room: Room) -> None:
    """The machines are as they were, but for what is the students'."""
    assert teacher.plays("remove.yml", "--limit", HERE).status == 0
    again = teacher.plays("remove.yml", "--limit", HERE)
    assert all(again.counts[name]["changed"] == 0 for name in GOOD)
    ours = "/opt/semdocker /usr/local/bin/semdocker /var/cache/semdocker-class /var/lib/semdocker /run/semdocker"
    for name in GOOD:
        machine = room.machines[name]
        assert machine.console(f"ls -d {ours} /etc/profile.d/semdocker* 2>/dev/null || true") == ""
        assert "SEMDOCKER" not in machine.console("cat /etc/environment")
        assert machine.console("hostname") == f"{name}\n"
        assert machine.console("ls /sys/fs/cgroup/* | grep semdocker || true") == ""
    assert room.machines["hall"].console(f"ls /home/ana1/{STATE}") == "progress.json\n"
