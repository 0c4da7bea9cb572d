"""Lessons from elsewhere run only when they are trusted: byte by byte, asked once, told and forgotten."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from runner.course import trust
from runner.lab import seats
from tests.support.command import CHECKOUT, COMMAND, semdocker
from tests.support.forks import died_as_wanted, fork
from tests.support.person import ENTER, Person
from tests.support.shelf import SYLLABUS, course_with

# --- the digest ---


def test_the_digest_is_of_every_byte_that_was_read(shelf: Path) -> None:
    (shelf / "course.yaml").write_text(SYLLABUS)
    (shelf / "07-mine" / "notes.txt").write_text("not read, not run")

    def digest() -> str:
        return course_with(shelf).origins[0].digest

    first = digest()
    assert re.fullmatch("[0-9a-f]{64}", first)
    (shelf / "07-mine" / "notes.txt").write_text("something else")
    assert digest() == first
    seen = {first}
    for name in ("course.yaml", "07-mine/lesson.yaml", "07-mine/pt.yaml", "07-mine/en.yaml"):
        (shelf / name).write_text((shelf / name).read_text() + "# more\n")
        assert digest() not in seen, name
        seen.add(digest())
    (shelf / "07-mine").rename(shelf / "08-mine")
    assert digest() not in seen


def test_what_was_read_is_what_runs(shelf: Path) -> None:
    """The file may change behind our back: neither the commands nor the digest are read a second time."""
    found = course_with(shelf)
    before = found.origins[0].digest, found.lesson("mine").steps[0].run
    file = shelf / "07-mine" / "lesson.yaml"
    file.write_text(file.read_text().replace("mkdir -p", "rm -rf"))
    assert (found.origins[0].digest, found.lesson("mine").steps[0].run) == before


# --- trust ---


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "trusted"
    monkeypatch.setattr(trust, "FILE", file)
    return file


@pytest.mark.root
def test_the_file_of_trust(trusted: Path, shelf: Path) -> None:
    (origin,) = course_with(shelf).origins
    assert trust.doubtful([origin], []) == [origin]
    assert trust.doubtful([origin], [origin.digest]) == []
    trust.remember(origin._replace(folder=Path("/a/line\nend")))
    assert trust.doubtful([origin], []) == []
    assert trusted.stat().st_mode & 0o777 == 0o600
    assert trust.known() == {origin.digest: "/a/line\\nend"}
    trust.forget()
    trust.forget()
    assert trust.doubtful([origin], []) == [origin]


def test_of_who_is_killed_while_they_trust_nothing_stays(
    trusted: Path, shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed again and again just before the new file takes its name: one is there at most, and none at last."""
    (origin,) = course_with(shelf).origins

    def killed() -> None:
        monkeypatch.setattr(Path, "replace", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        trust.remember(origin)

    for _ in range(3):
        assert died_as_wanted(fork(killed))
    assert [path.name for path in tmp_path.glob(".trusted*")] == [".trusted.new"]
    trust.remember(origin)
    assert not [*tmp_path.glob(".trusted*")] and trusted.exists()
    assert died_as_wanted(fork(killed))
    trust.forget()
    assert not [*tmp_path.glob("*trusted*")]


@pytest.mark.root
def test_what_others_could_write_is_not_believed(trusted: Path, shelf: Path, tmp_path: Path) -> None:
    (origin,) = course_with(shelf).origins
    trust.remember(origin)
    trusted.chmod(0o620)
    assert trust.known() == {}
    trusted.chmod(0o600)
    os.chown(trusted, 1000, 0)
    assert trust.known() == {}
    os.chown(trusted, 0, 0)
    assert trust.known()
    trusted.rename(tmp_path / "elsewhere")
    trusted.symlink_to(tmp_path / "elsewhere")
    assert trust.known() == {}
    trusted.unlink()
    os.mkfifo(trusted)
    assert trust.known() == {}


@pytest.mark.root
@pytest.mark.parametrize("verb", ["run", "prove"])
def test_without_a_terminal_only_what_is_trusted_runs(shelf: Path, nobody_agreed: None, verb: str) -> None:
    words = [verb, "mine", "--lessons", str(shelf), "--lang", "en", "--plain"]
    refused = semdocker(*words)
    digest = course_with(shelf).origins[0].digest
    assert refused.returncode == 7
    assert (
        "\nhost # mkdir -p /containers/teste/mine\n\nhost, to undo # rmdir /containers/teste/mine\n" in refused.stdout
    )
    assert f"Digest of all their files: {digest}" in refused.stdout
    assert f"--trust {digest}" in refused.stderr
    assert "Step 1" not in refused.stdout
    done = semdocker(*words, "--trust", digest)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert not trust.FILE.exists(), "what a command line says is for that command"
    file = shelf / "07-mine" / "lesson.yaml"
    file.write_text(file.read_text() + "# changed\n")
    assert semdocker(*words, "--trust", digest).returncode == 7


def at_terminal(shelf: Path, *words: str) -> Person:
    return Person(*words, "--lessons", str(shelf), patience=60)


@pytest.mark.root
def test_at_a_terminal_it_asks_once(shelf: Path, nobody_agreed: None) -> None:
    no = at_terminal(shelf, "run", "mine", "--lang", "pt")
    assert "rmdir /containers/teste/mine" in no.wait_for("Elas podem rodar nesta máquina, como estão agora? [s/N]")
    no.send(ENTER)
    assert "não foram executadas" in no.end(7)
    assert not trust.FILE.exists()
    yes = at_terminal(shelf, "run", "mine", "--lang", "en")
    yes.wait_for("[y/N]")
    yes.type("y")
    yes.end()
    again = at_terminal(shelf, "run", "mine", "--lang", "en")
    assert "[y/N]" not in again.end()
    assert trust.FILE.stat().st_mode & 0o777 == 0o600


@pytest.mark.root
def test_status_tells_what_is_trusted(shelf: Path, nobody_agreed: None) -> None:
    """The file stays in /etc when all else is gone."""
    assert json.loads(semdocker("status", "--json").stdout)["trusted"] == 0
    trust.remember(course_with(shelf).origins[0])
    told = semdocker("status", "--lang", "en").stdout
    assert "Still trusted: 1 folder" in told and str(trust.FILE) in told
    assert "Nothing of ours" not in told
    assert json.loads(semdocker("status", "--json").stdout)["trusted"] == 1


@pytest.mark.root
def test_cleanup_tells_what_is_trusted_and_forgets_it_when_told(shelf: Path, nobody_agreed: None) -> None:
    trust.remember(course_with(shelf).origins[0])
    told = semdocker("cleanup", "--lang", "en")
    assert "Still trusted: 1 folder" in told.stdout
    assert trust.FILE.exists()
    assert json.loads(semdocker("cleanup", "--json").stdout)["trusted"] == 1
    assert (
        "No lessons from elsewhere are trusted any more." in semdocker("cleanup", "--distrust", "--lang", "en").stdout
    )
    assert not trust.FILE.exists()


@pytest.mark.root
@pytest.mark.parametrize("left", [trust.FILE.with_name(f".{trust.FILE.name}.new"), seats.STATE / "nobodys"])
def test_what_a_killed_one_left_half_made_is_told_and_taken_away(left: Path, nobody_agreed: None) -> None:
    """Killed before the new file of trust took its name, or before a seat's journal was there."""
    if left.suffix:
        left.write_text("half a li")
    else:
        left.mkdir(parents=True)
        seats.STATE.chmod(0o700)
    assert json.loads(semdocker("status", "--json").stdout)["unclaimed"]["files"] == [str(left)]
    assert str(left) in semdocker("status", "--lang", "en").stdout
    assert semdocker("cleanup", "--lang", "en").returncode == 0
    assert not left.exists()
    assert "Nothing of ours" in semdocker("status", "--lang", "en").stdout


@pytest.mark.root
@pytest.mark.parametrize("name", [trust.FILE.name, f".{trust.FILE.name}.new"])
def test_a_folder_with_the_name_of_our_file_is_somebody_elses(nobody_agreed: None, name: str) -> None:
    """Of the second one `status` said that `cleanup` removes it, and `cleanup` failed each time."""
    odd = trust.FILE.with_name(name)
    odd.mkdir()
    try:
        assert "Nothing of ours" in semdocker("status", "--lang", "en").stdout
        told = semdocker("cleanup", "--distrust", "--lang", "en")
        assert odd.is_dir()
    finally:
        odd.rmdir()
    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.root
def test_cleanup_says_what_it_found_before_trust_is_in_the_way(nobody_agreed: None) -> None:
    """The snapshots are gone then: nobody could say it later. Here /etc cannot be written."""
    odd = trust.FILE.with_name(f".{trust.FILE.name}.new")
    odd.write_text("half a li")
    for_reading = "mount --bind /etc /etc && mount -o remount,bind,ro /etc && exec"
    words = f"{for_reading} {' '.join(COMMAND)} cleanup --lang en"
    try:
        told = subprocess.run(
            ["unshare", "-m", "sh", "-c", words], cwd=CHECKOUT, capture_output=True, text=True, check=False
        )
    finally:
        odd.unlink()
    assert told.returncode != 0 and str(odd) in told.stderr
    assert "Nothing that an earlier run made is left" in " ".join(told.stdout.split())
