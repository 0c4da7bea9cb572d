"""What a lesson may require is exactly what can be probed, and has a name on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from runner.course import course_rules
from runner.course.drafts import Document
from runner.course.yaml_nodes import Faults
from runner.host import capability, kernel
from runner.messages.catalog import label

KINDS = {"mnt": "mount"}


@pytest.mark.parametrize("kind", kernel.NAMESPACES)
def test_every_namespace_that_a_check_knows_can_be_required_and_tried(kind: str) -> None:
    name = f"namespace.{KINDS.get(kind, kind)}"
    lesson = Document(Faults("lesson.yaml"), None, {"requires": (name,)})
    course_rules.requires(lesson)
    assert lesson.faults.found == []
    assert capability.command(name), "it is tried with a command"
    assert label(f"capability.{name}") != f"capability.{name}"


def test_the_namespaces_are_those_of_this_kernel() -> None:
    ours = {path.name.removesuffix("_for_children") for path in Path("/proc/self/ns").iterdir()}
    assert ours <= {*kernel.NAMESPACES}


def test_every_name_has_words() -> None:
    for name in capability.NAMES:
        assert label(f"capability.{name}") != f"capability.{name}"
