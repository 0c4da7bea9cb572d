"""The page of the x-ray: the container's processes, its limits, and what it sees compared with what the host sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runner.lab.lab_network import End, Network, Wire
from runner.lab.published_state import HOST
from runner.lab.xray import FOREGROUND, Fact, Group, Mounted, Process, Value, XRay
from runner.messages import place_names
from runner.messages.catalog import decimal, label, text, word
from runner.screen.face import Face

PROCESSES = 12  # so many are shown, and the rest is counted
PAIRS = ("veth", "netkit", "vxcan")  # These have another end; a vlan or a macvlan lies on another link.
UNITS = ("B", "KiB", "MiB", "GiB", "TiB")


def page(face: Face, picture: XRay) -> None:
    """Show an x-ray. What changes often comes first, because a small window cuts off the end."""
    face.heading(text("xray.title", place=place(picture), lesson=picture.lesson or "-", seat=picture.seat))
    _processes(face, picture.processes)
    for where, groups in by_group(picture.groups).items():
        face.gap()
        face.say(where, "dim")
        face.gauges([(group.controller, group.share, " · ".join(numbers(group))) for group in groups])
    face.gap()
    head = [text("xray.fact"), text("xray.inside"), text("xray.host"), text("xray.compared")]
    face.table(head, [_row(fact) for fact in picture.facts])
    _mounts(face, picture.mounts)
    if picture.own_network:
        _network(face, picture)


def place(picture: XRay) -> str:
    """Return what is looked at, in words."""
    names = {HOST: text("xray.lab"), FOREGROUND: text("xray.terminal")}
    return names.get(picture.place, text("xray.place", place=place_names.shown(picture.place)))


def _processes(face: Face, processes: tuple[Process, ...]) -> None:
    head = [text("xray.pid-inside"), text("xray.pid-host"), text("xray.command")]
    rows = [
        [shown(process.inside), str(process.host), "  " * process.depth + (process.command or word("unknown"))]
        for process in processes[:PROCESSES]
    ]
    face.table(head, rows)
    more = len(processes) - PROCESSES
    if more > 0:
        face.say(text("xray.more-processes", count=more), "dim")


def _row(fact: Fact) -> list[str]:
    slash = fact.name == "root" and fact.compared == "different" and fact.inside == fact.host
    compared = text("xray.another") if slash else word(fact.compared)  # each has a "/" of its own
    return [label(fact.name), shown(fact.inside), shown(fact.host), compared]


def shown(value: Value) -> str:
    """Return what was found, as people read it."""
    if isinstance(value, tuple):
        return ", ".join(value) or word("none")
    return word("absent") if value is None else str(value)


def _mounts(face: Face, mounts: tuple[Mounted, ...]) -> None:
    named = ", ".join(
        text("xray.mount-shared" if mount.shared else "xray.mount", point=mount.point, fstype=mount.fstype)
        for mount in mounts
    )
    face.gap()
    face.say(text("xray.mounts", mounts=named or word("none")))


# --- the network ------------------------------------------------------------------------------


def _network(face: Face, picture: XRay) -> None:
    """Show the links of both sides: what one end lacks is often found at the other."""
    head = [text("xray.where"), text("xray.link"), text("xray.addresses"), text("xray.details")]
    sides = [(text("xray.inside"), picture.network)]
    if picture.place != HOST:  # no wire leads from the lab's shell to the machine
        sides.append((text("xray.host"), picture.host_network))
    face.gap()
    face.table(head, [[where, *row] for where, network in sides for row in map(wire_row, network.links)])
    face.say(routes(picture.network))


def wire_row(wire: Wire) -> tuple[str, str, str]:
    """Return the name of a link, its addresses, and what else there is to know of it."""
    return wire.name, ", ".join(_meant(wire.addresses)) or word("none"), " · ".join(_details(wire))


def _details(wire: Wire) -> Iterator[str]:
    if wire.kind:
        yield wire.kind
    yield text("xray.link-on" if wire.up else "xray.link-off")
    if wire.master:
        yield text("xray.link-port", master=wire.master)
    if wire.end:
        yield _end(wire.end, paired=wire.kind in PAIRS)


def _end(end: End, *, paired: bool) -> str:
    if end.name is None:
        return text("xray.end-elsewhere")
    if not paired:
        return text("xray.end-below", name=end.name)
    kind = {"": "here", HOST: "host"}.get(end.place or "", "place")
    return text(f"xray.end-{kind}", name=end.name, place=place_names.shown(end.place or ""))


def routes(network: Network) -> str:
    """Return the routes in one line."""
    known = _meant(network.routes)
    return text("xray.routes", routes="; ".join(known)) if known else text("xray.no-routes")


def _meant(addresses: Sequence[str]) -> list[str]:
    """Return those that somebody has set; IPv6 gives each link another one by itself (RFC 4291)."""
    return [address for address in addresses if not address.startswith(("fe80:", "::1/"))]


# --- control groups ---------------------------------------------------------------------------


def by_group(groups: Sequence[Group]) -> dict[str, list[Group]]:
    """Return the controllers by the control group in which they keep the process."""
    by_group: dict[str, list[Group]] = {}
    for group in groups:
        by_group.setdefault(text("xray.group", path=group.path, version=group.version), []).append(group)
    return by_group


def numbers(group: Group) -> Iterator[str]:
    """Give the numbers of one controller in words. The root group of cgroup v2 has no limit files."""
    if group.controller == "cpu":
        yield _cpu_limit(group.limit)
        if group.use is not None:
            yield text("xray.cpu-used", seconds=decimal(group.use / 1_000_000))
    else:
        yield from _used(group)
    for name, count in group.events.items():
        if count is not None:
            yield text("xray." + name, count=count)


def _used(group: Group) -> Iterator[str]:
    size = _size if group.controller == "memory" else str
    if group.use is None:
        yield text("xray.not-counted")
    elif group.share is not None and group.limit:
        used, limit, percent = size(group.use), size(int(group.limit)), round(group.share * 100)
        yield text("xray.used-of", used=used, limit=limit, percent=percent)
    else:
        yield text("xray.used", used=size(group.use))
        yield text("xray.no-limit")
    if group.peak is not None:
        yield text("xray.peak", peak=size(group.peak))


def _cpu_limit(limit: str | None) -> str:
    quota, _, period = (limit or "").partition(" ")
    if not (quota.isdigit() and period.isdigit()):
        return text("xray.no-limit")
    return text("xray.cpu-limit", quota=quota, period=period, processors=decimal(int(quota) / int(period)))


def _size(number: int) -> str:
    """Return a number of bytes as people read it: 35.2 MiB."""
    amount, unit = float(number), 0
    while amount >= 1024 and unit < len(UNITS) - 1:
        amount, unit = amount / 1024, unit + 1
    return f"{decimal(amount)} {UNITS[unit]}"
