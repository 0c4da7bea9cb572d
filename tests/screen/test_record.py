"""Recordings that asciinema plays, and stills: what is in them, whose they are, and when they are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from runner.records.errors import RunnerError
from runner.screen import record
from tests.support import command
from tests.support.instructor import SEAT, Instructor
from tests.support.recordings import played, recorded
from tests.support.student import Student

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
NOBODY = 65534


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return command.run([*command.COMMAND, *arguments, "--seat", SEAT], command.CHECKOUT, variables)


# --- recordings ---


def test_a_run_without_a_terminal_is_recorded_as_it_was_printed(tmp_path: Path) -> None:
    cast = tmp_path / "run.cast"
    done = run("run", "hostname", "--lang", "pt", "--record", str(cast))
    assert done.returncode == 0, done.stderr
    head = json.loads(cast.read_text().splitlines()[0])
    assert (head["version"], head["width"], head["height"], head["title"]) == (2, 80, 24, "semdocker run hostname")
    assert recorded(cast) == done.stdout.replace("\n", "\r\n")
    assert played(cast) == recorded(cast)


def test_with_json_the_talk_is_recorded_and_not_the_document(tmp_path: Path) -> None:
    cast = tmp_path / "run.cast"
    done = run("run", "hostname", "--lang", "en", "--json", "--record", str(cast))
    json.loads(done.stdout)
    assert recorded(cast) == done.stderr.replace("\n", "\r\n")


def test_what_is_typed_secretly_is_not_in_it_and_what_the_free_shell_shows_is(tmp_path: Path) -> None:
    cast = tmp_path / "demo.cast"
    teacher = Instructor("hostname", "--lang", "en", "--record", str(cast))
    teacher.begin()
    teacher.does("host-name")
    teacher.shell()
    teacher.types("read -sp 'your''s: ' secret", "yours: ")
    teacher.types("xyzzy")
    teacher.types("echo ${#secret} open")
    teacher.back()
    teacher.at("opened", "host-inode")
    teacher.resize(100, 30)
    teacher.does("host-inode")
    teacher.leave()
    shown = recorded(cast)
    assert "5 open" in shown
    assert "read -sp" in shown
    assert "xyzzy" not in cast.read_text()
    events = [json.loads(line) for line in cast.read_text().splitlines()[1:]]
    assert [data for _, kind, data in events if kind == "r"] == ["100x30"]
    assert shown == teacher.shown.replace("\r\r\n", "\r\n")


def test_what_a_student_answers_is_in_it(tmp_path: Path) -> None:
    cast = tmp_path / "learn.cast"
    student = Student("rootfs", "--record", str(cast))
    student.guesses("\r", "99")
    student.leave()
    assert "99\r\n" in recorded(cast)
    assert "You guessed 99" in recorded(cast)


def test_an_interrupted_recording_can_be_played(tmp_path: Path) -> None:
    cast = tmp_path / "demo.cast"
    teacher = Instructor("hostname", "--lang", "en", "--record", str(cast))
    teacher.begin()
    teacher.does("host-name")
    os.kill(teacher.pid, 9)
    teacher.end(-9)
    assert "✓" in played(cast)


def test_it_belongs_to_the_login_user_also_under_sudo(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    for folder in (home, *home.parents[:3]):
        if folder != Path("/tmp"):
            folder.chmod(0o755)
    os.chown(home, NOBODY, NOBODY)
    sudo = {"SUDO_UID": str(NOBODY), "SUDO_GID": str(NOBODY)}
    cast, still = home / "r.cast", home / "s.svg"
    done = run("run", "hostname", "--lang", "en", "--record", str(cast), "--still", f"enter={still}", **sudo)
    assert done.returncode == 0, done.stderr
    for file in (cast, still):
        assert (file.stat().st_uid, file.stat().st_mode & 0o777) == (NOBODY, 0o644)
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    done = run("run", "hostname", "--lang", "en", "--record", str(closed / "r.cast"), **sudo)
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert not list(closed.iterdir())


@pytest.mark.parametrize("verb", ["run", "learn", "demo"])
def test_what_cannot_be_recorded_is_refused_before_anything_runs(verb: str, tmp_path: Path) -> None:
    taken = tmp_path / "taken.cast"
    taken.write_text("mine")
    auto = ["--autoplay", "0"] if verb == "demo" else []
    for path, words in ((tmp_path / "none" / "r.cast", "does not exist"), (taken, "never overwritten")):
        done = run(verb, "hostname", "--lang", "en", "--record", str(path), *auto)
        assert done.returncode == 2
        assert words in done.stderr
        assert done.stdout == ""
    assert taken.read_text() == "mine"


def test_a_full_disk_ends_the_recording_and_not_the_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "_made", lambda path: os.open("/dev/full", os.O_WRONLY))
    said = sys.stdout
    with pytest.raises(RunnerError, match="record-failed"), record.recording(Path("x.cast"), "t", stream="__stdout__"):
        record.write(os.open(os.devnull, os.O_WRONLY), b"shown all the same")
    assert sys.stdout is said


# --- stills ---


def words(picture: Path) -> str:
    root = Xml.fromstring(picture.read_text())
    assert root.tag.endswith("svg")
    assert "http" not in picture.read_text().replace("http://www.w3.org/2000/svg", "")
    return " ".join("".join(root.itertext()).replace("\xa0", " ").split())


def test_a_still_shows_the_step_and_its_command(tmp_path: Path) -> None:
    one, both = tmp_path / "one.svg", tmp_path / "both.svg"
    asked = [f"--still=rename={one}", f"--still=hostname/host-name={both}", f"--still=enter={both}"]
    done = run("run", "hostname", "--lang", "en", *asked)
    assert done.returncode == 0, done.stderr
    assert "hostname container-host" in words(one)
    assert "Step 12 of 16" in words(one)
    assert "✓" in words(one)
    assert "--kill-child -R /containers/teste" in words(both)
    assert "What is this machine called?" in words(both)


@pytest.mark.parametrize(
    ("still", "said"),
    [("enter", "STEP=FILE.svg"), ("enter=x.png", "STEP=FILE.svg"), ("enter=/none/x.svg", "does not exist"),
     ("nonsense=x.svg", "nonsense"), ("chroot/enter=x.svg", "enter")],
)  # fmt: skip
def test_a_still_that_cannot_be_is_refused_before_anything_runs(still: str, said: str, tmp_path: Path) -> None:
    done = run("run", "hostname", "--lang", "en", "--still", still.replace("=x", f"={tmp_path}/x"))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stdout == ""
