"""The networks of a live lab: in each world its links, with what is at their other end, and its routes. Only read.

Two ends of a veth know each other by their numbers (`ifindex`, `iflink`), and by the number that one namespace has for
the other (rtnetlink(7), RTM_GETNSID). Names say nothing: there may be an `eth0` in every world.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from runner.host import kernel, netlink
from runner.host.netlink import Link


@dataclass(frozen=True)
class End:
    """What a link is connected with: a link of its own world (place ""), of another, or of none that we know (None)."""

    name: str | None
    place: str | None


@dataclass(frozen=True)
class Wire:
    """A network link with its addresses, as `10.0.0.2/24`; `master` is the bridge it is a port of."""

    name: str
    up: bool
    kind: str
    master: str
    addresses: tuple[str, ...]
    end: End | None = None


@dataclass(frozen=True)
class Network:
    """What one world sees of its network: the routes as `ip route` prints them."""

    links: tuple[Wire, ...] = ()
    routes: tuple[str, ...] = ()


NO_NETWORK = Network()


@dataclass(frozen=True)
class _World:
    place: str
    links: tuple[Link, ...]
    routes: tuple[str, ...]
    known: Mapping[int, str]  # the place of each other world, by the number that this one has for it


def read(places: Mapping[str, int]) -> dict[str, Network]:
    """Return the network of each place that lives, by the PIDs of the places. Needs root.

    Places with one namespace have one network; to others it belongs to the first of them.
    """
    homes: dict[int, str] = {}
    for place, pid in places.items():
        inode = kernel.namespace(pid, "net")
        if inode is not None:
            homes.setdefault(inode, place)
    worlds = {place: _world(place, {other: places[other] for other in homes.values()}) for place in homes.values()}
    networks = {place: _network(world, worlds) for place, world in worlds.items() if world}
    found = ((place, homes.get(kernel.namespace(pid, "net") or 0, "")) for place, pid in places.items())
    return {place: networks[home] for place, home in found if home in networks}


def _world(place: str, places: Mapping[str, int]) -> _World | None:
    """Look at a network from inside; None when it has ended."""
    doors: dict[str, int] = {}
    try:
        for other, pid in places.items():
            if other != place:
                doors[other] = os.open(f"/proc/{pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        return kernel.within(places[place], "net", lambda: _look(place, doors))
    except OSError:
        return None
    finally:
        for door in doors.values():
            os.close(door)


def _look(place: str, doors: Mapping[str, int]) -> _World:
    links = netlink.links()  # first: to tell of a far end, the kernel gives its namespace a number
    known = {netlink.nsid(door): other for other, door in doors.items()}
    return _World(place, links, tuple(map(str, netlink.routes())), known)


def _network(world: _World, worlds: Mapping[str, _World | None]) -> Network:
    wires = (
        Wire(link.name, link.up, link.kind, link.master, link.addresses, _end(link, world, worlds))
        for link in world.links
    )
    return Network(tuple(wires), world.routes)


def _end(link: Link, world: _World, worlds: Mapping[str, _World | None]) -> End | None:
    if not link.other or (link.nsid is None and link.other == link.number):
        return None
    place = "" if link.nsid is None else world.known.get(link.nsid)
    there = world if place == "" else worlds.get(place or "")
    name = next((other.name for other in there.links if other.number == link.other), None) if there else None
    return End(name, place if name else None)
