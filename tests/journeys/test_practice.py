"""`semdocker practice` and `check` through real terminals, two where two are used: told at once, reset, both kinds."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runner.course import load
from runner.host import package_files
from runner.lab import seats
from runner.learner import progress, progress_json
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach
from runner.learner.practice_session import PracticeSession
from runner.learner.progress import NOTHING
from runner.records.course import Course
from runner.records.errors import Unfit
from runner.records.progress import State
from runner.screen.narration import View
from runner.screen.plain import Plain
from tests.conftest import seated
from tests.support import command
from tests.support.person import Person
from tests.support.practiser import SEAT, SHELL, Practiser, looked, semdocker
from tests.support.state import fresh_state

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
ROOT = "/containers/teste"


LOADER = "cp /lib64/ld-linux-x86-64.so.2 {root}/lib64/ 2>/dev/null || cp /lib/ld-linux-aarch64.so.1 {root}/lib/"
SAID = {
    "en": (
        "facts 1/2",
        "facts 2/2",
        "All facts are true",
        "no longer",
        "opens the loader before it runs the program",
    ),
    "pt": ("fatos 1/2", "fatos 2/2", "Todos os fatos", "não mais", "abre o carregador antes de rodar o programa"),
}


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_student_is_told_at_the_next_prompt(language: str) -> None:
    """Green when it becomes true, red when it stops, in a line above the prompt; then the explanation, and a record."""
    one, both, everything, no_longer, why = SAID[language]
    learner = Practiser("--broken", "after-cleaning", language=language)
    learner.shell()
    learner.type(LOADER.format(root=ROOT))
    learner.wait_for("✓ " + one)
    learner.type(f"chroot {ROOT} /bin/bash")
    learner.wait_for("✓ " + both)
    learner.wait_for(everything)
    learner.type("exit")
    learner.wait_for("✗ " + one)
    learner.wait_for(no_longer)
    learner.type(f"chroot {ROOT} /bin/bash")
    learner.wait_for(everything)
    assert why in learner.back()
    learner.leave()
    assert {**learner.record("after-cleaning"), "seconds": 0, "when": ""} == {
        "state": "done",
        "attempts": 1,
        "hints": 0,
        "seconds": 0,
        "when": "",
        "typed": True,
        "missed": [],
    }


def test_sudo_is_told_to_be_superfluous_above_the_prompt() -> None:
    learner = Practiser("own-name")
    learner.shell()
    learner.type('sudo() { "$@"; }')  # not every machine has it
    learner.wait_for(SHELL)
    learner.type("cd /tmp && sudo hostname")
    learner.wait_for("“sudo” is not needed in the lab: type the command without it.")
    learner.wait_for(SHELL)
    learner.type("hostname; echo that is" + " all")
    assert "sudo" not in learner.wait_for("that is all")
    learner.back()
    learner.leave()


def test_what_comes_true_while_nothing_is_typed_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Above the waiting prompt and in the window's title, and not into a line that is being typed."""
    learner = Practiser("clinging-mount")
    learner.shell()
    # These sleeps are the subject: nothing is typed while it becomes true.
    learner.type(f"(sleep 1; umount {ROOT}/sys; date +%s.%N > /tmp/when) &")
    learner.wait_for("✓ facts 1/3")
    notice = seats.published(SEAT)
    assert notice
    seconds = time.time() - float(Path(f"/proc/{notice.shell.pid}/root/tmp/when").read_text())
    learner.type(f"(sleep 1; mount -t sysfs sysfs {ROOT}/sys) &")
    learner.send("echo half a line")
    learner.wait_for(re.compile(r"\x1b\]2;[^\x07]*0/3[^\x07]*\x07"))  # the title of the window
    learner.send(" is whole\r")
    shown = learner.wait_for("✗ facts 0/3")
    assert "half a line is whole" in shown
    assert "no longer" not in shown.rpartition("half a line is whole")[0]
    learner.back()
    learner.leave()
    with capsys.disabled():
        print(f"\ntold in the shell {seconds * 1000:.0f} ms after it came true", end="")


def test_the_keys(capsys: pytest.CaptureFixture[str]) -> None:
    learner = Practiser("own-name")
    assert "Practice · Name the container" in learner.opened
    shown = learner.press("c")
    assert "expected" in shown
    assert "Facts that are true: 0 of 2" in shown
    assert "Hint 1 of 2" in learner.press("h")
    assert "Hint 2 of 2" in learner.press("h")
    assert "no more hints" in learner.press("h")
    learner.send("s")
    shown = learner.wait_for("n next")
    assert "Facts that are true: 2 of 2" in shown
    assert "drawer" in shown
    learner.asked()
    assert learner.record("own-name")["state"] == "assisted"
    assert learner.record("own-name")["hints"] == 2
    found = re.search(r"as at the beginning \((\d+) ms\)", learner.press("r"))
    assert found
    assert looked()[0] == 1
    assert "uts" in learner.press("x")
    assert "the next exercise" in learner.press("?")
    learner.language = "pt"
    assert "Prática · Batizar o contêiner" in learner.press("l")
    learner.send("n")
    shown = learner.asked()
    assert "comparada" in shown
    assert "rédea curta" in shown
    learner.leave()
    with capsys.disabled():
        print(f"\nreset by key in {found[1]} ms", end="")


def test_a_command_typed_where_keys_are_asked_for_is_told_where_it_belongs() -> None:
    learner = Practiser("own-name")
    learner.type("hostname shop")
    learner.wait_for("“hostname shop” went to no shell: Enter opens the lab's.")
    learner.asked()  # the line of keys stands there again
    learner.send("z")
    learner.wait_for("“z” is not one of the keys")
    learner.asked()
    learner.leave()


@pytest.mark.parametrize("face", [[], ["--plain"]])
def test_a_cause_is_told_with_the_first_hint(face: list[str]) -> None:
    """Until then it is counted, and whether it is true is shown, here and in a second terminal."""
    learner = Practiser("leaky-name", *face)
    enter = "\r" if face else ""
    secret, only_then = "a UTS namespace of its own", "one that the first hint names"
    assert secret not in learner.opened
    assert "and one more, which would give the cause away" in learner.opened
    assert "Goals reached: 1 of 3" in learner.opened
    shown = learner.press("c" + enter)
    assert only_then in shown
    assert secret not in shown and "readlink" not in shown
    other = semdocker("check", "--plain", "--lang", "en", "--seat", SEAT).stdout
    assert only_then in other
    assert secret not in other and "readlink" not in other
    facts = json.loads(semdocker("check", "--json", "--lang", "en", "--seat", SEAT).stdout)["facts"]
    assert [fact["cause"] for fact in facts] == [False, False, True]
    assert secret in facts[2]["title"], "for programs, all of it"
    assert secret in learner.press("h" + enter)
    assert secret not in learner.press("h" + enter), "once"
    assert secret in learner.press("c" + enter)
    assert secret in semdocker("check", "--plain", "--lang", "en", "--seat", SEAT).stdout
    learner.press("r" + enter)
    assert secret in learner.press("c" + enter), "what was told stays told"
    learner.send("q" + enter)
    learner.end()


def test_a_cause_is_told_when_all_is_true() -> None:
    learner = Practiser("after-cleaning")
    secret = "nothing that bash asks for is missing"
    learner.shell()
    learner.type(LOADER.format(root=ROOT))
    shown = learner.wait_for("✓ facts 1/2 · one that the first hint names")
    learner.type(f"chroot {ROOT} /bin/bash")
    shown += learner.wait_for("All facts are true")
    assert secret not in shown
    learner.back()
    assert secret in learner.press("c")
    learner.leave()


def test_leaving_the_labs_shell_is_noticed_although_the_container_keeps_the_terminal_open() -> None:
    learner = Practiser("free-runner")
    learner.shell()
    learner.type("exit")
    assert "shell has ended" in learner.asked()
    learner.press("r")
    learner.shell()
    learner.type("echo $((6*7))")
    learner.wait_for("42")
    learner.back()
    learner.leave()
    left = learner.record("free-runner")
    assert (left["state"], left["missed"]) == ("open", ["cpu", "memory", "pids"]), (
        "a teacher sees which fact was not reached"
    )


def test_a_line_being_typed_is_there_again() -> None:
    learner = Practiser("after-cleaning")
    learner.shell()
    learner.send("echo first")
    learner.wait_for("echo first")
    learner.back()
    learner.send("\r")
    learner.wait_for("# echo first")
    learner.send(" and last\r")
    learner.wait_for("first and last")
    learner.back()
    learner.leave()


def test_plain_mode_says_it_in_words() -> None:
    learner = Practiser("after-cleaning", "--plain")
    assert "\x1b" not in learner.shown
    learner.send("\r")
    learner.wait_for("Ctrl-]")
    learner.type(LOADER.format(root=ROOT))
    learner.wait_for("OK: facts 1/2")
    assert "\x1b]2;" not in learner.shown
    learner.back()
    learner.type("q")
    learner.end()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_an_end_from_outside_puts_the_machine_back(number: signal.Signals) -> None:
    learner = Practiser("every-morning")
    learner.shell()
    assert seats.journal_of(SEAT).exists()
    os.kill(learner.pid, number)
    learner.end(-number if number == signal.SIGKILL else 128 + number)
    with seats.hold(SEAT, wait=20):
        assert not seats.journal_of(SEAT).exists()
    assert not list(Path("/sys/fs/cgroup").glob("*/container-practiser*"))


# --- no terminal, no such exercise, lists ---


@pytest.mark.parametrize("name", ["after-cleaning", "chroot", "2", "02-chroot", ""])
def test_without_a_terminal_it_never_asks(name: str) -> None:
    """Whatever it is called by."""
    done = semdocker("practice", *([name] if name else []), "--lang", "en")
    assert done.returncode == 2
    assert "terminal" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("after-cleanin",), "did you mean “after-cleaning”"),
        (("--broken", "leakyname"), "did you mean “leaky-name”"),
        (("--broken", "own-name"), "not one of the broken ones"),
        (("zzzzz",), "There are: build-root"),
        (("after-cleaning", "--broken", "leaky-name"), "one exercise only"),
    ],
)
def test_what_does_not_exist(arguments: tuple[str, ...], sentence: str) -> None:
    done = semdocker("practice", *arguments, "--lang", "en")
    assert done.returncode == 2
    assert sentence in done.stderr


def test_lists() -> None:
    both = semdocker("practice", "--list", "--lang", "pt").stdout
    assert "own-name" in both
    assert "Batizar o contêiner e só ele" in both
    broken = semdocker("practice", "--broken", "--lang", "en").stdout
    assert "own-name" not in broken
    assert "After the clean-up" in broken
    document = json.loads(semdocker("practice", "--list", "--json", "--lang", "en").stdout)
    assert document["schema"] == "semdocker/exercises/1"
    assert sum(one["broken"] for one in document["exercises"]) >= 12


@pytest.mark.parametrize("days", [0, 2])
def test_what_was_solved_comes_back(days: int) -> None:
    """In the list, for programs, and on the first page of who names no exercise."""
    state = fresh_state()
    when = (datetime.now(UTC) - timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    before = progress.with_practice(NOTHING, "leaky-name", State.DONE, when=when, hints=0)
    (state / "semdocker").mkdir()
    (state / "semdocker" / f"progress-{SEAT}.json").write_bytes(progress_json.written(before))
    listed = ("practice", "--list", "--lang", "en", "--seat", SEAT)
    table = command.semdocker(*listed, XDG_STATE_HOME=str(state)).stdout
    assert ("repeat today" in table) == bool(days)
    found = json.loads(command.semdocker(*listed, "--json", XDG_STATE_HOME=str(state)).stdout)
    assert [one["id"] for one in found["exercises"] if one["repeat"]] == ["leaky-name"] * bool(days)
    learner = Practiser(state=state)
    assert ("so that it stays: leaky-name" in learner.opened) == bool(days)
    learner.leave()


def test_a_machine_that_lacks_something_is_told_what(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is changed, with the command that helps."""
    monkeypatch.setenv("XDG_STATE_HOME", str(fresh_state()))
    shown = io.StringIO()
    view = View(Plain(shown), "en")
    one = replace(load.exercises(package_files.lessons(), course)[0], requires=("root", "tool.nonesuch"))
    with seated(course) as seat:
        view.values = seat.values
        session = PracticeSession(seat, one, Coach(view), Notebook(seat.name, view.remark))
        with pytest.raises(Unfit):
            session.practice()
    assert "nonesuch" in shown.getvalue()


def test_a_second_shell_goes_into_a_container_that_nobody_entered() -> None:
    learner = Practiser("free-runner")
    visitor = Person("shell", "--in", "container", "--lang", "en", seat=SEAT)
    visitor.wait_for("# ")
    visitor.type("ps -o args= -p 1")
    visitor.wait_for("sleep 100000")
    visitor.type("exit")
    visitor.end()
    learner.leave()


def test_random_is_one_of_the_broken() -> None:
    learner = Practiser("--broken", "random")
    assert "Broken · " in learner.opened
    learner.leave()
