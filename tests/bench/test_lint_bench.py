"""What `lint` costs for a hundred to a thousand lessons like the built-in ones. How long it takes never fails it.

pytest --bench -s
"""

from __future__ import annotations

import re
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from runner.host import package_files

pytestmark = [pytest.mark.bench, pytest.mark.timeout(300)]
BOUND = 10.0  # seconds for a thousand


def generate(count: int, folder: Path) -> Path:
    """A course of `count` lessons: the built-in ones over and over, each with an id of its own."""
    folder.mkdir()
    heading = yaml.safe_load((package_files.lessons() / "course.yaml").read_text())
    heading.pop("parts")  # which name the course's own lessons, as do "needs" and "see" in a lesson
    (folder / "course.yaml").write_text(yaml.safe_dump(heading))
    models = sorted(package_files.lessons().glob("[0-9][0-9]-*"))
    for place in range(count):
        model = models[place % len(models)]
        id = f"{model.name[3:]}-{place}"
        copy = Path(shutil.copytree(model, folder / f"{place * 98 // count + 1:02}-{id}"))
        path = copy / "lesson.yaml"
        text = re.sub(r"(?m)^id: .*$", f"id: {id}", path.read_text(), count=1)
        path.write_text(re.sub(r"(?m)^needs: .*\n|, see: \[[^]]*\]", "", text))
    return folder


def test_a_thousand_lessons(tmp_path: Path) -> None:
    costs = {}
    for count in (100, 300, 1000):
        folder = generate(count, tmp_path / str(count))
        started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-m", "runner", "lint", folder], capture_output=True, text=True, check=False
        )
        costs[count] = time.perf_counter() - started
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        assert done.returncode == 0, done.stdout[-2000:]
        assert done.stdout.startswith(f"{count} ")
        print(f"\n  lint, {count} lessons: {costs[count]:.2f} s, {processor:.2f} s of a processor", flush=True)
    verdict = "within" if costs[1000] <= BOUND else "OVER"
    assert costs[1000] > costs[100] > 0
    growth = (costs[1000] / 1000) / (costs[100] / 100)
    print(
        f"\n  a thousand: {costs[1000]:.2f} s (bound {BOUND:g}: {verdict}); a lesson costs {growth:.2f} times as much"
    )
