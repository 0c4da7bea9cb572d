"""`semdocker run` as a person or a script meets it: a process, its output, its exit status, and what it leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.lab import seats
from tests.conftest import the_course
from tests.support import sample
from tests.support.command import CHECKOUT, COMMAND, semdocker

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
OUTCOMES = {"passed", "failed", "could_not_check", "skipped"}


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*COMMAND, *arguments], cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )


@pytest.mark.parametrize("language", sample.of(["pt", "en"], 1 / 2, "language of the course"))
def test_the_whole_course(language: str) -> None:
    done = semdocker("run", "--plain", "--lang", language)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    for lesson in the_course().lessons:
        assert lesson.words[language].title in done.stdout
    assert "\x1b" not in done.stdout
    assert "{{" not in done.stdout


def test_the_json_report_is_one_document() -> None:
    done = semdocker("run", "chroot", "hostname", "--json", "--lang", "en")
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["schema"] == "semdocker/report/1"
    assert [lesson["id"] for lesson in report["lessons"]] == ["chroot", "hostname"]
    for lesson in report["lessons"]:
        assert lesson["rollback"]["clean"] is True
        assert lesson["rollback"]["leftovers"] == []
        steps = {step["id"]: step for step in lesson["steps"]}
        assert len(steps) == len(the_course().lesson(lesson["id"]).steps)
        assert {step["outcome"] for step in steps.values()} == {"passed"}
        checks = [check for step in steps.values() for check in step["checks"]]
        assert checks
        assert {check["outcome"] for check in checks} <= OUTCOMES
        assert all({"kind", "outcome", "expected", "observed"} <= set(check) for check in checks)


@pytest.mark.parametrize("name", ["report.json", "report.xml"])
def test_the_report_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert semdocker("run", "rootfs", "--report", str(path)).returncode == 0
    steps = len(the_course().lesson("rootfs").steps)
    if name.endswith(".json"):
        assert len(json.loads(path.read_text())["lessons"][0]["steps"]) == steps
    else:
        assert len(ElementTree.parse(path).findall(".//testcase")) == steps


def test_another_extension_is_refused_before_anything_runs(tmp_path: Path) -> None:
    done = semdocker("run", "rootfs", "--report", str(tmp_path / "report.pdf"))
    assert done.returncode == 2
    assert done.stdout == ""


def test_an_unknown_lesson_is_answered_with_a_guess() -> None:
    done = semdocker("run", "cgroup", "--lang", "en")
    assert done.returncode == 2
    assert "cgroups" in done.stderr


def test_what_is_at_the_path_is_covered_and_untouched(tmp_path: Path) -> None:
    root = tmp_path / "box" / "teste"
    root.mkdir(parents=True)
    (root / "thesis").write_text("years of work")
    done = semdocker("run", "rootfs", "--set", f"root={root}")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert (root / "thesis").read_text() == "years of work"


def test_another_place_another_name(tmp_path: Path) -> None:
    chosen = ["--set", f"root={tmp_path}/lab/box", "--set", "hostname=outro-nome", "--set", "cgroup=outro-grupo"]
    done = semdocker("run", "hostname", "cgroups", "verification", "--plain", *chosen)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "outro-nome" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mask", [0o077, 0o027, 0])
def test_the_callers_umask_is_not_the_labs(mask: int) -> None:
    """With it, only root could go through the lab's `/`: what an ordinary user does in a lesson would be refused."""
    done = semdocker("run", "user-namespaces", "--plain", before=["sh", "-c", f'umask {mask:o}; exec "$@"', "sh"])
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr


@pytest.mark.parametrize(
    "setting", ["root=relative", "root=/a;reboot", "hostname=$(id)", "memory=256MB", "pids=", "x=1"]
)
def test_a_setting_that_could_break_out_is_refused(setting: str) -> None:
    done = semdocker("run", "rootfs", "--set", setting)
    assert done.returncode == 2
    assert done.stdout == ""


def test_without_root_it_says_what_to_type() -> None:
    """In a user namespace where we are user 1000, so that the same interpreter and files can be used."""
    done = semdocker("run", "rootfs", "--lang", "en", before=("unshare", "--user", "--map-user=1000"))
    assert done.returncode == 4
    assert "Traceback" not in done.stderr
    assert "root" in done.stderr


def interrupt(lesson: str, step: int, number: signal.Signals) -> tuple[int, str]:
    """Send a signal as soon as the step's title is printed. Returns the exit status and what was printed after."""
    total = len(the_course().lesson(lesson).steps)
    process = start("run", lesson, "--plain", "--lang", "en")
    assert process.stdout is not None
    seen: list[str] = []
    for line in process.stdout:
        seen.append(line)
        if f"Step {step} of {total}" in line:
            break
    else:
        raise AssertionError("".join(seen[-40:]))
    process.send_signal(number)
    rest = process.stdout.read()
    process.stdout.close()
    return process.wait(30), rest


@pytest.mark.parametrize("lesson", sample.of([lesson.id for lesson in the_course().lessons], 1 / 3, "lessons"))
def test_ctrl_c_leaves_the_machine_as_it_was(lesson: str) -> None:
    middle = len(the_course().lesson(lesson).steps) // 2
    status, _ = interrupt(lesson, middle, signal.SIGINT)
    assert status == 130


STEPS = [(lesson.id, step) for lesson in the_course().lessons for step in range(1, len(lesson.steps) + 1)]


@pytest.mark.kill
@pytest.mark.parametrize(("lesson", "step"), sample.of(STEPS, 1 / 4, "Ctrl-C"))
def test_ctrl_c_at_every_step(lesson: str, step: int) -> None:
    assert interrupt(lesson, step, signal.SIGINT)[0] in (130, 0)  # 0: the last step was over before the signal came


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_ways_to_ask_for_the_end(number: signal.Signals, status: int) -> None:
    assert interrupt("hostname", 3, number)[0] == status


def test_kill_9_is_put_right_by_the_guardian() -> None:
    status, _ = interrupt("cgroups", 6, signal.SIGKILL)
    assert status == -signal.SIGKILL
    with seats.hold("default", wait=20):
        assert not seats.journal_of("default").exists()


def test_a_closed_pipe_ends_the_run_cleanly() -> None:
    process = start("run", "rootfs", "--plain")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) != 0
    with seats.hold("default", wait=20):
        assert not seats.journal_of("default").exists()


def test_a_second_run_is_refused_with_the_holder_named(seat: int) -> None:
    done = semdocker("run", "rootfs", "--lang", "en")
    assert done.returncode == 6
    assert str(os.getpid()) in done.stderr


def test_cleanup_without_anything_to_clean() -> None:
    assert semdocker("cleanup", "--plain").returncode == 0
    document = json.loads(semdocker("cleanup", "--json").stdout)
    wanted = {"clean": True, "leftovers": [], "noticed": [], "guarded": True, "trusted": 0}
    assert document.items() >= {"schema": "semdocker/cleanup/1", **wanted}.items()


def test_the_course_on_a_machine_with_shared_mounts() -> None:
    """As systemd leaves it: `/` is shared, so a mount that leaked would be seen outside the lab."""
    listing = "mount --make-rshared / && cat /proc/self/mountinfo | wc -l && "
    command = listing + '"$@" >/dev/null && cat /proc/self/mountinfo | wc -l'
    done = semdocker("run", "--plain", before=("unshare", "-m", "sh", "-c", command, "sh"))
    assert done.returncode == 0, done.stderr
    first, last = done.stdout.split()
    assert first == last
