"""The grader: the image, the arithmetic, the reports; and, for root, engines whose faults are known."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import signal
import subprocess
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

import pytest

from runner.host import kernel, login
from runner.lab import seats
from runner.lab.jail import Limits
from runner.messages.catalog import MESSAGES
from runner.records.course import Course
from runner.records.errors import RunnerError, UsageError
from runner.records.grade import ISOLATION, REQUIREMENTS, TOTAL, Grade, Verdict, verdicts
from runner.records.results import Finding, Outcome, Rollback
from runner.teacher import grade, grade_image, grade_report
from runner.teacher.grade_trials import ASKS, Ask
from tests.conftest import seated
from tests.support import sample
from tests.support.command import CHECKOUT, COMMAND, environment
from tests.support.engines import ALL, IN_PYTHON, REFERENCE, WRONG, Wrong
from tests.support.waiting import until

SEED = 7
PASSED = Finding("x", "1", "1", Outcome.PASSED)
LOST = Finding("x", "1", "2", Outcome.FAILED)

# --- the image ---


@pytest.fixture
def busybox(tmp_path: Path) -> Path:
    path = tmp_path / "busybox"
    path.write_bytes(b"\x7fELF and so on")
    return path


def test_the_image_is_the_same_for_the_same_salt(busybox: Path) -> None:
    assert grade_image.make(busybox, "1") == grade_image.make(busybox, "1")
    assert grade_image.make(busybox, "1") != grade_image.make(busybox, "2")


def test_the_image_is_named_by_its_digests_all_the_way_down(busybox: Path) -> None:
    image = grade_image.make(busybox, "salt")
    used = {"index.json", "oci-layout"}

    def blob(descriptor: dict[str, object]) -> bytes:
        name = f"blobs/{str(descriptor['digest']).replace(':', '/')}"
        used.add(name)
        assert hashlib.sha256(image[name]).hexdigest() == name.rpartition("/")[2]
        assert len(image[name]) == descriptor["size"]
        return image[name]

    assert json.loads(image["oci-layout"]) == {"imageLayoutVersion": "1.0.0"}
    manifest = json.loads(blob(json.loads(image["index.json"])["manifests"][0]))
    config = json.loads(blob(manifest["config"]))
    plain = [hashlib.sha256(_unzipped(blob(layer))).hexdigest() for layer in manifest["layers"]]
    assert config["rootfs"]["diff_ids"] == [f"sha256:{digest}" for digest in plain]
    with tarfile.open(fileobj=io.BytesIO(blob(manifest["layers"][1]))) as second:
        assert {"etc/.wh.removed", "etc/shade/.wh..wh..opq"} <= set(second.getnames())
    assert used == set(image)


def _unzipped(data: bytes) -> bytes:
    import gzip

    return gzip.decompress(data) if data.startswith(b"\x1f\x8b") else data


# --- the arithmetic ---


def test_every_requirement_has_points_words_and_a_trial() -> None:
    assert TOTAL == 100
    proven = {name for ask in ASKS for name in ask.proves}
    assert proven == {requirement.id for requirement in REQUIREMENTS}
    for requirement in REQUIREMENTS:
        assert {f"grade.title.{requirement.id}", f"grade.look.{requirement.id}"} <= set(MESSAGES)


def test_what_nobody_looked_at_earns_nothing() -> None:
    assert sum(verdict.earned for verdict in verdicts([])) == 0


def test_one_round_that_fails_costs_the_points() -> None:
    first = REQUIREMENTS[0]
    assert Verdict(first, (PASSED, PASSED)).earned == first.points
    assert Verdict(first, (PASSED, LOST)).earned == 0
    assert Verdict(first, (PASSED, LOST, LOST)).faults == (LOST,)
    unseen = Finding("x", "", "no such file", Outcome.COULD_NOT_CHECK)
    assert Verdict(first, (PASSED, unseen)).outcome is Outcome.COULD_NOT_CHECK


def test_who_isolates_nothing_earns_nothing() -> None:
    """Whatever was seen: without one namespace or root directory of its own, nothing has been asked of a container."""
    found = [(one.id, LOST if one.id in ISOLATION else PASSED) for one in REQUIREMENTS]
    assert sum(verdict.earned for verdict in verdicts(found)) == 0
    told = next(verdict for verdict in verdicts(found) if verdict.requirement.id == "streams")
    assert [one.fact for one in told.faults] == ["grade.isolated"]
    one = [(name, PASSED if name == "root" else finding) for name, finding in found]
    assert sum(verdict.earned for verdict in verdicts(one)) > 60
    unseen = Finding("x", "", "no such file", Outcome.COULD_NOT_CHECK)
    untold = [(name, unseen if name == "root" else finding) for name, finding in found]
    assert {verdict.outcome for verdict in verdicts(untold) if verdict.requirement.id not in ISOLATION} == {
        Outcome.COULD_NOT_CHECK
    }


# --- what a script provokes ---


class Refuses:
    """A bench with a trial in which anything may go wrong."""

    deadline = float("inf")

    def __init__(self) -> None:
        self.found: list[tuple[str, Finding]] = []

    def add(self, name: str, *findings: Finding) -> None:
        self.found += [(name, finding) for finding in findings]

    @contextmanager
    def trial(self) -> Iterator[None]:
        yield


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("odd"), "ValueError: odd"),
        (KeyError("x"), "KeyError: 'x'"),
        (RecursionError("deep"), "RecursionError: deep"),
        (UnicodeDecodeError("utf-8", b"x", 0, 1, "odd"), "UnicodeDecodeError: 'utf-8' codec"),
        (OSError(5, "Input/output error"), "[Errno 5] Input/output error"),
        (RunnerError("lab-failed", detail="jail"), "jail"),
    ],
)
def test_whatever_goes_wrong_in_a_trial_is_told_and_the_next_one_is_done(error: Exception, told: str) -> None:
    def provoke(_: object) -> None:
        raise error

    bench = Refuses()
    grade._ask(bench, Ask(provoke, ("runs", "proc")))  # type: ignore[arg-type]
    assert [(name, one.outcome) for name, one in bench.found] == [
        ("runs", Outcome.COULD_NOT_CHECK),
        ("proc", Outcome.COULD_NOT_CHECK),
    ]
    assert all(one.observed.startswith(told) for _, one in bench.found)


# --- the reports ---

GRADES = (
    Grade("=a.sh", "ab", 1, verdicts([(one.id, PASSED) for one in REQUIREMENTS]), 1.0),
    Grade("b\x1b.sh", "cd", 2, verdicts([("uts-namespace", PASSED), ("proc", LOST)]), 2.0),
    Grade("c.sh", "ef", 3, (), 0.0, "gone"),
)


def test_the_report_as_json() -> None:
    document = json.loads(grade_report.json_text(GRADES, "en", {"unshare"}))
    assert (document["schema"], document["of"]) == ("semdocker/grade/1", 100)
    assert [script["points"] for script in document["scripts"]] == [100, 3, 0]
    lost = next(one for one in document["scripts"][1]["requirements"] if one["id"] == "proc")
    assert lost["faults"] == [{"fact": "x", "outcome": "failed", "expected": "1", "observed": "2", "source": ""}]
    assert {one["lesson"] for one in document["scripts"][1]["requirements"]} == {"unshare", None}


def test_the_report_as_csv_has_a_row_for_each_script_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(grade_report.csv_text(GRADES))))
    assert [row["script"] for row in rows] == ["'=a.sh", "b\\x1b.sh", "c.sh"]
    assert [(row["points"], row["uts-namespace"], row["proc"]) for row in rows] == [
        ("100", "3", "4"),
        ("3", "3", "0"),
        ("0", "", ""),
    ]
    assert rows[2]["trouble"] == "gone"


def test_the_report_as_junit() -> None:
    suites = ElementTree.fromstring(grade_report.junit(GRADES))
    assert [suite.get("tests") for suite in suites] == ["33", "33", "1"]
    assert [suite.get("failures") for suite in suites] == ["0", "32", "0"]
    assert suites[2].get("errors") == "1"


# --- scripts ---


def test_what_is_no_script_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(bytes(grade.LARGEST + 1))
    for path, key in ((tmp_path, "grade-not-a-file"), (tmp_path / "none", "grade-script"), (large, "grade-too-large")):
        with pytest.raises(UsageError) as error:
            grade.read(path)
        assert error.value.key == key


@pytest.mark.root
def test_a_script_is_read_with_the_rights_of_whoever_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an engine prints is shown to them, so root must not read for them what is closed to them."""
    secret, link = tmp_path / "secret", tmp_path / "link.sh"
    secret.write_bytes(b"root:x")
    secret.chmod(0o600)
    link.symlink_to(secret)
    monkeypatch.setattr(
        login, "person", lambda: login.Person("nobody", 65534, 65534, tmp_path, tmp_path, behind_sudo=True)
    )
    for path in (secret, link):
        with pytest.raises(UsageError) as error:
            grade.read(path)
        assert (error.value.key, error.value.values["reason"]) == ("grade-script", "Permission denied")
    monkeypatch.undo()
    assert grade.read(link) == b"root:x"


# --- engines ---


def graded(  # noqa: PLR0917 -- what may differ
    course: Course,
    script: str,
    rounds: int = 1,
    limits: Limits | None = None,
    seed: int = SEED,
    asks: Sequence[Ask] = ASKS,
) -> Grade:
    """Grade a script; the machine must be as it was after each lab."""
    rollbacks: list[Rollback] = []
    with seated(course, "grade") as seat:
        events = grade.grading(
            seat,
            Path("engine"),
            script.encode(),
            Path("/bin/busybox"),
            limits or Limits(),
            seed,
            rollbacks.append,
            rounds,
            asks,
        )
        *_, found = events
    assert len(rollbacks) == rounds
    assert all(rollback.clean for rollback in rollbacks)
    assert isinstance(found, Grade)
    return found


def lost(found: Grade) -> set[str]:
    return {verdict.requirement.id for verdict in found.verdicts if not verdict.earned}


BOTH = pytest.mark.parametrize("script", [REFERENCE, IN_PYTHON], ids=["shell", "python"])


@pytest.mark.root
@BOTH
def test_a_right_engine_gets_full_marks_whatever_its_way(course: Course, script: str) -> None:
    _full(graded(course, script))


@pytest.mark.root
@pytest.mark.proof
@BOTH
def test_a_right_engine_gets_full_marks_each_time(course: Course, script: str) -> None:
    _full(graded(course, script, rounds=3))


def _full(found: Grade) -> None:
    assert [(one.requirement.id, one.faults) for one in found.verdicts if one.faults] == []
    assert found.full


@pytest.fixture(scope="module")
def table(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """What each wrong engine lost, told at the end."""
    rows: list[str] = []
    yield rows
    if reporter := request.config.pluginmanager.get_plugin("terminalreporter"):
        for row in ("", *rows):
            reporter.write_line(row)


def _judged(course: Course, wrong: Wrong, table: list[str], asks: Sequence[Ask] = ASKS) -> None:
    found = graded(course, wrong.script, asks=asks)
    # A trial that fails may leave it to another one to judge a requirement.
    judged = {name for ask in asks for name in ask.proves} - {
        name for ask in set(ASKS) - set(asks) for name in ask.proves
    }
    table.append(f"{found.points:3}  {wrong.name:22} {' '.join(sorted(lost(found))) if found.points else 'everything'}")
    assert lost(found) & judged == set(wrong.loses.split())
    assert found.points == sum(one.points for one in REQUIREMENTS if one.id not in lost(found))


@pytest.mark.root
@pytest.mark.proof
@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_each_wrong_engine_loses_exactly_its_points(course: Course, wrong: Wrong, table: list[str]) -> None:
    _judged(course, wrong, table)


@pytest.mark.root
@pytest.mark.parametrize("wrong", sample.of(WRONG, 0.15, "engines"), ids=lambda wrong: wrong.name)
def test_a_wrong_engine_loses_its_points(course: Course, wrong: Wrong, table: list[str]) -> None:
    """Some of them, each in the trials that its fault touches and in two others. `--proof` does all trials of all."""
    touched = [ask for ask in ASKS if set(ask.proves) & set(wrong.loses.split())]
    others = [ask for ask in ASKS if ask not in touched]
    _judged(course, wrong, table, [*touched, *(sample.of(others, 2 / len(others), wrong.name) if others else ())])


BROKEN = {
    "fork-bomb": "f() { f | f & }; f; f; wait",
    "flood": "exec yes",
    "never-ends": "exec sleep 100000",
    "kills-everything": 'for pid in $(ps -eo pid=); do kill -9 "$pid"; done; kill -9 -1; sleep 1',
    "wrecks": "rm -rf /containers/* /tmp/*; hostname gone; umount -a; reboot -f; tail /dev/zero; exit 3",
}


@pytest.mark.root
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_script_earns_nothing_and_spoils_nothing(course: Course, name: str) -> None:
    """The machine is compared by `graded`, and all processes by the fixture `untouched`."""
    began = time.monotonic()
    found = graded(course, f"#!/bin/bash\n{BROKEN[name]}\n", limits=Limits(seconds=1))
    assert lost(found) == set(ALL.split())
    assert time.monotonic() - began < 120


@pytest.mark.root
def test_the_same_seed_gives_the_same_values_and_another_one_others(course: Course) -> None:
    said = []
    for seed in (1, 1, 2):
        usual = [ask for ask in ASKS if ask.proves == ("usual-command",)]
        found = graded(course, "#!/bin/bash\nexit 0\n", seed=seed, asks=usual)
        said.append([one.expected for verdict in found.verdicts for one in verdict.faults if "usual" in one.expected])
    assert said[0] == said[1] != said[2]


# --- the end of the grader itself ---


@pytest.mark.root
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_grader_that_is_stopped_leaves_nothing(tmp_path: Path, number: signal.Signals, status: int) -> None:
    """Neither its jail nor its lab: even when it is killed, the guardian takes all of it away."""
    script = tmp_path / "never.sh"
    script.write_text("#!/bin/sh\nexec sleep 98765\n")
    words = [*COMMAND, "grade", "--seat", "stopped", str(script)]
    running = subprocess.Popen(
        words, cwd=CHECKOUT, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        until(lambda: _sleepers() > 0, patience=60)
    finally:
        running.send_signal(number)
    assert running.wait(30) == status
    until(lambda: _sleepers() == 0 and not seats.journal_of("stopped").exists())


def _sleepers() -> int:
    return sum(kernel.command(pid) == "sleep 98765" for pid in kernel.pids())
