"""Mounts: what is mounted where and how, and what is not mounted."""

from __future__ import annotations

from typing import Any

import pytest

from runner.checks.registry import KINDS
from runner.course import check_shapes
from runner.course.yaml_nodes import Faults, Scalar
from runner.host import kernel
from runner.host import overlay as overlay_options
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


@pytest.mark.parametrize(
    ("made", "propagation"),
    [
        ("--make-shared", "shared"),
        ("--make-private", "private"),
        ("--make-shared --make-slave", "private"),  # a slave of nobody
        ("--make-unbindable", "unbindable"),
    ],
)
def test_propagation(running: Lab, made: str, propagation: str) -> None:
    type_(running, "mkdir /containers/m && mount -t tmpfs --make-private mine /containers/m")
    for option in made.split():
        type_(running, f"mount {option} /containers/m")
    for word in kernel.PROPAGATION:
        expected = Outcome.PASSED if word == propagation else Outcome.FAILED
        assert look(running, "mount", point="/containers/m", propagation=word) is expected, word


def test_propagation_of_a_slave_is_that_of_the_process(running: Lab) -> None:
    type_(running, "mkdir /containers/m && mount -t tmpfs --make-shared mine /containers/m")
    type_(running, "unshare -m --propagation slave sleep 100001 &")
    while not running.bind_command("box", "sleep 100001"):
        pass
    inside = {"point": "/containers/m", "of": "box"}
    assert look(running, "mount", point="/containers/m", propagation="shared") is Outcome.PASSED
    assert look(running, "mount", **inside, propagation="slave") is Outcome.PASSED
    assert look(running, "mount", **inside, propagation="private") is Outcome.FAILED
    type_(running, f"nsenter -m -t {running.places['box'].pid} mount --make-shared /containers/m")
    assert look(running, "mount", **inside, propagation="slave-and-shared") is Outcome.PASSED
    assert look(running, "mount", **inside, propagation="slave") is Outcome.FAILED


def overlay(lab: Lab, options: str) -> None:
    type_(lab, 'cd /containers; mkdir -p a b up work m "c d" e,f g:h; umount m; ln -sfn b link')
    done = type_(lab, f"mount -t overlay -o '{options}' mine m")
    assert done.exit == 0, done.output


def layers(lab: Lab, **params: Any) -> Outcome:
    return look(lab, "mount", point="/containers/m", **params)


def test_layers_of_an_overlay(running: Lab) -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    overlay(running, "lowerdir=/containers/a:/containers/link,upperdir=/containers/up,workdir=/containers/work")
    right: dict[str, Any] = {"lowerdir": ["/containers/a", "/containers/b"], "upperdir": "/containers/up"}
    assert layers(running, **right, workdir="/containers/work/") is passed
    assert layers(running, lowerdir=right["lowerdir"][::-1]) is failed, "their order decides which file is seen"
    assert layers(running, lowerdir=["/containers/a"]) is failed
    assert layers(running, options=["upperdir=/containers/up"]) is passed
    assert layers(running, upperdir="/containers/b") is failed
    type_(running, "umount m && mount -t tmpfs mine m")
    assert layers(running, lowerdir=right["lowerdir"]) is failed
    overlay(running, "lowerdir=a:b")
    assert layers(running, lowerdir=right["lowerdir"]) is failed, "who knows where `a` was?"
    assert layers(running, upperdir="/containers/up") is failed


def test_layers_of_any_name(running: Lab) -> None:
    top = "/containers"
    overlay(running, rf"lowerdir={top}/c d:{top}/g\:h:{top}/e\,f,upperdir={top}/up,workdir={top}/work")
    assert layers(running, lowerdir=[f"{top}/c d", f"{top}/g:h", f"{top}/e,f"]) is Outcome.PASSED
    assert layers(running, lowerdir=[f"{top}/c d", f"{top}/g", f"{top}/h", f"{top}/e,f"]) is Outcome.FAILED


ONE_BY_ONE = """\
use strict; my ($kind, $here, $target, @options) = ("overlay", "", @ARGV); my $fs = syscall(430, $kind, 0);
for (@options) { my ($key, $value) = split /=/, $_, 2; syscall(431, $fs, 1, $key, $value, 0) and exit 7 }
syscall(431, $fs, 6, 0, 0, 0) and exit 7; my $mount = syscall(432, $fs, 0, 0);
syscall(429, $mount, $here, -100, $target, 4) and die $!"""


def test_layers_that_were_added_one_by_one(running: Lab) -> None:
    """As newer tools do (fsconfig(2)); the kernel then lists them one by one, too, without a backslash."""
    overlay(running, "lowerdir=a:b")
    type_(running, "umount m; cat > add.pl <<'END'\n" + ONE_BY_ONE + "\nEND\n")
    added = type_(running, "perl add.pl /containers/m 'lowerdir+=/containers/g:h' 'lowerdir+=/containers/e,f'")
    if added.exit == 7:
        pytest.skip("this kernel has no `lowerdir+`")
    assert added.exit == 0, added.output
    wanted = ["/containers/g:h", "/containers/e,f"]
    assert layers(running, lowerdir=wanted) is Outcome.PASSED
    assert layers(running, lowerdir=wanted[::-1]) is Outcome.FAILED


def test_layers_as_the_kernel_writes_them() -> None:
    """Octal escapes come first, for they are those of mountinfo; the backslashes left are of the overlay."""
    row = (
        r"8 6 0:4 / /m rw shared:3 master:1 - overlay o rw,"
        r"lowerdir=/a\134:b:/c\040d::/e\134\134,upperdir=/u\134\054,workdir=w"
    )
    mount = kernel.parsed_mount(row)
    assert overlay_options.layers(mount.options, "lowerdir") == ("/a:b", "/c d", "/e\\")
    assert overlay_options.layers(mount.options, "upperdir") == ("/u,",)
    assert overlay_options.layers(mount.options, "workdir") == ("w",)
    assert mount.propagation == "slave-and-shared"


def test_what_an_option_may_be() -> None:
    shape = KINDS["mount"].PARAMS.fields["options"].shape
    assert isinstance(shape, ListOf)
    assert isinstance(shape.item, Text)
    faults = Faults("x", {"root": "/containers"})
    for written in ("lowerdir={{ root }}/a:{{ root }}/b", "ro", "two words", "ro,rw"):
        check_shapes.validated(Scalar(1, 1, written, False), shape.item, faults)
    assert [fault.values["text"] for fault in faults.found] == ["two words", "ro,rw"]
