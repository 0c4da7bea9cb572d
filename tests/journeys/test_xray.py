"""`semdocker xray` from a second terminal: once, again and again, and until the lab ends."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from runner.engine import machine_values
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.lab import seats
from runner.messages import documents
from runner.records.course import Course
from tests.conftest import Begin
from tests.support.command import CHECKOUT, COMMAND, environment, semdocker, up_to
from tests.support.lesson import SEAT
from tests.support.person import CTRL_C, Person

root = pytest.mark.root


@root
def test_json(begin: Begin) -> None:
    begin("hostname", "rename")
    document = json.loads(semdocker("xray", "--seat", SEAT, "--json").stdout)
    assert set(document) == {
        *documents.heading(""),
        "seat",
        "lesson",
        "place",
        "pid",
        "tree",
        "facts",
        "processes",
        "mounts",
        "groups",
        "network",
        "host_network",
    }
    assert document["schema"] == "semdocker/xray/1"
    assert {"name": "hostname", "inside": "container-host", "host": os.uname().nodename, "compared": "different"} in (
        document["facts"]
    )
    assert document["processes"][0]["inside"] == 1


@root
def test_a_picture_of_everything_that_lives_there(begin: Begin, tmp_path: Path) -> None:
    begin("verification", "armour")
    file = tmp_path / "lab.svg"
    done = semdocker("xray", "--seat", SEAT, "--svg", str(file), "--lang", "pt")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(file) in done.stdout
    words = [one.text or "" for one in Xml.parse(file).iter("{http://www.w3.org/2000/svg}text")]
    for expected in ("container-host", "/containers/teste", os.uname().nodename, "└╴www", "uts", "“contêiner”"):
        assert expected in words, words


@root
def test_a_picture_has_one_form_and_needs_a_folder_and_a_lab(tmp_path: Path) -> None:
    file = str(tmp_path / "lab.svg")
    for words, status in (
        (["--json"], 2),
        (["--watch", "1"], 2),
        ([], 8),
    ):
        assert semdocker("xray", "--seat", "nobody-here", "--svg", file, *words).returncode == status
    assert semdocker("xray", "--svg", str(tmp_path / "no" / "lab.svg")).returncode == 2
    assert not list(tmp_path.iterdir())


@root
def test_without_a_lab_it_is_said() -> None:
    for verb in (["xray"], ["xray", "--json"], ["check"]):
        done = semdocker(*verb, "--seat", "nobody-here")
        assert (done.returncode, done.stdout) == (8, "")
        assert "No lab is live on seat nobody-here" in done.stderr


@root
def test_watching_in_place_until_ctrl_c(begin: Begin) -> None:
    begin("hostname", "rename")
    watching = Person("xray", "--watch", "0.2", "--lang", "en", seat=SEAT, size=(80, 30))
    for _ in range(3):
        watching.wait_for("\x1b[J")
    shown = "\n".join(watching.display)
    assert shown.count("X-ray · “container”") == 1
    assert "container-host" in shown
    assert "Looked at again every 0.2 s" in shown
    watching.send(CTRL_C)
    watching.end(130)
    assert "Traceback" not in watching.shown
    assert "\x1b[?25h\x1b[?1049l" in watching.shown  # the terminal is as it was


@root
@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_watching_by_blocks_until_the_run_ends(course: Course, form: str) -> None:
    words = [*COMMAND, "xray", "--seat", "watched", "--watch", "0.2", form]
    with subprocess.Popen(words, cwd=CHECKOUT, env=environment(), stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout
        first = watching.stdout.readline() if form == "--plain" else ""
        with seats.hold("watched", wait=60) as lock:
            run = LessonRun(course, course.lesson("hostname"), machine_values.for_seat(course, {}), "watched", lock)
            run.start()
            for step in run.lesson.steps:
                run.perform(step, silent)
                if step.id == "rename":
                    break
            # Its name alone would not do: the pretend machine had it before.
            shown = up_to(watching.stdout, '"place": "container"' if form == "--json" else "“container”")
            assert run.finish().clean
        rest = shown + watching.stdout.read()
    assert watching.returncode == 0
    assert "\x1b" not in first + rest
    if form == "--json":
        assert "container" in {json.loads(line)["place"] for line in rest.splitlines()}
    else:
        assert first.startswith("No lab is live on seat watched. This waits")
        assert rest.count("No lab is live") == 0
        assert rest.endswith("The lab has ended.\n")
