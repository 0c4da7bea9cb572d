"""Twenty thousand broken lessons through load and lint: faults with a place, never a traceback, a hang or a process."""

from __future__ import annotations

import io
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from runner.author import lint
from runner.author import lint_page as view
from runner.course import lesson_folders, load
from runner.records.errors import ExitStatus, InvalidLesson
from runner.records.options import Options
from runner.verbs.lint import lint_lessons
from tests.course.test_load import nothing_runs
from tests.support import cases, mutants

pytestmark = pytest.mark.usefixtures("nothing_runs")
assert nothing_runs

# One lesson in one language more than the format needs: what costs time is reading files that nobody changed.
FOLDER = "01-second"
FILES = {name: (cases.GOOD / "02-second" / name).read_text() for name in ("lesson.yaml", "pt.yaml", "en.yaml")}
FILES["lesson.yaml"] = FILES["lesson.yaml"].replace("needs: [first]\n", "")
COURSE = (cases.GOOD / "course.yaml").read_text().replace("  memory: {type: size, default: 64M}\n", "")
GOOD = {**{f"{FOLDER}/{name}": text for name, text in FILES.items()}, "course.yaml": COURSE}
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
SPEED = settings(deadline=None, database=None, phases=[Phase.explicit, Phase.generate], suppress_health_check=QUIET)
WHOLE = 20  # every so many go through the whole command, too
PLACE = re.compile(r"::(error|warning) file=[^:,]+,line=[1-9][0-9]*,col=[1-9][0-9]*::\S.*")


class Figures:
    """What happened, to be printed at the end."""

    def __init__(self) -> None:
        self.started = time.monotonic()
        self.files = self.refused = self.faults = 0
        self.slowest = 0.0

    def __str__(self) -> str:
        seconds = time.monotonic() - self.started
        return (
            f"{self.files} broken files, {self.refused} refused, {self.faults} faults, "
            f"slowest {self.slowest * 1000:.0f} ms, {seconds:.0f} s ({self.files / seconds:.0f} a second)"
        )


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    found = Figures()
    yield found
    print(f"\nfuzz: {found}")


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz") / "lessons"
    (folder / FOLDER).mkdir(parents=True)
    for name, text in GOOD.items():
        (folder / name).write_text(text)
    load.course(folder)
    return folder


def try_it(folder: Path, mutant: mutants.Mutant, figures: Figures) -> None:
    """Loads or is refused; lint says the same, with a place for every fault."""
    name, content = mutant
    (folder / name).write_bytes(content)
    started = time.process_time()
    try:
        loads, shown = _judged(folder)
        whole = _command(folder) if figures.files % WHOLE == 0 else None
    finally:
        (folder / name).write_text(GOOD[name])
    seconds = time.process_time() - started
    assert seconds < 1
    refused = any(line.startswith("::error") for line in shown)
    figures.files += 1
    figures.slowest = max(figures.slowest, seconds)
    figures.refused += refused
    figures.faults += len(shown)
    assert loads or refused
    assert whole in (None, (ExitStatus.INVALID_LESSON if refused else ExitStatus.OK, shown))
    for line in shown:
        assert PLACE.fullmatch(line), line
        assert not re.search("[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", line), repr(line)


def _judged(folder: Path) -> tuple[bool, list[str]]:
    """Whether the course loads, and what lint says of it. The files are read once for both: reading is what costs."""
    reading = load.read(folder)
    try:
        load.built(reading)
        loads = True
    except InvalidLesson as error:
        assert error.faults
        assert error.status == ExitStatus.INVALID_LESSON
        loads = False
    lint.judge(reading)
    output = io.StringIO()
    view.write_annotations(output, lint.Report(1, tuple(lesson_folders.in_order(reading.files))))
    return loads, output.getvalue().split("\n")[:-1]


def _command(folder: Path) -> tuple[ExitStatus, list[str]]:
    """The same from the command, as it is."""
    output = io.StringIO()
    with redirect_stdout(output):
        status = lint_lessons(Options(), (folder,), github=True)
    return status, output.getvalue().split("\n")[:-1]


@settings(SPEED, max_examples=200, derandomize=True)
@given(mutant=st.one_of(mutants.bytes_of(GOOD), mutants.trees_of(GOOD)))
def test_a_few_broken_files(mutant: mutants.Mutant, scratch: Path, figures: Figures) -> None:
    try_it(scratch, mutant, figures)


@pytest.mark.fuzz
@pytest.mark.timeout(800)
@settings(SPEED, max_examples=10_000)
@given(mutant=mutants.bytes_of(GOOD))
def test_ten_thousand_files_with_other_bytes(mutant: mutants.Mutant, scratch: Path, figures: Figures) -> None:
    try_it(scratch, mutant, figures)


@pytest.mark.fuzz
@pytest.mark.timeout(800)
@settings(SPEED, max_examples=10_000)
@given(mutant=mutants.trees_of(GOOD))
def test_ten_thousand_files_with_other_trees(mutant: mutants.Mutant, scratch: Path, figures: Figures) -> None:
    try_it(scratch, mutant, figures)


def test_one_file_of_each_sort_is_really_broken(scratch: Path, figures: Figures) -> None:
    """The corpus that the fuzzing begins from is good, and what it does is noticed."""
    before = figures.refused
    try_it(scratch, (f"{FOLDER}/lesson.yaml", b"steps: ["), figures)
    assert figures.refused == before + 1
    assert Path(shutil.copytree(scratch, scratch.parent / "copy")).exists()
    assert _command(scratch) == (ExitStatus.OK, [])
