"""`semdocker check` in a second terminal: once, again and again, at a lesson and at an exercise."""

from __future__ import annotations

import subprocess
import time

import pytest

from tests.support.command import CHECKOUT, COMMAND, up_to
from tests.support.person import CTRL_C, ENVIRONMENT, Person
from tests.support.practiser import SEAT, Practiser, looked, semdocker
from tests.support.student import RESULT, Student

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


def test_a_second_terminal_watches(capsys: pytest.CaptureFixture[str]) -> None:
    learner = Practiser("free-runner")
    assert looked() == (1, {"cpu": False, "memory": False, "pids": False})
    watcher = Person("check", "--watch", "--json", "--lang", "en", seat=SEAT)
    watcher.wait_for('"true": 0')
    learner.shell()
    groups = "$(cd /sys/fs/cgroup; ls -d cpu/container memory/container pids/container container 2>/dev/null)"
    learner.type(
        f"for g in {groups}; do pgrep -x -f 'sleep 100000' > /sys/fs/cgroup/$g/cgroup.procs; done; echo d''one"
    )
    learner.wait_for("done")
    began = time.monotonic()
    watcher.wait_for('"true": 3')
    seconds = time.monotonic() - began
    assert looked() == (0, {"cpu": True, "memory": True, "pids": True})
    learner.back()
    learner.press("r")
    watcher.wait_for('"true": 0')
    learner.leave()
    watcher.end(1)  # because the lab has ended
    with capsys.disabled():
        print(f"\ngreen in the second terminal after {seconds * 1000:.0f} ms", end="")


def test_watching_on_a_screen_repaints_and_gives_it_back() -> None:
    learner = Practiser("double-speed")
    watcher = Person("check", "--watch", "0.2", "--lang", "pt", seat=SEAT)
    watcher.wait_for("\x1b[?1049h")
    watcher.wait_for("Fatos verdadeiros: 0 de 1.")
    learner.press("s")
    watcher.wait_for("Fatos verdadeiros: 1 de 1.")
    watcher.send(CTRL_C)
    watcher.wait_for("\x1b[?1049l")
    watcher.end(130)
    learner.leave()


@pytest.mark.parametrize("verb", ["check", "xray"])
def test_a_watch_waits_for_the_first_lab_and_for_the_next_exercise(verb: str) -> None:
    watcher = Person(verb, "--watch", "0.1", "--plain", "--lang", "en", seat=SEAT)
    watcher.wait_for("No lab is live on seat practiser.")
    learner = Practiser("own-name")
    watcher.wait_for("own-name" if verb == "check" else "lesson hostname")
    learner.press("n")
    watcher.wait_for("own-limits" if verb == "check" else "lesson cgroups")
    learner.leave()
    watcher.wait_for("The lab has ended.")
    watcher.end(1 if verb == "check" else 0)


def test_watching_in_plain_text_says_only_what_changed() -> None:
    learner = Practiser("double-speed")
    words = ["check", "--watch", "0.1", "--plain", "--lang", "en", "--seat", SEAT]
    with subprocess.Popen(
        [*COMMAND, *words], cwd=CHECKOUT, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdout
        shown = up_to(watcher.stdout, "Facts that are true: 0 of 1")
        learner.press("s")
        shown += up_to(watcher.stdout, "Facts that are true: 1 of 1")
        learner.leave()
        shown += watcher.stdout.read()
    assert shown.count("Facts that are true: 1 of 1") == 1
    assert shown.count("Facts that are true: 0 of 1") <= 3  # at first, and in the fresh lab on the way to the solution
    assert "\x1b" not in shown
    assert shown.rstrip().endswith("The lab has ended.")


def test_check_looks_at_a_lessons_step_too() -> None:
    student = Student("hostname")
    student.press("\r")
    assert "Step 3 of" in student.press("\r")
    status, found = looked(student.seat)
    assert (status, found) == (1, {"namespace": False})
    student.sees_prompt()
    student.type("unshare -u /bin/bash --norc")
    student.wait_for(RESULT["en"])
    assert looked(student.seat) == (1, {"hostname": False})
    student.leave()


def test_check_without_a_lab() -> None:
    done = semdocker("check", "--lang", "en", "--seat", SEAT)
    assert done.returncode == 8
    assert "No lab is live" in done.stderr
