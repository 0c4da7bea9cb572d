"""Every kind of check, red and green for the right reason, against the real kernel; absent is a value."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from runner.checks import registry
from runner.checks.registry import Scene, evaluate
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import CommandResult, Outcome
from tests.conftest import the_course

pytestmark = pytest.mark.root


def look(lab: Lab, kind: str, typed: CommandResult | None = None, /, **params: Any) -> Outcome:
    return evaluate(Check(kind, params), Scene(lab.places, typed, socket.gethostname())).outcome


def type_(lab: Lab, command: str) -> CommandResult:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True)


@pytest.fixture
def container(running: Lab) -> Iterator[Lab]:
    """A shell in new PID, mount, UTS and IPC namespaces, named `container`."""
    type_(running, "unshare -p -m -u -i -f --kill-child --mount-proc /bin/bash --norc")
    running.bind("container", running.terminal.foreground())
    yield running


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


def test_process_is_known_by_identity(running: Lab) -> None:
    assert look(running, "process", of="decoy", alive=False) is Outcome.FAILED  # never seen: proves nothing
    type_(running, "sleep 4720 &")
    assert running.bind_command("decoy", "sleep 4720")
    assert look(running, "process", of="decoy", alive=True) is Outcome.PASSED
    assert look(running, "process", of="decoy", alive=False) is Outcome.FAILED
    assert look(running, "process", command="sleep 4720", count=1) is Outcome.PASSED
    type_(running, "kill %1; wait")
    assert look(running, "process", of="decoy", alive=False) is Outcome.PASSED
    assert look(running, "process", command="sleep 4720", at_least=1) is Outcome.FAILED


def test_process_pid_inside(container: Lab) -> None:
    assert look(container, "process", of="container", pid_inside=1) is Outcome.PASSED
    assert look(container, "process", of="host", pid_inside=1) is Outcome.FAILED
    assert look(container, "process", of="nobody", pid_inside=1) is Outcome.FAILED


def test_namespace(container: Lab) -> None:
    new = ["pid", "mnt", "uts", "ipc"]
    assert look(container, "namespace", of="container", differ=new, same=["net", "user"]) is Outcome.PASSED
    assert look(container, "namespace", of="container", same=["uts"]) is Outcome.FAILED
    assert look(container, "namespace", of="container", differ=["net"]) is Outcome.FAILED
    assert look(container, "namespace", of="nobody", differ=["net"]) is Outcome.FAILED
    assert look(container, "namespace", of="nobody", same=["net"]) is Outcome.FAILED


def test_hostname(container: Lab) -> None:
    assert look(container, "hostname", of="container", **{"is": "novo"}) is Outcome.FAILED
    type_(container, "hostname novo")
    assert look(container, "hostname", of="container", host="unchanged", **{"is": "novo"}) is Outcome.PASSED
    scene = Scene(container.places, None, "another-name")
    assert evaluate(Check("hostname", {"host": "unchanged"}), scene).outcome is Outcome.FAILED


def test_root(running: Lab) -> None:
    type_(running, "mkdir -p /containers/r/{bin,lib,lib64}")
    assert look(running, "root", of="jail", **{"is": "/containers/r"}) is Outcome.FAILED
    for place in ("bin", "lib", "lib64", "usr"):
        type_(running, f"mkdir -p /containers/r/{place}; mount --rbind /{place} /containers/r/{place}")
    type_(running, "chroot /containers/r /bin/bash --norc")
    running.bind("jail", running.terminal.foreground())
    assert look(running, "root", of="jail", **{"is": "/containers/r"}) is Outcome.PASSED
    assert look(running, "root", of="jail", **{"is": "/"}) is Outcome.FAILED


def test_socket_and_http(running: Lab) -> None:
    type_(running, "mkdir /containers/w; echo palavra > /containers/w/index.html")
    assert look(running, "socket", port="18099", listening=False) is Outcome.PASSED
    assert look(running, "http", port="18099", status=200) is Outcome.FAILED
    type_(running, "busybox httpd -f -p 127.0.0.1:18099 -h /containers/w &")
    answers = Check("http", {"port": "18099", "status": 200, "holds": "palavra"}, within=5)
    assert registry.await_check(answers, Scene(running.places)).outcome is Outcome.PASSED
    assert look(running, "socket", port="18099", listening=True) is Outcome.PASSED
    assert look(running, "socket", port="18099", listening=False) is Outcome.FAILED
    assert look(running, "http", port="18099", holds="outra") is Outcome.FAILED
    assert look(running, "http", port="18099", path="/none", status=200) is Outcome.FAILED


def test_output(running: Lab) -> None:
    result = type_(running, "echo one; echo two")
    assert look(running, "output", result, has=["one", "two"], lacks=["three"]) is Outcome.PASSED
    assert look(running, "output", result, has=["three"]) is Outcome.FAILED
    assert look(running, "output", result, lacks=["one"]) is Outcome.FAILED
    assert look(running, "output", result, matches="^tw.$", lines={"at_least": 2, "at_most": 2}) is Outcome.PASSED
    assert look(running, "output", result, lines={"at_most": 1}) is Outcome.FAILED
    assert look(running, "output", None, lacks=["one"]) is Outcome.FAILED


def test_output_agrees_with_the_kernel(container: Lab) -> None:
    listing, names, name = type_(container, "ps aux"), type_(container, "ls /usr"), type_(container, "hostname")
    assert look(container, "output", listing, agrees_with={"processes": "container"}) is Outcome.PASSED
    assert look(container, "output", listing, agrees_with={"processes": "host"}) is Outcome.FAILED
    assert look(container, "output", names, agrees_with={"entries": "/usr", "of": "container"}) is Outcome.PASSED
    assert look(container, "output", names, agrees_with={"entries": "/etc", "of": "container"}) is Outcome.FAILED
    assert look(container, "output", name, agrees_with={"hostname": "container"}) is Outcome.PASSED
    type_(container, "hostname changed-since")
    assert look(container, "output", name, agrees_with={"hostname": "container"}) is Outcome.FAILED


def test_trouble_of_our_own_is_not_the_students_failure(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> object:
        raise PermissionError("no access")

    monkeypatch.setattr("runner.host.kernel.mounts", broken)
    assert look(running, "mount", point="/", exists=True) is Outcome.COULD_NOT_CHECK


def test_all_kinds_are_used_by_the_course() -> None:
    used = {check.kind for lesson in the_course().lessons for step in lesson.steps for check in step.checks}
    assert used == set(registry.KINDS)
