"""`semdocker prove` as its users meet it: the report on the screen and as a document, and its exit status."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

from tests.support.command import CHECKOUT, semdocker

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


@pytest.mark.parametrize(("language", "sentence"), [("en", "1 lesson is proven."), ("pt", "1 lição está provada.")])
def test_a_built_in_lesson_is_proven(language: str, sentence: str) -> None:
    done = semdocker("prove", "hostname", "--plain", "--lang", language)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    assert done.stdout.splitlines()[-1] == sentence
    assert "\x1b" not in done.stdout


def test_the_document() -> None:
    done = semdocker("prove", "hostname", "--pairs", "--json", "--lang", "en")
    assert done.returncode == 0, done.stderr[-3000:]
    document = json.loads(done.stdout)
    assert (document["schema"], document["proven"]) == ("semdocker/proof/1", True)
    rounds = document["rounds"]
    assert [(one["lesson"], one["round"], one["after"]) for one in rounds] == [
        ("hostname", 1, None),
        ("hostname", 2, None),
        ("hostname", None, None),
        ("hostname", None, "hostname"),
    ]
    rename = next(step for step in rounds[0]["steps"] if step["step"] == "rename")
    stages = [(stage["name"], stage["doubts"]) for stage in rename["stages"]]
    assert stages == [(name, []) for name in ("before", "step", "after", "undo", "again")]
    assert next(stage["command"] for stage in rename["stages"] if stage["name"] == "after") == "hostname staging"
    assert all(one["leftovers"] == one["noticed"] == [] for one in rounds)


def test_ctrl_c_puts_the_machine_back() -> None:
    """In the middle of a proof; the fixture of all these tests sees to it that nothing is left."""
    command = [sys.executable, "-u", "-m", "runner", "prove", "unshare", "--lang", "en"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        while not process.stdout.readline().startswith("OK: outside"):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.stdout.read()
    assert process.returncode == 130
