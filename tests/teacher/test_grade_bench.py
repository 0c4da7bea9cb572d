"""The bench of the grader: what a script makes of the image, and what is told of it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from runner.lab.jail import Limits
from runner.records.course import Course
from runner.records.results import Outcome
from runner.teacher import grade_image
from runner.teacher.grade_bench import Bench
from tests.conftest import seated

LONGEST = 'cd "$(dirname "$(ls -S "$2"/blobs/sha256/* | head -1)")" && file=$(ls -S | head -1)'


@pytest.mark.root
@pytest.mark.parametrize(
    ("spoil", "kept"),
    [
        ("true", True),
        ('mv "$2" /tmp/moved && ln -s /tmp/moved "$2"', False),
        ('rm -rf "$2" && ln -s / "$2"', False),
        (f'{LONGEST} && mv "$file" /tmp/moved && ln -s /tmp/moved "$file"', False),
        (f'{LONGEST} && rm "$file" && ln -s /dev/zero "$file"', False),
        (f'{LONGEST} && truncate -s 1T "$file"', False),
        (f'{LONGEST} && rm "$file" && truncate -s 1T "$file"', False),
        (f'{LONGEST} && rm "$file" && mkfifo "$file"', False),
        ('rm -rf "$2" && mkfifo "$2"', False),
        ('mount --bind / "$2"', False),
    ],
    ids=[
        "kept",
        "link",
        "link to all",
        "a link",
        "endless",
        "longer",
        "sparse",
        "fifo",
        "no folder",
        "covered",
    ],
)
def test_the_image_is_looked_at_whatever_a_script_puts_in_its_place(course: Course, spoil: str, *, kept: bool) -> None:
    image = grade_image.make(Path("/bin/busybox"), "0123456789012345")
    script = f"#!/bin/bash\n{spoil}\n".encode()
    with seated(course, "grade") as seat, seat.lab(lambda _: None) as lab:
        bench = Bench(lab, script, image, "0123456789012345", Limits(), time.monotonic() + 60)
        with bench.trial() as trial:
            done = trial.done()
            began = time.monotonic()
            assert (done.status, done.errors) == (0, b"")
            assert (trial.image_kept().outcome is Outcome.PASSED) is kept
            trial.left()
            assert time.monotonic() - began < 10
