"""The x-ray as a picture, in SVG: the machine is a box, and each container a box in it.

What belongs to the container lies within its box; a namespace that it shares with the host lies across the box's edge.
The picture needs neither color nor another file, and `title` and `desc` tell what is in it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as Xml

from runner.host import kernel
from runner.lab.lab_network import Network
from runner.lab.published_state import HOST
from runner.lab.xray import Fact, Group, Process, Value, XRay
from runner.messages import place_names, safe_text
from runner.messages.catalog import label, text, word
from runner.screen.xray_page import PROCESSES, by_group, numbers, place, routes, shown, wire_row

SANS, MONO = "system-ui, sans-serif", "ui-monospace, 'DejaVu Sans Mono', monospace"
INK, DIM, PAPER, SHADE = "#1b1f24", "#57606a", "#ffffff", "#f3f2ee"
WIDTH, EDGE, GAP, LINE = 920, 16, 14, 18  # pixels
SIZE, SMALL, LARGE = 13, 11, 17  # of the letters
WIDE = {MONO: 0.605, SANS: 0.56}  # the width of a letter, in parts of its height; of SANS a generous mean
HOST_FACTS = ("hostname", "root", "process.count", "links")
CHIP, CHIP_HIGH = 88, 22  # the width and the height of a namespace
GAUGE = 120  # the width of a control group's bar
MIDDLE = 640  # where the right column begins
NO_XML = {0xFFFE: "\ufffd", 0xFFFF: "\ufffd"}  # XML 1.0, section 2.2: the others that it forbids are controls
LINKS = 8  # so many links of a world are shown, and the rest is counted
PLUG = 6  # the size of a wire's end
ENTRIES = 14  # so many names of a root directory are shown, and the rest is counted

Socket = tuple[str, str]  # a place and the name of a link there
World = tuple[str, Network]  # a place and what it sees of its network


class _Canvas:
    """Puts boxes and words at places in pixels; the words are inert, and no longer than the room for them."""

    def __init__(self, title: str, description: str) -> None:
        self.root = Xml.Element("svg", xmlns="http://www.w3.org/2000/svg", role="img", width=str(WIDTH))
        Xml.SubElement(self.root, "title").text = _inert(title)
        Xml.SubElement(self.root, "desc").text = _inert(description)
        self.sockets: dict[Socket, tuple[int, int]] = {}  # where a wire ends
        self.box(0, 0, WIDTH, 0, fill=PAPER, stroke="none")  # its height is known at the end

    def box(self, x: int, y: int, width: float, height: int, **style: str) -> Xml.Element:
        style = {"fill": PAPER, "stroke": INK, **{name.replace("_", "-"): value for name, value in style.items()}}
        return Xml.SubElement(
            self.root, "rect", x=str(x), y=str(y), width=f"{width:g}", height=str(height), attrib=style
        )

    def wire(self, points: Sequence[tuple[int, int]]) -> None:
        """Draw a line with a plug at each end."""
        path = " ".join(f"{x},{y}" for x, y in points)
        style = {"fill": "none", "stroke": INK, "stroke-width": "1.5"}
        Xml.SubElement(self.root, "polyline", points=path, attrib=style)
        for x, y in (points[0], points[-1]):
            self.box(x, y - PLUG // 2, PLUG, PLUG, fill=INK, stroke="none")

    def words(self, x: int, y: int, said: str, room: int, *, size: int = SIZE, mono: bool = False, **style: str) -> int:
        """Write one line, with its foot at `y`. Return its width, as it is estimated."""
        family = MONO if mono else SANS
        fitting = _cut(_inert(said), int(room / (size * WIDE[family])))
        style = {"fill": INK, **{name.replace("_", "-"): value for name, value in style.items()}}
        at = {"x": str(x), "y": str(y), "font-size": str(size), "font-family": family}
        Xml.SubElement(self.root, "text", attrib={**at, **style}).text = fitting
        return round(_columns(fitting) * size * WIDE[family])

    def text(self, height: int) -> str:
        """Return the whole picture, of this height."""
        self.root.set("height", str(height))
        self.root.set("viewBox", f"0 0 {WIDTH} {height}")
        self.root[2].set("height", str(height))
        Xml.indent(self.root)
        return Xml.tostring(self.root, encoding="unicode") + "\n"


def drawing(pictures: Sequence[XRay]) -> str:
    """Return the SVG of what lives in one lab; there is at least one picture."""
    first = pictures[0]
    names = ", ".join(map(place, pictures))
    title = text("xray.title", place=names, lesson=first.lesson or "-", seat=first.seat)
    canvas = _Canvas(title, " ".join(_described(pictures)))
    canvas.words(EDGE, 28, title, WIDTH - 2 * EDGE, size=LARGE, font_weight="bold")
    machine = canvas.box(EDGE, 44, WIDTH - 2 * EDGE, 0, fill=SHADE, rx="8")
    y = _host(canvas, 44, first)
    for picture in pictures:
        y = _container(canvas, y + GAP, picture) + CHIP_HIGH // 2
    _wires(canvas, wires_of(pictures))
    machine.set("height", str(y + GAP - 44))
    return canvas.text(y + GAP + EDGE)


def _described(pictures: Sequence[XRay]) -> Iterator[str]:
    for picture in pictures:
        for key, kinds in zip(("drawing.words-own", "drawing.words-shared"), _namespaces(picture.facts), strict=True):
            if kinds:
                yield text(key, place=place(picture), kinds=", ".join(kinds))
    for (where, one), (other_where, other) in wires_of(pictures):
        ends = {"place": _of(where), "other_place": _of(other_where)}
        yield text("drawing.wire", one=one, other=other, **ends)


def _of(where: str) -> str:
    return text("xray.host") if where == HOST else text("xray.place", place=place_names.shown(where))


def _namespaces(facts: Sequence[Fact]) -> tuple[list[str], list[str]]:
    """Return the kinds that are the container's own, and those that it shares with the host."""
    compared = {fact.name.partition(".")[2]: fact.compared for fact in facts if fact.name.startswith("namespace.")}
    kinds = [kind for kind in kernel.NAMESPACES if kind in compared]
    return [kind for kind in kinds if compared[kind] == "different"], [k for k in kinds if compared[k] == "same"]


# --- the machine ------------------------------------------------------------------------------


def _host(canvas: _Canvas, top: int, picture: XRay) -> int:
    canvas.words(EDGE + GAP, top + 24, text("xray.host"), 200, font_weight="bold")
    foot = _pairs(canvas, EDGE + GAP, top + 44, [(fact.name, shown(fact.host)) for fact in _chosen(picture.facts)])
    if not _wired(picture.host_network):
        return foot
    return _links(canvas, EDGE + GAP, foot + LINE + GAP, WIDTH - 2 * (EDGE + GAP), (HOST, picture.host_network))


def _chosen(facts: Sequence[Fact]) -> Iterator[Fact]:
    known = {fact.name: fact for fact in facts}
    return (known[name] for name in HOST_FACTS if name in known)


def _pairs(canvas: _Canvas, x: int, y: int, pairs: Sequence[tuple[str, str]]) -> int:
    """Write facts in one line, each with its name above it. Return the foot."""
    room = (WIDTH - 2 * x) // max(1, len(pairs))
    for number, (name, value) in enumerate(pairs):
        canvas.words(x + number * room, y, label(name), room - GAP, size=SMALL, fill=DIM)
        canvas.words(x + number * room, y + LINE, value, room - GAP, mono=True)
    return y + LINE


# --- a container ------------------------------------------------------------------------------


def _container(canvas: _Canvas, top: int, picture: XRay) -> int:
    """Draw a container's box. Return its lower edge."""
    x = EDGE + GAP
    frame = canvas.box(x, top, WIDTH - 2 * x, 0, stroke_width="2.5", rx="8")
    canvas.words(x + GAP, top + 26, place(picture), WIDTH // 2, font_weight="bold")
    head = _pairs(canvas, x + GAP, top + 48, [(fact.name, shown(fact.inside)) for fact in _chosen(picture.facts)])
    left = _processes(canvas, x + GAP, head + 2 * GAP, picture.processes)
    left = _groups(canvas, x + GAP, left + GAP, picture.groups)
    if picture.own_network:
        room = MIDDLE - x - 2 * GAP
        left = _links(canvas, x + GAP, left + LINE + GAP, room, (picture.place, picture.network))
    right = _tree(canvas, MIDDLE, head + 2 * GAP, picture)
    own, shared = _namespaces(picture.facts)
    bottom = _chips(canvas, x + GAP, max(left, right) + GAP, "drawing.own", own, fill=INK)
    bottom += LINE + CHIP_HIGH // 2
    frame.set("height", str(bottom - top))
    _chips(canvas, x + GAP, bottom - CHIP_HIGH // 2, "drawing.shared", shared, stroke_dasharray="4 3")
    return bottom


def _processes(canvas: _Canvas, x: int, y: int, processes: Sequence[Process]) -> int:
    room = MIDDLE - x - GAP
    columns = (x, x + 84, x + 196)
    for at, name in zip(columns, ("xray.pid-inside", "xray.pid-host", "xray.command"), strict=True):
        canvas.words(at, y, text(name), 110, size=SMALL, fill=DIM)
    for process in processes[:PROCESSES]:
        y += LINE
        command = "  " * process.depth + ("└ " if process.depth else "") + (process.command or word("unknown"))
        for at, value in zip(columns, (shown(process.inside), str(process.host), command), strict=True):
            canvas.words(at, y, value.replace(" ", "\u00a0"), room - (at - x), mono=True)
    if len(processes) > PROCESSES:
        y += LINE
        canvas.words(x, y, text("xray.more-processes", count=len(processes) - PROCESSES), room, size=SMALL, fill=DIM)
    return y + GAP


def _groups(canvas: _Canvas, x: int, y: int, groups: Sequence[Group]) -> int:
    for where, members in by_group(groups).items():
        canvas.words(x, y, where, MIDDLE - x - GAP, size=SMALL, fill=DIM)
        for group in members:
            y += LINE
            canvas.words(x, y, group.controller, 60, mono=True)
            _gauge(canvas, x + 64, y - 10, group.share)
            said = " · ".join(numbers(group))
            beside = x + 64 + GAUGE + 10 if group.share is not None else x + 64
            canvas.words(beside, y, said, MIDDLE - beside - GAP, size=SMALL)
        y += LINE + 4
    return y - LINE


def _gauge(canvas: _Canvas, x: int, y: int, share: float | None) -> None:
    if share is not None:
        canvas.box(x, y, GAUGE, 11)
        canvas.box(x, y, GAUGE * share, 11, fill=INK, stroke="none")


def _tree(canvas: _Canvas, x: int, y: int, picture: XRay) -> int:
    """Draw the root directory, with what is mounted there alone."""
    room = WIDTH - 2 * EDGE - GAP - x
    canvas.words(x, y, label("root"), room, size=SMALL, fill=DIM)
    y += LINE
    canvas.words(x, y, "/", room, mono=True)
    lines = list(_entries(picture))
    for number, (name, note) in enumerate(lines[:ENTRIES]):
        y += LINE
        branch = "└╴" if number == len(lines) - 1 else "├╴"
        width = canvas.words(x, y, branch + name, room, mono=True)
        if note:
            canvas.words(x + width + 10, y, note, room - width - 10, size=SMALL, fill=DIM)
    if len(lines) > ENTRIES:
        y += LINE
        canvas.words(x, y, text("drawing.more-names", count=len(lines) - ENTRIES), room, size=SMALL, fill=DIM)
    return y + GAP


def _entries(picture: XRay) -> Iterator[tuple[str, str]]:
    """Give the names in the root directory and the mounts further down, in order, with what is mounted there."""
    mounted = {mount.point.lstrip("/"): mount for mount in picture.mounts if mount.point != "/"}
    for name in sorted({*picture.tree, *mounted}):
        mount = mounted.get(name)
        if mount is None:
            yield name, ""
        elif mount.shared:
            yield name, text("drawing.mount-shared", fstype=mount.fstype)
        else:
            yield name, mount.fstype


def _chips(canvas: _Canvas, x: int, y: int, name: str, kinds: Sequence[str], **style: str) -> int:
    """Draw namespaces in one row, with what they have in common before them. Return the row's foot."""
    over_edge = CHIP_HIGH // 2 if "stroke_dasharray" in style else 0
    canvas.words(x, y + 15 - over_edge, text(name), 180, size=SMALL, fill=DIM)
    for number, kind in enumerate(kinds):
        at = x + 176 + number * (CHIP + 8)
        canvas.box(at, y, CHIP, CHIP_HIGH, rx="11", **style)
        ink = PAPER if style.get("fill") == INK else INK
        canvas.words(at + CHIP // 2, y + 15, kind, CHIP - 20, mono=True, fill=ink, text_anchor="middle")
    return y + CHIP_HIGH


# --- the network ------------------------------------------------------------------------------


def _wired(network: Network) -> bool:
    """Tell whether something leads from here to another world."""
    return any(wire.end and wire.end.place for wire in network.links)


def _links(canvas: _Canvas, x: int, y: int, room: int, world: World) -> int:
    """Write the links of a world, each with its addresses and what else is known, and the routes. Return the foot."""
    where, network = world
    canvas.words(x, y, label("links"), room, size=SMALL, fill=DIM)
    for wire in network.links[:LINKS]:
        y += LINE
        name, addresses, details = wire_row(wire)
        canvas.sockets[where, name] = (x, y - PLUG + 1)
        at = x + 2 * PLUG
        canvas.words(at, y, name, 112, mono=True)
        width = canvas.words(at + 120, y, addresses, room - 120, mono=True)
        beside = at + 120 + max(width + 10, 130)
        canvas.words(beside, y, details, x + room - beside, size=SMALL)
    more = len(network.links) - LINKS
    if more > 0:
        y += LINE
        canvas.words(x, y, text("drawing.more-links", count=more), room, size=SMALL, fill=DIM)
    y += LINE
    canvas.words(x, y, routes(network), room, size=SMALL, fill=DIM)
    return y


def wires_of(pictures: Sequence[XRay]) -> list[tuple[Socket, Socket]]:
    """Return what connects two worlds of the picture, each wire once: the link at its one end and at its other."""
    # A network in which several places live is that of the first.
    first: dict[Value, XRay] = {_net(picture): picture for picture in reversed(pictures)}
    worlds = [(HOST, pictures[0].host_network)]
    worlds += [(picture.place, picture.network) for picture in pictures if first.get(_net(picture)) is picture]
    found: dict[frozenset[Socket], tuple[Socket, Socket]] = {}
    for where, network in worlds:
        for wire in network.links:
            if wire.end and wire.end.name and wire.end.place not in (None, "", where):
                ends = (where, wire.name), (str(wire.end.place), wire.end.name)
                found.setdefault(frozenset(ends), ends)
    return [*found.values()]


def _net(picture: XRay) -> Value:
    return next((fact.inside for fact in picture.facts if fact.name == "namespace.net"), None)


def _wires(canvas: _Canvas, wires: Sequence[tuple[Socket, Socket]]) -> None:
    """Draw each wire in a lane of its own, at the left edge of the machine, where no container is."""
    known = canvas.sockets
    drawn = [(known[one], known[other]) for one, other in wires if one in known and other in known]
    for number, ((x, y), (other_x, other_y)) in enumerate(drawn, 1):
        lane = EDGE + GAP * number // (len(drawn) + 1)
        canvas.wire(((x, y), (lane, y), (lane, other_y), (other_x, other_y)))


# --- words ------------------------------------------------------------------------------------


def _inert(words: str) -> str:
    return safe_text.line(words).translate(NO_XML)


def _columns(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in words)


def _cut(words: str, columns: int) -> str:
    """Return the words, or so much of them as fits, with an ellipsis."""
    if _columns(words) <= columns:
        return words
    while words and _columns(words) > columns - 1:
        words = words[:-1]
    return words + "…"
