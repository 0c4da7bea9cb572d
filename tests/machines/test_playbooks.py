"""The playbooks of `class init`, played by each Ansible that is here against machines over SSH."""

from __future__ import annotations

import shutil

import pytest

from tests.conftest import the_course
from tests.machines.conftest import ANSIBLES, DEB, DYING, FULL, GOOD, Played, Teacher
from tests.machines.room import Room

pytestmark = [pytest.mark.machines, pytest.mark.root, pytest.mark.timeout(600)]
each = pytest.mark.parametrize("ansible", ANSIBLES)
IDLE = {"changed": 0, "unreachable": 0, "failed": 0}
HERE = ":".join(GOOD)


def idle(played: Played) -> bool:
    return all(played.counts[name].items() >= IDLE.items() for name in GOOD)


def test_there_is_an_ansible() -> None:
    assert all(map(shutil.which, ANSIBLES))


def test_check_on_fresh_machines_says_what_would_change_and_changes_nothing(teacher: Teacher, room: Room) -> None:
    room.add("fresh")
    (teacher.folder / "ssh_config").write_text(room.config.read_text())
    (teacher.folder / "fresh.yml").write_text("all: {hosts: {fresh: {seats: [fresh]}}}\n")
    words = ("-i", "inventory.yml", "-i", "fresh.yml", "--limit", "fresh")
    played = teacher.plays("prepare.yml", "--check", *words)
    assert played.status == 0, played.said
    assert played.counts["fresh"]["changed"] > 0
    ours = "/opt/semdocker /usr/local/bin/semdocker /var/cache/semdocker-class"
    assert room.machines["fresh"].console(f"ls -d {ours} 2>&1 | grep -v 'No such file' || true") == ""
    assert "SEMDOCKER" not in room.machines["fresh"].console("cat /etc/environment")


def test_one_fails_one_falls_silent_and_the_others_are_prepared(prepared: Played, room: Room) -> None:
    assert prepared.status != 0
    assert {name for name, counts in prepared.counts.items() if counts["failed"]} == {FULL}, prepared.said
    assert {name for name, counts in prepared.counts.items() if counts["unreachable"]} == {DYING}, prepared.said
    assert "No space left on device" in prepared.said
    for name in GOOD:
        assert room.machines[name].console("semdocker --version").startswith("semdocker ")
    assert room.machines["desk"].console(f"dpkg-query -Wf '${{db:Status-Status}}' {DEB}") == "installed"


@pytest.mark.parametrize(("ansible", "words"), [(ANSIBLES[0], ("--check",)), (ANSIBLES[-1], ())])
def test_again_nothing_changes(ansible: str, words: tuple[str, ...], prepared: Played, teacher: Teacher) -> None:
    played = teacher.plays("prepare.yml", "--limit", HERE, *words, ansible=ansible)
    assert played.status == 0, played.said
    assert idle(played), played.said
    assert "DEPRECAT" not in played.said and "WARNING" not in played.said, played.said


@each
def test_fit_or_not_is_told_machine_by_machine(ansible: str, prepared: Played, teacher: Teacher, room: Room) -> None:
    room.machines["hall"].console("mv /usr/sbin/nft /usr/sbin/nft.away")
    try:
        played = teacher.plays("doctor.yml", "--limit", HERE, "-e", "lesson=network", ansible=ansible)
        other = teacher.plays("doctor.yml", "--limit", "hall", "-e", "lesson=hostname", ansible=ansible)
    finally:
        room.machines["hall"].console("mv /usr/sbin/nft.away /usr/sbin/nft")
    assert [name for name in GOOD if played.counts[name]["failed"]] == ["hall"], played.said
    assert "These lessons cannot run here: network" in played.said
    assert "apt-get install" in played.said  # the cure
    assert other.status == 0, other.said


@each
def test_the_lesson_of_the_day_greets_whoever_logs_in(
    ansible: str, prepared: Played, teacher: Teacher, room: Room
) -> None:
    desk = room.machines["desk"]
    for words, changed in (("--check",), 1), ((), 1), ((), 0):
        told = teacher.plays("lesson.yml", "--limit", "desk", "-e", "lesson=hostname", *words, ansible=ansible)
        assert (told.status, told.counts["desk"]["changed"]) == (0, changed), told.said
    title = the_course().lesson("hostname").words["en"].title
    assert desk.console("bash -lic true 2>/dev/null") == f"Today: “{title}”. Type: semdocker learn hostname\n"
    assert desk.console("bash -lc true") == ""  # a program that logs in reads what it expects
    for changed in 1, 0:
        cleaned = teacher.plays("cleanup.yml", "--limit", "desk", ansible=ansible)
        assert (cleaned.status, cleaned.counts["desk"]["changed"]) == (0, changed), cleaned.said
    assert "semdocker" not in desk.console("ls /etc/profile.d")


def test_a_lesson_that_is_none_is_refused(prepared: Played, teacher: Teacher) -> None:
    unknown = teacher.plays("lesson.yml", "--limit", "desk", "-e", "lesson=nothing")
    assert unknown.status != 0 and "There is no such lesson. There are: rootfs, chroot" in unknown.said
    assert "Say which lesson" in teacher.plays("lesson.yml", "--limit", "desk").said
