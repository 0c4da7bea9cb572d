"""Every verb where something is missing that everybody takes for granted: a sentence, a status, and nothing left."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from runner.records.errors import ExitStatus
from tests.support import broken_places, sample
from tests.support.broken_places import EXEC, KEPT, LABS, ODD_WORDS, PLACES, STREAMS, VERBS
from tests.support.command import semdocker

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]

EVERYWHERE = STREAMS | PLACES
SOME = sample.of(list(EVERYWHERE), 1 / 3, "broken places")
STATUSES = {*ExitStatus, 128 + 13}
OBEYED = "\x1b\x9b\u202e"  # by a terminal


def drawn(name: str, verbs: Sequence[str], count: int) -> list[str]:
    return verbs if sample.everything else random.Random(f"{sample.SEED} {name}").sample(list(verbs), count)  # type: ignore[return-value]


def behaves(line: str, words: Sequence[str], folder: Path) -> None:
    done = broken_places.start(line, words, folder)
    said = done.stdout + done.stderr
    assert "Traceback" not in said and "should not have happened" not in said, (words, said[-2000:])
    assert "Exception ignored" not in said, (words, said[-2000:])
    assert done.returncode in STATUSES, (words, done.returncode, said[-2000:])
    assert not set(OBEYED) & set(said), (words, said[-2000:])
    assert not [name for name in os.listdir(folder) if name.startswith((".", "semdocker-"))], words


@pytest.fixture(autouse=True)
def undone(request: pytest.FixtureRequest, untouched: None) -> Iterator[None]:
    """With too few files even a lab that could not open stays journalled: `cleanup` undoes it, and knows of all."""
    yield
    if "files" in request.node.name:
        assert semdocker("cleanup").returncode == 0


@pytest.mark.parametrize("place", SOME)
def test_a_broken_place_is_a_sentence_and_a_status(place: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)  # the people of some places are not root
    for verb in drawn(place, VERBS, 3):
        folder = tmp_path / verb.replace("/", "-")
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
        behaves(EVERYWHERE[place], verb.split(), folder)


@pytest.mark.parametrize("place", SOME)
def test_a_lab_in_a_broken_place_is_put_away(place: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    behaves(EVERYWHERE[place], drawn(f"lab {place}", LABS, 1)[0].split(), tmp_path)


@pytest.mark.parametrize(
    "words", sample.of(ODD_WORDS, 1 / 2, "odd words"), ids=lambda words: ascii(" ".join(words))[:40]
)
def test_odd_words_are_refused_and_shown_harmlessly(words: Sequence[str], tmp_path: Path) -> None:
    behaves(EXEC, words, tmp_path)


@pytest.mark.parametrize(
    ("place", "verb", "status", "sentence"),
    [
        ("no folder", "list", 0, ""),
        ("files of no size, unless one asks", "run hostname", 0, ""),
        (
            "files of no size",
            "run hostname",
            4,
            "/run/semdocker/default.lock could not be written, so nothing more was changed: File too large",
        ),
        ("8 files", "show chroot", 4, "The machine refuses what this needs: Too many open files"),
        (
            "no /proc",
            "status",
            4,
            "/proc/self/task: No such file or directory; “semdocker doctor” tells what this machine lacks",
        ),
        ("/ for reading", "cleanup", 0, ""),
        ("/var/lib for reading", "cleanup", 0, ""),
        ("a folder is the trust", "cleanup", 0, ""),
        ("a folder is the trust", "cleanup --distrust", 0, ""),
        ("a file is /run/semdocker", "status", 0, ""),
        ("warnings are errors", "list", 0, ""),
        ("stdout is for reading", "list", 0, ""),
        ("stderr is for reading", "status --what", 2, ""),
        ("full stderr", "status --what", 2, ""),
        ("both full", "list", 1, ""),
        ("stdout does not wait", "lint --schema lesson", 0, ""),
        ("nobody", "list --lessons /root", 1, "/root/course.yaml: Permission denied"),
        ("odd host name", "run hostname", 0, ""),
        ("empty host name", "run hostname", 0, ""),
    ],
)
def test_what_is_said_of_it(place: str, verb: str, status: int, sentence: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    done = broken_places.start(EVERYWHERE[place], verb.split(), tmp_path)
    assert (done.returncode, done.stderr) == (status, f"semdocker: {sentence}\n" if sentence else ""), done.stdout[
        -500:
    ]


def test_a_document_is_whole_where_only_ascii_can_be_written(tmp_path: Path) -> None:
    whole = broken_places.start(EXEC, ["show", "chroot", "--json", "--lang", "pt"], tmp_path)
    ascii_only = broken_places.start(PLACES["ASCII"], ["show", "chroot", "--json", "--lang", "pt"], tmp_path)
    assert json.loads(ascii_only.stdout) == json.loads(whole.stdout)
    assert ascii_only.stdout.isascii() and not whole.stdout.isascii()


def test_it_is_said_in_the_user_s_language(tmp_path: Path) -> None:
    done = broken_places.start(PLACES["8 files"], ["show", "chroot"], tmp_path, SEMDOCKER_LANG="pt")
    assert "A máquina recusa algo de que este comando precisa: Too many open files" in done.stderr


def test_memory_that_is_short_is_a_sentence_or_python_s_own(tmp_path: Path) -> None:
    """Below what Python itself needs, it speaks for itself; above, we do."""
    for kilobytes in range(20_000, 60_000, 4_000):
        done = broken_places.start(f"ulimit -v {kilobytes}; {KEPT}", ["list"], tmp_path)
        assert "should not have happened" not in done.stderr, (kilobytes, done.stderr)
