"""What seats are called, and which one is whose: two people who use sudo on one machine do not meet."""

from __future__ import annotations

import json
import pwd
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from runner.host.login import Person
from runner.lab import seat_names, seats
from runner.lab.lab import Lab
from runner.records.errors import UsageError
from tests.conftest import BASE
from tests.support.command import semdocker
from tests.support.powercut import cut_power

root = pytest.mark.root
NOBODY = pwd.getpwnam("nobody")
SUDO: Mapping[str, Any] = {"SUDO_UID": str(NOBODY.pw_uid), "SUDO_GID": str(NOBODY.pw_gid)}


def person(name: str, uid: int = 1000) -> Person:
    return Person(name, uid, uid, Path("/nonexistent"), Path("/nonexistent"), behind_sudo=True)


@pytest.mark.parametrize("name", ["maria", "20231234", "a", "sala-3", "a" * 31])
def test_names(name: str) -> None:
    assert seat_names.valid(name) == name


@pytest.mark.parametrize(
    ("name", "key"),
    [(name, "seat-name") for name in ("", "Maria", "-x", "a/b", "..", "joão", "a b", "a\n", "²")]
    + [("a" * 32, "seat-name-long")],
)
def test_what_is_no_name_says_why(name: str, key: str) -> None:
    with pytest.raises(UsageError) as error:
        seat_names.valid(name)
    assert error.value.key == key


@pytest.mark.parametrize("name", ["maria", "20231234", "jo-doe", "a" * 31])
def test_a_login_that_is_a_seat_s_name_is_its_seat(name: str) -> None:
    assert seat_names.own(person(name)) == name
    assert seat_names.own(person("root", 0)) == "default"


@pytest.mark.parametrize(
    ("name", "start"), [("Maria.Silva", "maria-silva-"), ("_apt", "apt-"), ("a" * 32, "a" * 22 + "-"), ("ü", "")]
)
def test_another_login_is_still_known_in_its_seat(name: str, start: str) -> None:
    seat = seat_names.valid(seat_names.own(person(name)))
    assert seat.startswith(start)
    assert seat == seat_names.own(person(name)), "always the same"


def test_no_two_logins_have_one_seat() -> None:
    """Those that are cut or changed to the same letters, and one that is called like root's seat."""
    logins = [
        "jo.doe",
        "jo_doe",
        "jo-doe",
        "Jo-Doe",
        "a" * 31,
        "a" * 32,
        "a" * 33,
        "ü",
        "ä",
        "_",
        "odd\udcff",
        "default",
    ]
    seats_of = {seat_names.valid(seat_names.own(person(name))) for name in logins}
    assert len(seats_of) == len(logins)
    assert seat_names.DEFAULT not in seats_of


def test_the_same_command_on_another_seat() -> None:
    typed = ["--lang", "pt", "--guessed", "learn", "--seat", "x", "chroot", "--seat=y", "--set", "memory=1M"]
    assert seat_names.on_another(typed) == "semdocker --lang pt learn chroot --set memory=1M --seat NAME"
    assert seat_names.on_another([]) == "semdocker --seat NAME"


@root
def test_a_second_student_behind_sudo_just_works(running: Lab) -> None:
    """Nobody names a seat. One run has the default seat, and is neither waited for nor ended."""
    done = semdocker("run", "hostname", "--plain", **SUDO)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert running.terminal.lives()


@root
def test_who_finds_a_seat_taken_is_told_the_command_to_type(seat: int) -> None:
    done = semdocker("run", "hostname", "--plain", "--set", "hostname=aula")
    assert done.returncode == 6
    assert "\n    semdocker run hostname --plain --set hostname=aula --seat NAME\n" in done.stderr
    assert not any(word in done.stderr for word in ("stop", "end it", "kill", "cleanup"))


@root
@pytest.mark.parametrize("verb", [["check"], ["xray"], ["check", "--json"], ["xray", "--json"]])
def test_looking_finds_the_own_seat_and_names_the_others(running: Lab, verb: list[str]) -> None:
    variable: Mapping[str, Any] = {"SEMDOCKER_SEAT": "nobody"}
    for named in (SUDO, variable):
        done = semdocker(*verb, **named)
        assert (done.returncode, done.stdout) == (8, "")
        assert "No lab is live on seat nobody. Live now, with --seat: default." in " ".join(done.stderr.split())


@root
def test_a_variable_names_the_seat(running: Lab) -> None:
    assert json.loads(semdocker("xray", "--json", **SUDO, SEMDOCKER_SEAT="default").stdout)["seat"] == "default"


@root
def test_a_cleanup_of_one_s_own_leaves_a_colleague_s_lab_alone(running: Lab) -> None:
    done = semdocker("cleanup", "--yes", **SUDO)
    assert done.returncode == 0
    assert "seat default" in done.stdout
    assert "left alone" in done.stdout
    assert running.terminal.lives()


@root
def test_a_cleanup_takes_what_a_colleague_s_killed_run_left() -> None:
    with seats.hold("colleague") as lock:
        opened = Lab.open("colleague", lock, BASE)
        cut_power(opened)
    assert seats.journal_of("colleague").exists()
    assert semdocker("cleanup", **SUDO).returncode == 0
    assert not seats.journal_of("colleague").exists()


@root
def test_progress_is_of_a_login_and_a_seat(tmp_path: Path) -> None:
    def seen(*words: str, **variables: Any) -> tuple[str, str]:
        done = semdocker("report", "--json", *words, XDG_STATE_HOME=str(tmp_path), **variables)
        found = json.loads(done.stdout)
        return found["student"], found["seat"]

    assert seen() == ("root", "default")
    assert seen("--seat", "maria") == ("root", "maria")
    assert seen(SEMDOCKER_SEAT="joao") == ("root", "joao")
    assert seen("--seat", "maria", SEMDOCKER_SEAT="joao") == ("root", "maria")
    assert seen(**SUDO) == ("nobody", "nobody")
    assert semdocker("report", "--seat", "").returncode == 2
    assert "Progress of root, seat maria" in semdocker("report", "--seat", "maria").stdout


@root
def test_sudo_drops_the_variable_and_it_counts_all_the_same(tmp_path: Path) -> None:
    """A program called sudo stands for it: what matters is the parent's name and its environment."""
    sudo = tmp_path / "sudo"
    sudo.write_text('#!/bin/sh\nenv -u SEMDOCKER_SEAT "$@"; exit\n')
    sudo.chmod(0o755)
    done = semdocker("report", "--seat", "x", "--json", before=[str(sudo)])
    assert done.returncode == 0, done.stderr
    code = "from runner.lab import seat_names; print(seat_names.mine())"
    words = [str(sudo), "python3", "-c", code]
    done = subprocess.run(
        words,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "SEMDOCKER_SEAT": "joao", "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout == "joao\n", done.stderr
