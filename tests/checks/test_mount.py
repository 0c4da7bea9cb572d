"""Mounts: what is mounted where and how, and what is not mounted."""

from __future__ import annotations

import pytest

from runner.checks.registry import KINDS
from runner.course import check_shapes
from runner.course.yaml_nodes import Faults, Scalar
from runner.lab.lab import Lab
from runner.records.results import Outcome
from runner.records.shapes import ListOf, Text
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


def test_mount(running: Lab) -> None:
    type_(running, "mkdir /containers/m && mount -t tmpfs -o ro,nosuid mine /containers/m")
    found = {"point": "/containers/m"}
    assert look(running, "mount", **found, fstype="tmpfs", source="mine", options=["ro", "nosuid"]) is Outcome.PASSED
    assert look(running, "mount", **found, fstype="proc") is Outcome.FAILED
    assert look(running, "mount", **found, options=["rw", "noexec"]) is Outcome.FAILED
    assert look(running, "mount", **found, exists=False) is Outcome.FAILED
    type_(running, "umount /containers/m")
    assert look(running, "mount", **found, exists=False) is Outcome.PASSED
    assert look(running, "mount", **found, fstype="tmpfs") is Outcome.FAILED


def test_mount_options_name_the_layers_of_an_overlay(running: Lab) -> None:
    type_(running, "cd /containers; mkdir a b up work m")
    type_(running, "mount -t overlay -o lowerdir=/containers/a:/containers/b,upperdir=up,workdir=work mine m")
    layers = "lowerdir=/containers/a:/containers/b"
    assert look(running, "mount", point="/containers/m", options=[layers]) is Outcome.PASSED
    assert look(running, "mount", point="/containers/m", options=["lowerdir=/containers/b"]) is Outcome.FAILED
    shape = KINDS["mount"].PARAMS.fields["options"].shape
    assert isinstance(shape, ListOf)
    assert isinstance(shape.item, Text)
    faults = Faults("x", {"root": "/containers"})
    for written in ("lowerdir={{ root }}/a:{{ root }}/b", "ro", "two words", "ro,rw"):
        check_shapes.validated(Scalar(1, 1, written, False), shape.item, faults)
    assert [fault.values["text"] for fault in faults.found] == ["two words", "ro,rw"]
