"""Files: their type, mode, device, content and loader; an absent file is a value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runner.checks import registry
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import Outcome
from tests.support.looking import look, type_

pytestmark = pytest.mark.root


@pytest.mark.parametrize(
    ("params", "outcome"),
    [
        ({"type": "directory"}, Outcome.PASSED),
        ({"type": "file"}, Outcome.FAILED),
        ({"mode": "0750", "type": "directory"}, Outcome.PASSED),
        ({"mode": "0755"}, Outcome.FAILED),
        ({"exists": True}, Outcome.PASSED),
        ({"exists": False}, Outcome.FAILED),
    ],
)
def test_file(running: Lab, params: dict[str, Any], outcome: Outcome) -> None:
    type_(running, "mkdir -m 750 /containers/d")
    assert look(running, "file", path="/containers/d", **params) is outcome


def test_file_mode_has_the_sticky_bit(running: Lab) -> None:
    type_(running, "mkdir -m 1777 /containers/all")
    assert look(running, "file", path="/containers/all", mode="1777") is Outcome.PASSED
    assert look(running, "file", path="/containers/all", mode="0777") is Outcome.FAILED


def test_file_absent_is_a_value(running: Lab) -> None:
    assert look(running, "file", path="/containers/none", exists=False) is Outcome.PASSED
    assert look(running, "file", path="/containers/none", type="file") is Outcome.FAILED
    assert look(running, "file", path="/containers/none/deeper", exists=False) is Outcome.PASSED


def test_file_device_and_content(running: Lab) -> None:
    type_(running, "mknod -m 666 /containers/null c 1 3; echo 'a line' > /containers/text")
    assert look(running, "file", path="/containers/null", type="character", device="1:3") is Outcome.PASSED
    assert look(running, "file", path="/containers/null", device="1:5") is Outcome.FAILED
    assert look(running, "file", path="/containers/text", holds="a line") is Outcome.PASSED
    assert look(running, "file", path="/containers/text", holds="another") is Outcome.FAILED


def test_file_interpreter_is_the_loader_in_that_root(running: Lab) -> None:
    type_(running, "mkdir -p /containers/r/bin && cp /bin/bash /containers/r/bin/")
    params = {"path": "/containers/r/bin/bash", "root": "/containers/r"}
    assert look(running, "file", interpreter="missing", **params) is Outcome.PASSED
    assert look(running, "file", interpreter="present", **params) is Outcome.FAILED
    type_(running, "cp --parents $(ldd /bin/bash | grep -o '/[^ ]*ld-[^ ]*') /containers/r/")
    assert look(running, "file", interpreter="present", **params) is Outcome.PASSED


def test_a_program_without_a_loader_is_told_as_such(running: Lab) -> None:
    """Neither a script nor a static program asks for one; Python's own word for nothing is no word for people."""
    type_(running, "printf '#!/bin/sh\n' > /containers/script")
    path = "/containers/script"
    for wanted, told in (("present", ("present", "static")), ("missing", ("absent", "absent"))):
        scene = registry.Scene(running.places)
        (finding,) = registry.evaluate(Check("file", {"path": path, "interpreter": wanted}), scene).findings
        assert (finding.expected, finding.observed) == told
    assert look(running, "file", path=path, interpreter="present") is Outcome.FAILED


@pytest.mark.parametrize("instead", ["ln -s /gone", "ln -s $loader", "mkdir"])
def test_file_interpreter_is_a_file(running: Lab, instead: str) -> None:
    """A link to nothing, a link to itself and a directory are no loader: chroot(1) cannot start the program, either."""
    type_(running, "mkdir -p /containers/r/bin && cp /bin/bash /containers/r/bin/")
    type_(running, "loader=$(ldd /bin/bash | grep -o '/[^ ]*ld-[^ ]*') && cp --parents $loader /containers/r/")
    params = {"path": "/containers/r/bin/bash", "root": "/containers/r"}
    assert look(running, "file", interpreter="present", **params) is Outcome.PASSED
    type_(running, f"rm /containers/r$loader && {instead} /containers/r$loader")
    assert look(running, "file", interpreter="missing", **params) is Outcome.PASSED
    assert look(running, "file", interpreter="present", **params) is Outcome.FAILED


def test_file_libraries_are_those_of_the_program_and_theirs(running: Lab) -> None:
    """The loader of a tree finds them by the usual directories alone; a library in any other does not count."""
    type_(running, "mkdir -p /containers/r/bin && cp /bin/ps /containers/r/bin/")
    type_(running, "cp --parents $(ldd /bin/ps | grep -o '/[^ ]*') /containers/r")
    params = {"path": "/containers/r/bin/ps", "libraries": "present", "root": "/containers/r"}
    assert look(running, "file", **params) is Outcome.PASSED
    of_a_library = "$(ls /containers/r/lib/*/libcap.so.2 /containers/r/lib64/libcap.so.2 2>/dev/null)"
    type_(running, f"lost={of_a_library}; mkdir /containers/r/opt; mv $lost /containers/r/opt/")
    scene = registry.Scene(running.places)
    (finding,) = registry.evaluate(Check("file", params), scene).findings
    assert (finding.expected, finding.observed) == ("present", "libcap.so.2 absent"), "one that libproc2 asks for"
    type_(running, "ln -s /opt/libcap.so.2 $lost")
    assert look(running, "file", **params) is Outcome.PASSED


def test_file_behind_a_link_is_that_of_the_process(running: Lab) -> None:
    """An absolute link leads from its root, not from the one of whoever checks."""
    type_(running, "echo the lab > /run/inner && ln -s /run/inner /containers/link && ln -s /run /containers/folder")
    for path in ("/containers/link", "/containers/folder/inner"):
        assert look(running, "file", path=path, holds="the lab") is Outcome.PASSED
    assert look(running, "file", path="/containers/link", type="symlink") is Outcome.PASSED


def test_file_that_the_kernel_shows_to_each_reader_as_its_own(container: Lab) -> None:
    """Through whichever root: what counts are the namespaces of the process whose view it is."""
    type_(container, "exit")
    type_(container, "unshare -n -i -u -p -f --mount-proc bash --norc")
    container.bind("container", container.terminal)
    type_(container, "hostname inside; ipcmk -M 4242")
    ours = Path("/proc/sys/net/ipv4/ip_forward").read_text().strip()
    type_(container, f"echo {1 - int(ours)} > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward")
    wanted = {
        "/proc/sys/net/ipv4/ip_forward": str(1 - int(ours)),
        "/proc/sysvipc/shm": "4242",
        "/proc/sys/kernel/hostname": "inside",
        "/proc/self/comm": "bash",
        "/proc/net/dev": "lo:",
    }
    for path, text in wanted.items():
        assert look(container, "file", of="container", path=path, holds=text) is Outcome.PASSED, path
    assert look(container, "file", of="host", path="/proc/sysvipc/shm", holds="4242") is Outcome.FAILED
    assert look(container, "file", of="host", path="/proc/sys/kernel/hostname", holds="inside") is Outcome.FAILED


@pytest.mark.parametrize("thing", ["mkfifo /containers/f", "mkdir /containers/f", "mknod -m 666 /containers/f c 1 5"])
def test_what_is_no_regular_file_is_not_opened(running: Lab, thing: str) -> None:
    """A FIFO has no end before somebody writes to it, and a device may never have one."""
    type_(running, thing)
    check = Check("file", {"path": "/containers/f", "holds": "x"})
    (finding,) = registry.evaluate(check, registry.Scene(running.places)).findings
    assert (finding.outcome, finding.observed) == (Outcome.FAILED, "not a regular file")
    assert look(running, "file", path="/containers/f", interpreter="present") is Outcome.FAILED


def test_file_shows_the_nearest_line(running: Lab) -> None:
    type_(running, "printf 'Iface Gateway\\neth1 0000 7\\neth0 0000 7\\nlo 1 1\\n' > /containers/route")
    check = Check("file", {"path": "/containers/route", "holds": "eth0 0000 8"})
    (finding,) = registry.evaluate(check, registry.Scene(running.places)).findings
    assert (finding.outcome, finding.observed) == (Outcome.FAILED, "eth0 0000 7")


def found(lab: Lab, **params: Any) -> list[tuple[str, str]]:
    """Return what was expected and observed of a file."""
    result = registry.evaluate(Check("file", params), registry.Scene(lab.places))
    return [(finding.expected, finding.observed) for finding in result.findings]


def test_a_file_lacks_a_text(running: Lab) -> None:
    type_(running, "printf 'one\\nport 80\\n' > /containers/f; ln -s /gone /containers/link; mkfifo /containers/pipe")
    assert look(running, "file", path="/containers/f", lacks="port 8080", holds="port 80") is Outcome.PASSED
    assert look(running, "file", path="/containers/f", lacks="port") is Outcome.FAILED
    assert found(running, path="/containers/f", lacks="port") == [("port", "port 80")]
    assert found(running, path="/containers/f", lacks="port 8080") == [("port 8080", "absent")]
    for nothing in ("/containers/link", "/containers/pipe", "/containers/none"):
        assert look(running, "file", path=nothing, lacks="x") is Outcome.FAILED, "what is not there lacks nothing"
    assert found(running, path="/containers/link", holds="x") == [("x", "absent")]


def test_a_copy_and_the_very_same_file(running: Lab) -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    type_(running, "cd /containers; head -c 200000 /bin/bash > a; cp a copy; ln a name; ln -s a link; mkfifo pipe")
    mine: dict[str, Any] = {"path": "/containers/a"}
    assert look(running, "file", **mine, same_content="/containers/copy") is passed
    assert look(running, "file", **mine, same_file="/containers/copy") is failed
    for other in ("/containers/name", "/containers/link"):
        assert look(running, "file", **mine, same_file=other, same_content=other) is passed
    type_(running, "printf x | dd of=copy bs=1 seek=199999 conv=notrunc")
    assert look(running, "file", **mine, same_content="/containers/copy") is failed
    type_(running, "cp a copy; echo >> copy")
    assert found(running, **mine, same_content="/containers/copy") == [("yes", "no")]
    assert found(running, **mine, same_content="/containers/none") == [("yes", "absent")]
    assert found(running, **mine, same_content="/containers/pipe") == [("yes", "not a regular file")]
    assert found(running, **mine, same_file="/containers/none", than="nobody") == [("running", "absent")]
    type_(running, "ln -s /gone nowhere")
    assert look(running, "file", path="/containers/nowhere", same_content="/containers/a") is failed
    assert look(running, "file", path="/proc/self/maps", same_file="/containers/a") is failed


def test_files_are_compared_as_each_of_the_two_sees_them(running: Lab) -> None:
    """An absolute link leads from the root of whoever follows it."""
    type_(running, "cd /containers; mkdir -p r/bin; cp $(type -P busybox) r/bin/; echo host > /run/f; mkdir r/run")
    type_(
        running,
        "echo inside > r/run/f; ln -s /run/f r/link; ln -s /run/f link; touch r/run/v v; mount --bind v r/run/v",
    )
    type_(running, "chroot r /bin/busybox sleep 100001 &")
    while not running.bind_command("box", "/bin/busybox sleep 100001"):
        pass
    mine: dict[str, Any] = {"path": "/link", "of": "box"}
    assert look(running, "file", **mine, same_file="/run/f", than="box") is Outcome.PASSED
    assert look(running, "file", **mine, same_file="/containers/r/run/f") is Outcome.PASSED
    assert look(running, "file", **mine, same_file="/containers/link", same_content="/run/f") is Outcome.FAILED
    assert look(running, "file", path="/run/v", of="box", same_file="/containers/v") is Outcome.PASSED
    type_(running, "umount r/run/v")
    assert look(running, "file", path="/run/v", of="box", same_file="/containers/v") is Outcome.FAILED


def test_the_owner_has_a_number_on_each_side(running: Lab) -> None:
    type_(
        running, "cd /containers; touch f; chown 1234:2345 f; ln -s f link; chown -h 7 link; unshare -U sleep 100001 &"
    )
    while not running.bind_command("box", "sleep 100001"):
        pass
    pid = running.places["box"].pid
    mine: dict[str, Any] = {"path": "/containers/f", "of": "box"}
    assert look(running, "file", **mine, owner="1234:2345", owner_inside="65534:65534") is Outcome.PASSED
    type_(running, f"echo 0 1234 1 > /proc/{pid}/uid_map")
    assert look(running, "file", **mine, owner="1234", owner_inside="0") is Outcome.PASSED
    assert look(running, "file", **mine, owner="0") is Outcome.FAILED
    assert found(running, **mine, owner_inside="0:0") == [("0:0", "0:65534")]
    assert found(running, path="/containers/f", owner="1234:1") == [("1234:1", "1234:2345")]
    assert look(running, "file", path="/containers/link", owner="7") is Outcome.PASSED, (
        "of the link itself, as its type"
    )
    type_(running, "chown 5 f")
    assert look(running, "file", **mine, owner="1234") is Outcome.FAILED
    assert look(running, "file", path="/containers/none", owner="0") is Outcome.FAILED


def test_a_file_without_an_end_is_no_failure_of_a_student(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.host.files.LARGEST", 1 << 16)
    type_(running, "cd /containers; head -c 200000 /dev/zero > a; cp a b")
    assert look(running, "file", path="/containers/a", same_content="/containers/b") is Outcome.COULD_NOT_CHECK
