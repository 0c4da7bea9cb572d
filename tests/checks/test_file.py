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
