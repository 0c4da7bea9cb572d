"""What running the course costs, as ratios side by side in one run. It prints; how long something takes never fails it.

pytest --bench -s
"""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from runner.course.render import Values, render
from runner.engine.lab_run import silent
from runner.engine.lesson_run import LessonRun
from runner.records.course import Course, Lesson
from runner.records.results import Outcome
from tests.conftest import BASE
from tests.support.command import CHECKOUT

pytestmark = [pytest.mark.root, pytest.mark.bench, pytest.mark.timeout(900)]
# The loop that burns CPU takes one second or two, as the clock happens to stand.
PARTS = ("base", "beyond")  # An engine, in the third, would keep its state and its groups on the machine.
ROUNDS = int(os.environ.get("SEMDOCKER_ROUNDS", "7"))
# Medians, not means: under a CPU limit, a kernel of v1 now and then spends seconds on one OOM kill.


def say(label: str, value: float, unit: str, bound: float) -> None:
    """Print a figure, which must have been measured."""
    assert 0 < value < float("inf"), label
    verdict = "within" if value <= bound else "OVER"
    print(f"\n  {label}: {value:.2f} {unit} (bound {bound:g}: {verdict})", flush=True)


def seconds(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    act()
    return time.perf_counter() - started


# One pipe for each terminal: its shell reads what it carries, and so does each shell that is entered there. After each
# command comes a line that tells its exit status, and the script reads it before it goes on. A server needs a moment
# until it answers: where the lessons wait for it with a check, the script tries again.
TYPIST = """
cd "$(mktemp -d)" && mkfifo told && exec 9<>told && HERE=$PWD && cd / || exit
open() { mkfifo "$HERE/$1" && { bash --norc <"$HERE/$1" & } && exec {terminal}>"$HERE/$1" && pipes[$1]=$terminal; }
type() {
  for wait in 0 .02 .05 .1 .2 .5 1; do
    sleep "$wait" && printf 'set -m\\n%s\\necho $? >&9\\n' "$3" >&"${pipes[$1]}" && read -ru 9 status
    case $2/$status in any/* | "$status/$status" | fails/[1-9]*) return ;; esac
  done
  echo "exit status $status, not $2: $3" >&2
  exit 1
}
"""


def script(course: Course, lesson: Lesson, values: Values) -> str:
    """The very same commands as one bash script, in as many shells side by side as the lesson has terminals."""
    steps = [step for needed in lesson.needs for step in map(course.lesson(needed).step, course.lesson(needed).leaves)]
    lines, where = [TYPIST], dict[str, int]()
    depth: list[int] = []  # of each terminal: how many shells were entered one in the other
    for step in [*steps, *lesson.steps]:
        command = render(step.run.on(values["cgroup_version"]), values).rstrip()
        terminal = where.get(step.at, 0)
        if step.enters and step.at == "host":  # in one that nobody has entered a shell in, besides the first
            terminal = next((at for at in range(1, len(depth)) if not depth[at]), max(1, len(depth)))
        while len(depth) <= terminal:
            lines.append(f"open {len(depth)}")
            depth.append(0)
        if step.enters:
            where[step.enters] = terminal
        depth[terminal] += 1 if step.enters else -1 if command == "exit" else 0
        status = "any" if command == "exit" else step.fails.exit or "fails" if step.fails else 0
        lines.append(f"type {terminal} {status} {shlex.quote(command)}")
    return "\n".join(lines) + "\n"


def run_scripts(scripts: list[str]) -> None:
    for text in scripts:
        setup = f'ip link set lo up && for d in {BASE} /tmp /run; do mount -t tmpfs d $d; done; bash --norc -c "$TEXT"'
        done = subprocess.run(
            ["unshare", "-m", "-n", "-i", "-p", "-f", "--mount-proc", "--kill-child", "sh", "-c", setup],
            env={**os.environ, "TEXT": text, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, done.stderr  # a script that ends early would win every comparison


def run_course() -> None:
    command = [sys.executable, "-m", "runner", "run", *PARTS, "--plain", "--lang", "en"]
    subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, stdin=subprocess.DEVNULL)


def test_whole_course_against_one_bash_script(course: Course, values: Values) -> None:
    lessons = [lesson for part, lessons in course.sections if part and part.id in PARTS for lesson in lessons]
    scripts = [script(course, lesson, values) for lesson in lessons]
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        ours.append(seconds(run_course))
        BASE.mkdir(exist_ok=True)
        theirs.append(seconds(lambda: run_scripts(scripts)))
        with suppress(FileNotFoundError):  # another seat may have made it, and taken it away
            BASE.rmdir()
    for name, taken in (("course", ours), ("bash script", theirs)):
        print(f"\n  {name}: {statistics.median(taken):.2f} s ({min(taken):.2f} to {max(taken):.2f})", end="")
    say("whole course / bash script", statistics.median(ours) / statistics.median(theirs), "x", 1.15)


def test_step_check_and_rollback(course: Course, values: Values, seat: int) -> None:
    terminal, looks, rollbacks = [], [], []
    for lesson in course.lessons:
        run = LessonRun(course, lesson, values, "default", seat)
        run.start()
        for step in lesson.steps:
            result = run.perform(step, silent)
            assert result.outcome is Outcome.PASSED, step.id
            looks += [check.seconds for check in result.checks]
        if run.lab.is_at("host"):
            for _ in range(50):
                terminal.append(run.lab.terminal.run("true", timeout=5, limit=100, emit=silent).seconds)
        rollback = run.finish()
        assert rollback.clean
        rollbacks.append(rollback.seconds)
    say("median step in the terminal", statistics.median(terminal) * 1000, "ms", 2)
    say("median check", statistics.median(looks) * 1000, "ms", 5)
    say("median rollback of a lesson, verified", statistics.median(rollbacks) * 1000, "ms", 250)


def test_peak_memory_of_the_runner() -> None:
    code = (
        "import re, sys; from runner.cli import main; status = main(['run', '--plain']);"
        "print('PEAK', re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]); sys.exit(status)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL
    )
    peak = int(done.stdout.split("PEAK")[1]) / 1024
    say("peak memory of the runner", peak, "MB", 60)


@pytest.mark.parametrize(("arguments", "bound"), [("--version", 3), ("list", 8), ("--help", 8)])
def test_start_up_against_bare_python(arguments: str, bound: float) -> None:
    """And in milliseconds, for what counts is that nobody feels it: 250 on a small machine."""

    def start(*command: str) -> float:
        return seconds(lambda: subprocess.run(command, cwd=CHECKOUT, capture_output=True, check=True))

    bare = statistics.median(start(sys.executable, "-c", "pass") for _ in range(15))
    ours = statistics.median(start(sys.executable, "-m", "runner", arguments) for _ in range(15))
    say(f"semdocker {arguments} / python -c pass", ours / bare, "x", bound)
    say(f"semdocker {arguments} answers", ours * 1000, "ms", 250)
