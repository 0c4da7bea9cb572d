"""Links, routes, settings, reachability, nftables and queues of a network namespace that is not ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from runner.checks import registry
from runner.host import kernel
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import Finding, Outcome
from tests.support.looking import look, type_

pytestmark = [pytest.mark.root, pytest.mark.skipif(shutil.which("ip") is None, reason="needs iproute2")]

needs_nft = pytest.mark.skipif(shutil.which("nft") is None, reason="needs nftables")
WIRE = """\
ip link add br0 type bridge && ip addr add 10.7.0.1/24 dev br0 && ip link set br0 up &&
ip link add outer type veth peer name eth0 netns {pid} && ip link set outer master br0 up"""


@pytest.fixture
def wired(running: Lab) -> Iterator[Lab]:
    """A process `box` in a network of its own, and a cable from the lab's bridge to its eth0, which is off."""
    type_(running, "unshare -n sleep 100001 &")
    while not running.bind_command("box", "sleep 100001"):
        pass
    type_(running, f"box={running.places['box'].pid}")
    assert type_(running, WIRE.format(pid="$box")).exit == 0
    yield running


def findings(lab: Lab, kind: str, /, **params: Any) -> list[Finding]:
    return list(registry.evaluate(Check(kind, params), registry.Scene(lab.places)).findings)


def switch_on(lab: Lab) -> None:
    done = type_(lab, "nsenter -t $box -n sh -c 'ip addr add 10.7.0.2/24 dev eth0; ip link set eth0 up'")
    assert done.exit == 0


def test_link(wired: Lab) -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    outer, inner = {"name": "outer", "of": "host"}, {"name": "eth0", "of": "box"}
    assert look(wired, "link", **outer, exists=True, up=True, kind="veth", master="br0") is passed
    assert look(wired, "link", name="br0", of="host", kind="bridge", addresses=["10.7.0.1/24"]) is passed
    assert look(wired, "link", name="br0", of="host", kind="veth") is failed
    assert look(wired, "link", **outer, master="none") is failed
    assert look(wired, "link", **inner, up=False, master="none", lacks=["10.7.0.2/24"]) is passed
    assert look(wired, "link", **inner, up=True) is failed
    assert look(wired, "link", name="eth0", of="host", exists=False) is passed
    assert look(wired, "link", name="outer", of="box", up=True) is failed
    switch_on(wired)
    assert look(wired, "link", **inner, up=True, addresses=["10.7.0.2/24"]) is passed
    assert look(wired, "link", **inner, addresses=["10.7.0.2/16"]) is failed
    assert look(wired, "link", **inner, lacks=["10.7.0.2/24"]) is failed
    assert look(wired, "link", **inner, exists=False) is failed


def test_route(wired: Lab) -> None:
    way: dict[str, Any] = {"to": "default", "of": "box"}
    assert look(wired, "route", **way, exists=False) is Outcome.PASSED
    assert look(wired, "route", **way, via="10.7.0.1") is Outcome.FAILED
    switch_on(wired)
    type_(wired, "nsenter -t $box -n ip route add default via 10.7.0.9")
    assert look(wired, "route", **way, exists=False) is Outcome.FAILED
    assert look(wired, "route", **way, via="10.7.0.9", dev="eth0") is Outcome.PASSED
    assert look(wired, "route", to="10.7.0.0/24", of="box", dev="eth0") is Outcome.PASSED
    (finding,) = findings(wired, "route", **way, via="10.7.0.1")
    assert (finding.expected, finding.observed) == ("default via 10.7.0.1", "default via 10.7.0.9 dev eth0")
    assert look(wired, "route", to="default", of="host", exists=False) is Outcome.PASSED


def test_sysctl_is_that_of_the_place(wired: Lab) -> None:
    key, file = "net.ipv4.ip_forward", "/proc/sys/net/ipv4/ip_forward"
    type_(wired, f"nsenter -t $box -n sh -c 'echo 1 > {file}'; echo 0 > {file}")
    assert look(wired, "sysctl", key=key, of="box", **{"is": "1"}) is Outcome.PASSED
    assert look(wired, "sysctl", key=key, of="host", **{"is": "1"}) is Outcome.FAILED
    assert look(wired, "sysctl", key="net.ipv4.ping_group_range", of="box", **{"is": "1 0"}) is Outcome.PASSED
    (finding,) = findings(wired, "sysctl", key="net.ipv4.no_such", of="box", **{"is": "1"})
    assert (finding.outcome, finding.observed) == (Outcome.FAILED, "absent")


def test_reach(wired: Lab) -> None:
    there = {"address": "10.7.0.2", "of": "host"}
    assert look(wired, "reach", **there, answers=True) is Outcome.FAILED
    assert look(wired, "reach", **there, answers=False) is Outcome.PASSED
    switch_on(wired)
    back = Check(
        "reach", {**there, "answers": True}, within=10
    )  # the kernel remembers for a while that nobody was there
    assert registry.await_check(back, registry.Scene(wired.places)).outcome is Outcome.PASSED
    assert look(wired, "reach", **there, answers=False) is Outcome.FAILED
    assert look(wired, "reach", address="10.7.0.1", of="box", answers=True) is Outcome.PASSED
    (finding,) = findings(wired, "reach", address="10.8.0.1", of="box", answers=True)
    assert finding.observed == "Network is unreachable"
    (finding,) = findings(wired, "reach", **there, port="80", answers=True)
    assert finding.observed == "Connection refused"


def test_reach_measures_a_download_and_qdisc_tells_why(wired: Lab) -> None:
    switch_on(wired)
    type_(wired, "mkdir /containers/w; head -c 40M /dev/zero > /containers/w/big")
    type_(wired, "busybox httpd -f -p 10.7.0.1:8080 -h /containers/w &")
    big: dict[str, Any] = {"address": "10.7.0.1", "of": "box", "port": "8080", "path": "/big", "answers": True}
    queue: dict[str, Any] = {"dev": "outer", "of": "host", "kind": "tbf"}
    begun = registry.await_check(Check("reach", {**big, "at_least": 4_000_000}, within=5), registry.Scene(wired.places))
    assert begun.outcome is Outcome.PASSED
    assert look(wired, "reach", **big, at_most=2_000_000) is Outcome.FAILED
    type_(wired, "head -c 9 /dev/zero > /containers/w/small; > /containers/w/empty")
    for path, observed in {
        "/none": "404 Not Found",
        "/small": "too short to be measured",
        "/empty": "too short to be measured",
    }.items():
        nothing = findings(wired, "reach", **{**big, "path": path}, at_most=2_000_000)[-1]
        assert nothing.outcome is Outcome.FAILED and nothing.observed.endswith(observed)
    assert look(wired, "qdisc", **queue) is Outcome.FAILED
    assert look(wired, "qdisc", **queue, exists=False) is Outcome.PASSED
    done = type_(wired, "tc qdisc add dev outer root tbf rate 8mbit burst 32k limit 32k")
    assert done.exit == 0
    assert look(wired, "reach", **big, at_most=1_250_000) is Outcome.PASSED
    assert look(wired, "reach", **big, at_least=4_000_000) is Outcome.FAILED
    assert look(wired, "qdisc", **queue, rate="8mbit", drops=1) is Outcome.PASSED
    assert look(wired, "qdisc", **queue, rate="8000kbit") is Outcome.PASSED
    assert look(wired, "qdisc", **queue, exists=False) is Outcome.FAILED
    rate, drops = findings(wired, "qdisc", **queue, rate="9mbit", drops=1_000_000_000)[1:]
    assert (rate.outcome, rate.observed, drops.outcome) == (Outcome.FAILED, "8mbit", Outcome.FAILED)
    assert look(wired, "reach", **big, at_least=20_000, at_most=1_250_000) is Outcome.PASSED
    narrow = "tc qdisc del dev outer root; tc qdisc add dev outer root tbf rate 8mbit burst 1000 limit 32k"
    assert type_(wired, narrow).exit == 0
    stopped = findings(wired, "reach", **big, at_most=1_250_000)[-1]  # nothing that is larger than the bucket passes
    assert (stopped.outcome, stopped.observed) == (Outcome.FAILED, "0 B/s")
    assert type_(wired, "tc qdisc del dev outer root").exit == 0
    assert look(wired, "qdisc", dev="outer", of="host", kind="noqueue") is Outcome.PASSED


def test_qdisc_tells_where_its_filters_lead(wired: Lab) -> None:
    queue: dict[str, Any] = {"dev": "outer", "of": "host", "kind": "ingress"}
    assert type_(wired, "ip link add aside type ifb && tc qdisc add dev outer ingress").exit == 0
    (found,) = findings(wired, "qdisc", **queue, redirect="aside")[1:]
    assert (found.outcome, found.observed) == (Outcome.FAILED, "absent"), "a qdisc alone leads nowhere"
    command = "tc filter add dev outer parent ffff: protocol all u32 match u32 0 0 action mirred egress"
    assert type_(wired, f"{command} mirror dev aside").exit == 0
    assert look(wired, "qdisc", **queue, redirect="aside") is Outcome.FAILED, "a copy is no redirection"
    assert type_(wired, f"{command} redirect dev aside").exit == 0
    assert look(wired, "qdisc", **queue, redirect="aside") is Outcome.PASSED
    (found,) = findings(wired, "qdisc", **queue, redirect="outer")[1:]
    assert (found.outcome, found.observed) == (Outcome.FAILED, "aside")


def test_http_with_an_address_and_an_asker(wired: Lab) -> None:
    switch_on(wired)
    type_(wired, "mkdir /containers/w; echo palavra > /containers/w/index.html")
    type_(wired, "busybox httpd -f -p 10.7.0.1:8080 -h /containers/w &")
    page = {"port": "8080", "holds": "palavra"}
    asked = registry.await_check(
        Check("http", {**page, "address": "10.7.0.1", "of": "box"}, within=5), registry.Scene(wired.places)
    )
    assert asked.outcome is Outcome.PASSED
    assert look(wired, "http", **page, of="host") is Outcome.FAILED
    assert look(wired, "http", **page, of="box") is Outcome.FAILED


@needs_nft
def test_nft(wired: Lab) -> None:
    switch_on(wired)
    table: dict[str, Any] = {"table": "ip shop", "of": "box"}
    assert look(wired, "nft", **table, exists=True) is Outcome.FAILED
    assert look(wired, "nft", **table, exists=False) is Outcome.PASSED
    assert look(wired, "nft", **table, rule="masquerade") is Outcome.FAILED
    (finding,) = findings(wired, "nft", table="house shop", of="box", exists=False)  # there is no such family
    assert (finding.outcome, "syntax error" in finding.observed) == (Outcome.COULD_NOT_CHECK, True)
    script = (
        "add table ip shop; "
        "add chain ip shop out { type nat hook postrouting priority 100; }; "
        "add chain ip shop first { type filter hook output priority 0; }; "
        "add rule ip shop out oifname eth0 masquerade; "
        "add rule ip shop first ip daddr 10.7.0.1 counter accept; "
    )
    assert type_(wired, f"nsenter -t $box -n nft '{script}'").exit == 0
    assert look(wired, "nft", **table, exists=False) is Outcome.FAILED
    assert look(wired, "nft", table="ip shop", of="host", exists=True) is Outcome.FAILED
    assert (
        look(wired, "nft", **table, chain="out", hook="postrouting", rule='oifname "eth0" masquerade') is Outcome.PASSED
    )
    assert look(wired, "nft", **table, chain="first", rule="masquerade") is Outcome.FAILED
    assert look(wired, "nft", **table, chain="none") is Outcome.FAILED
    assert look(wired, "nft", **table, hook="prerouting") is Outcome.FAILED
    assert look(wired, "nft", **table, rule="masq") is Outcome.FAILED  # whole words
    counted: dict[str, Any] = {**table, "rule": "ip daddr 10.7.0.1 accept"}
    assert look(wired, "nft", **counted, packets=0) is Outcome.PASSED
    assert look(wired, "nft", **counted, packets=1) is Outcome.FAILED
    assert look(wired, "reach", address="10.7.0.1", of="box", answers=True) is Outcome.PASSED
    assert look(wired, "nft", **counted, packets=1) is Outcome.PASSED
    assert look(wired, "nft", **table, rule="masquerade", packets=0) is Outcome.FAILED  # it has no counter


def test_without_nft_nothing_is_claimed(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runner.host.shell_environment.PATH", "/nowhere")
    assert look(running, "nft", table="ip shop", of="host", exists=False) is Outcome.COULD_NOT_CHECK


def test_ipc_is_that_of_the_place(running: Lab) -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    type_(running, "unshare -i sleep 100001 &")
    while not running.bind_command("box", "sleep 100001"):
        pass
    type_(running, f"box={running.places['box'].pid}; ipcmk -M 4096; ipcmk -S 2; nsenter -t $box -i ipcmk -Q")
    assert look(running, "ipc", kind="shm", of="host", count=1, bytes=4096) is passed
    assert look(running, "ipc", kind="shm", of="host", bytes=8192) is failed
    assert look(running, "ipc", kind="sem", of="host", at_least=1) is passed
    assert look(running, "ipc", kind="sem", of="host", at_least=2) is failed
    assert look(running, "ipc", kind="msg", of="host", count=0) is passed
    assert look(running, "ipc", kind="msg", of="box", count=1) is passed
    assert look(running, "ipc", kind="shm", of="box", count=0) is passed
    assert look(running, "ipc", kind="shm", of="nobody", count=0) is failed


def test_posix_queues_are_those_of_the_namespace_and_not_of_the_mount(running: Lab) -> None:
    type_(running, "unshare -i sleep 100001 &")
    while not running.bind_command("box", "sleep 100001"):
        pass
    type_(running, f"box={running.places['box'].pid}; echo > /dev/mqueue/orders")
    assert look(running, "ipc", kind="mqueue", of="host", count=1, name="orders") is Outcome.PASSED
    assert look(running, "ipc", kind="mqueue", of="box", count=0) is Outcome.PASSED
    assert look(running, "ipc", kind="mqueue", of="box", name="orders") is Outcome.FAILED


OF_A_PLACE: dict[str, dict[str, Any]] = {
    "cgroup": {"controller": "pids", "exists": False},
    "credentials": {"groups": []},
    "file": {"path": "/nothing", "exists": False},
    "hostname": {"is": "absent"},
    "image": {"path": "/", "fits": False},
    "http": {"port": "80", "holds": ""},
    "ipc": {"kind": "shm", "count": 0},
    "link": {"name": "eth0", "exists": False},
    "mount": {"point": "/nothing", "exists": False},
    "namespace": {"than": "host", "differ": ["net"]},
    "nft": {"table": "ip lab", "exists": False},
    "process": {"zombies": 0},
    "qdisc": {"dev": "eth0", "kind": "tbf", "exists": False},
    "reach": {"address": "10.7.0.1", "answers": False},
    "root": {"is": "/nothing"},
    "route": {"to": "default", "exists": False},
    "socket": {"port": "80", "listening": False},
    "sysctl": {"key": "net.no.such", "is": "absent"},
}


@pytest.mark.parametrize("ended", [True, False], ids=["ended", "never there"])
def test_of_a_place_that_is_gone_nothing_is_true(wired: Lab, ended: bool) -> None:
    assert OF_A_PLACE.keys() == registry.KINDS.keys() - {"output"}
    place = "box" if ended else "nobody"
    type_(wired, "kill -9 $box; wait $box")
    had = {kind: look(wired, kind, **{**params, "of": place}) for kind, params in OF_A_PLACE.items()}
    without_nft = {} if shutil.which("nft") else {"nft": Outcome.COULD_NOT_CHECK}
    assert had == {**dict.fromkeys(OF_A_PLACE, Outcome.FAILED), **without_nft}
    assert look(wired, "process", command="sleep 100001", count=0, **{"in": place}) is Outcome.FAILED
    (finding,) = findings(wired, "link", name="eth0", of=place, exists=False, up=True)
    assert (finding.fact, finding.observed) == ("process.alive", "absent")


def test_what_goes_wrong_in_a_namespace_is_told_here(wired: Lab, capfd: pytest.CaptureFixture[str]) -> None:
    def broken() -> None:
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError, match="a mistake of ours"):
        kernel.within(wired.places["box"].pid, "net", broken)
    told = findings(wired, "http", of="box", port="80", address="{{ none }}", holds="x")
    assert told[0].outcome is Outcome.COULD_NOT_CHECK
    assert "Traceback" not in capfd.readouterr().err
