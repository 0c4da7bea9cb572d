"""Links, addresses, routes and queueing disciplines as the kernel lists them (rtnetlink(7)). Nothing is changed.

It asks in the network namespace of the calling thread. A module of our own: the library for this, pyroute2, takes
140 ms to import, more than half of what a verb may take, and 5 MB on the disk. The program `ip` is not on every machine
where the x-ray must show a network.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

Attributes = dict[int, bytes]

# linux/rtnetlink.h, linux/netlink.h
GETLINK, GETADDR, GETROUTE, GETQDISC, GETTFILTER, GETNSID = 18, 22, 26, 38, 46, 90
REQUEST, DUMP = 0x1, 0x300
ERROR, DONE = 2, 3
HEADER = struct.Struct("=IHHII")
BUFFER = 1 << 17  # The kernel never sends more at once.
NESTED = 0x3FFF  # The two highest bits of an attribute's type are flags.

LINK, ADDRESS, ROUTE, QDISC, NSID = (
    struct.Struct(form) for form in ("=BxHiII", "=BBBBI", "=BBBBBBBBI", "=BxxxiIII", "=Bxxx")
)
UP, CARRIER = 0x1, 0x10000  # IFF_UP, IFF_LOWER_UP
IFLA_IFNAME, IFLA_LINK, IFLA_MASTER, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_LINK_NETNSID = 3, 5, 10, 18, 1, 37
NETNSA_NSID, NETNSA_FD = 1, 3  # linux/net_namespace.h
IFA_ADDRESS, IFA_LOCAL = 1, 2
RTA_DST, RTA_OIF, RTA_GATEWAY = 1, 4, 5
MAIN, UNICAST = 254, 1  # The table that `ip route` shows, and the routes that lead somewhere.
TCA_KIND, TCA_OPTIONS, TCA_STATS2, TCA_STATS_QUEUE = 1, 2, 7, 3
TCA_TBF_PARMS, TCA_TBF_RATE64 = 1, 4
TCA_ACT_KIND, TCA_ACT_OPTIONS, TCA_MIRRED_PARMS = 1, 2, 2
MIRRED = struct.Struct("=IIiiiiI")  # struct tc_mirred (linux/tc_act/tc_mirred.h): what is done, then the link's number
REDIRECT = 1  # TCA_EGRESS_REDIR
ROOT, ENTRANCE = 0xFFFFFFFF, 0xFFFF0000  # TC_H_ROOT, and `ffff:`, the handle of an ingress qdisc
DEFAULT = "default"


class Link(NamedTuple):
    """A network link, with the addresses it has, each as `10.0.0.2/24`."""

    name: str
    up: bool  # it was switched on
    carrier: bool  # and there is somebody at its other end
    kind: str  # such as veth or bridge; empty for hardware and `lo`
    master: str  # the bridge it is a port of; empty when it is in none
    addresses: tuple[str, ...]
    number: int = 0  # its number in this namespace
    other: int = 0  # the number of its other end, or of the link that it lies on; 0 when there is none
    nsid: int | None = None  # our number for the namespace of that one; None when it is this namespace


class Route(NamedTuple):
    """A route of the main table: where to, through which gateway (empty: directly), and out of which link."""

    to: str
    via: str
    dev: str

    def __str__(self) -> str:
        """Return the route as `ip route` prints it."""
        return self.to + f" via {self.via}" * bool(self.via) + f" dev {self.dev}" * bool(self.dev)


class Qdisc(NamedTuple):
    """A queueing discipline (tc(8)): what stands between a link and the wire."""

    dev: str
    kind: str
    root: bool  # it is the link's own, and not below another one or at the entrance
    rate: int | None  # of tbf: bytes a second
    drops: int


def links() -> tuple[Link, ...]:
    """Return all links, in the order of the kernel. Raise OSError when it does not answer."""
    addresses = _addresses()
    rows = []
    for head, found in _dump(GETLINK, LINK):
        information = _attributes(found.get(IFLA_LINKINFO, b""))
        rows.append((head[2], head[3], found, _text(information.get(IFLA_INFO_KIND, b""))))
    names = {index: _text(found[IFLA_IFNAME]) for index, _, found, _ in rows}
    return tuple(
        Link(
            names[index],
            bool(flags & UP),
            bool(flags & CARRIER),
            kind,
            names.get(_number(found.get(IFLA_MASTER)), ""),
            tuple(addresses.get(index, ())),
            index,
            _number(found.get(IFLA_LINK)),
            _number(found[IFLA_LINK_NETNSID]) if IFLA_LINK_NETNSID in found else None,
        )
        for index, flags, found, kind in rows
    )


def routes() -> tuple[Route, ...]:
    """Return the routes of the main table that lead somewhere, IPv4 and IPv6. Raise OSError when none are told."""
    names = _names()
    return tuple(
        Route(_network(head, found), _host(head[0], found.get(RTA_GATEWAY)), names.get(_number(found.get(RTA_OIF)), ""))
        for head, found in _dump(GETROUTE, ROUTE)
        if (head[4], head[7]) == (MAIN, UNICAST) and head[0] in (socket.AF_INET, socket.AF_INET6)  # not MPLS
    )


def qdiscs() -> tuple[Qdisc, ...]:
    """Return the queueing disciplines of all links. Raise OSError when the kernel does not answer."""
    names = _names()
    return tuple(
        Qdisc(
            names.get(head[1], ""), _text(found.get(TCA_KIND, b"")), head[3] == ROOT, _rate(found), _queue_drops(found)
        )
        for head, found in _dump(GETQDISC, QDISC)
    )


def redirections() -> tuple[tuple[str, str], ...]:
    """Return each link whose filters send what comes in to another link, with that link's name (tc-mirred(8)).

    Raise OSError when the kernel does not answer.
    """
    names = _names()
    return tuple(
        (dev, names.get(target, ""))
        for index, dev in names.items()
        for _, found in _asked(GETTFILTER, QDISC, REQUEST | DUMP, QDISC.pack(0, index, 0, ENTRANCE, 0))
        for target in _targets(found)
    )


def nsid(namespace: int) -> int:
    """Return the number by which the calling thread's network namespace knows another one, an open /proc/PID/ns/net.

    It is -1 when there is none. Raise OSError when the kernel does not answer.
    """
    wanted = bytes(NSID.size) + struct.pack("=HHI", 8, NETNSA_FD, namespace)
    ((_, found),) = _asked(GETNSID, NSID, REQUEST, wanted)
    return int(struct.unpack("=i", found[NETNSA_NSID])[0])


def _names() -> dict[int, str]:
    return {head[2]: _text(found[IFLA_IFNAME]) for head, found in _dump(GETLINK, LINK)}


def _addresses() -> dict[int, list[str]]:
    """Return the addresses by the index of their link. Of two ends of a line, IFA_LOCAL is ours."""
    found: dict[int, list[str]] = {}
    for (family, bits, _, _, index), attributes in _dump(GETADDR, ADDRESS):
        raw = attributes.get(IFA_LOCAL) or attributes.get(IFA_ADDRESS)
        if raw:
            found.setdefault(index, []).append(f"{_host(family, raw)}/{bits}")
    return found


def _network(head: tuple[int, ...], found: Attributes) -> str:
    family, bits = head[0], head[1]
    return f"{_host(family, found[RTA_DST])}/{bits}" if RTA_DST in found else DEFAULT


def _host(family: int, raw: bytes | None) -> str:
    return socket.inet_ntop(family, raw) if raw else ""


def _rate(found: Attributes) -> int | None:
    """Return the rate of a token bucket, which is the fifth field of its first struct tc_ratespec (pkt_sched.h)."""
    if _text(found.get(TCA_KIND, b"")) != "tbf":
        return None
    options = _attributes(found.get(TCA_OPTIONS, b""))
    if TCA_TBF_RATE64 in options:
        return int(struct.unpack("=Q", options[TCA_TBF_RATE64])[0])
    return int(struct.unpack_from("=BBHhHI", options[TCA_TBF_PARMS])[5])


def _targets(found: Attributes) -> Iterator[int]:
    """Give the numbers of the links to which a filter redirects. Its actions are a list below an option of its kind."""
    for option in _attributes(found.get(TCA_OPTIONS, b"")).values():
        for action in map(_attributes, _attributes(option).values()):
            if _text(action.get(TCA_ACT_KIND, b"")) == "mirred":
                done = MIRRED.unpack_from(_attributes(action[TCA_ACT_OPTIONS])[TCA_MIRRED_PARMS])
                if done[5] == REDIRECT:
                    yield done[6]


def _queue_drops(found: Attributes) -> int:
    """Return the third field of struct gnet_stats_queue (gen_stats.h)."""
    queue = _attributes(found.get(TCA_STATS2, b"")).get(TCA_STATS_QUEUE)
    return int(struct.unpack_from("=III", queue)[2]) if queue else 0


def _dump(question: int, form: struct.Struct) -> Iterator[tuple[tuple[int, ...], Attributes]]:
    """Ask for all objects of a kind. Yield the fixed fields of each, which `form` describes, and its attributes."""
    return _asked(question, form, REQUEST | DUMP, bytes(form.size))


def _asked(question: int, form: struct.Struct, flags: int, body: bytes) -> Iterator[tuple[tuple[int, ...], Attributes]]:
    """Ask one question, whose fixed fields and attributes are `body`. What is not a dump has one answer, and no end."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as door:
        door.send(HEADER.pack(HEADER.size + len(body), question, flags, 1, 0) + body)
        while True:
            data = door.recv(BUFFER)
            while data:
                length, kind, _, _, _ = HEADER.unpack_from(data)
                body = data[HEADER.size : length]
                if kind == DONE:
                    return
                if kind == ERROR:
                    code = -struct.unpack_from("=i", body)[0]
                    raise OSError(code, os.strerror(code), "rtnetlink")
                yield form.unpack_from(body), _attributes(body[form.size :])
                if not flags & DUMP:
                    return
                data = data[_aligned(length) :]


def _attributes(data: bytes) -> Attributes:
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break  # these were no attributes
        found[kind & NESTED] = data[4:length]
        data = data[_aligned(length) :]
    return found


def _aligned(length: int) -> int:
    return (length + 3) & ~3


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0").decode(errors="replace")


def _number(raw: bytes | None) -> int:
    return int(struct.unpack("=I", raw)[0]) if raw else 0
