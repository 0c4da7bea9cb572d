"""The x-ray as a picture: well-formed, inert, and with everything in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest

from runner.lab.lab_network import End, Network, Wire
from runner.lab.xray import Fact, Group, Mounted, Process, XRay
from runner.messages import language
from runner.screen.xray_drawing import WIDTH, drawing

SVG = "{http://www.w3.org/2000/svg}"
EVIL = 'evil </text><script>alert("&")</script> \x1b[2J \x00 \udcff \uffff\n漢字'
FACTS = (
    Fact("hostname", "inside", "outside", "different"),
    Fact("root", "/containers/teste", "/", "different"),
    Fact("process.count", 2, 130, "different"),
    Fact("links", ("lo",), ("lo", "eth0"), "different"),
    Fact("namespace.pid", 4026532261, 4026531836, "different"),
    Fact("namespace.net", 4026531840, 4026531840, "same"),
)
FOUND = XRay(
    "default",
    "cgroups",
    "container",
    4711,
    ("bin", "proc", "sys", EVIL),
    FACTS,
    (Process(1, 4711, 0, "/bin/bash"), Process(None, 4712, 1, EVIL)),
    (Mounted("/proc", "proc", False), Mounted("/sys", "sysfs", True), Mounted("/dev/pts", "devpts", False)),
    (Group("memory", "v2", "/container", str(64 << 20), 16 << 20, None, {"oom_kills": 1}),),
)

OWN_NET = (*FACTS[:-1], Fact("namespace.net", 4026532300, 4026531840, "different"))
HERE = Network(
    (
        Wire("lo", True, "", "", ("127.0.0.1/8", "::1/128")),
        Wire("br-lab", True, "bridge", "", ("10.77.0.1/24", "fe80::1/64")),
        Wire("ve-shop", True, "veth", "br-lab", (), End("eth0", "shop")),
        Wire("ve-cafe", True, "veth", "br-lab", (), End("eth0", "cafe")),
    ),
    ("10.77.0.0/24 dev br-lab",),
)
SHOP = Network(
    (
        Wire("lo", False, "", "", ()),
        Wire("eth0", True, "veth", "", ("10.77.0.2/24", "fe80::2/64"), End("ve-shop", "host")),
        Wire("back", True, "veth", "", ("10.9.0.1/30",), End("back", "cafe")),
        Wire("one", True, "veth", "", (), End("two", "")),
        Wire("gone", True, "veth", "", (), End(None, None)),
    ),
    ("default via 10.77.0.1 dev eth0", "10.77.0.0/24 dev eth0", "fe80::/64 dev eth0"),
)
CAFE = Network(
    (
        Wire("eth0", True, "veth", "", ("10.77.0.3/24",), End("ve-cafe", "host")),
        Wire("back", True, "veth", "", ("10.9.0.2/30",), End("back", "shop")),
    )
)
WIRED = [
    replace(FOUND, place="shop", facts=OWN_NET, network=SHOP, host_network=HERE),
    replace(
        FOUND,
        place="cafe",
        facts=(*FACTS[:-1], Fact("namespace.net", 4026532400, 4026531840, "different")),
        network=CAFE,
        host_network=HERE,
    ),
]


def words(picture: str) -> list[str]:
    return [one.text or "" for one in Xml.fromstring(picture).iter(SVG + "text")]


def boxes(picture: str) -> Iterator[tuple[Xml.Element, float, float, float, float]]:
    for one in Xml.fromstring(picture).iter(SVG + "rect"):
        x, y, width, height = (float(one.attrib[name]) for name in ("x", "y", "width", "height"))
        yield one, x, y, x + width, y + height


def test_everything_is_told_once_in_its_place() -> None:
    shown = words(drawing([FOUND]))
    for expected in ("outside", "inside", "/containers/teste", "lo, eth0", "4711", "1", "├╴proc", "proc"):
        assert expected in shown, shown
    assert "sysfs, from the host" in shown
    assert "├╴dev/pts" in shown
    assert any(one.startswith("16 MiB of 64 MiB (25%)") for one in shown)


def test_own_namespaces_lie_inside_and_shared_ones_on_the_edge() -> None:
    picture = drawing([FOUND])
    frame = next(box for box in boxes(picture) if box[0].get("stroke-width") == "2.5")
    chips = [box for box in boxes(picture) if box[0].get("rx") == "11"]
    (own,) = [box for box in chips if box[0].get("stroke-dasharray") is None]
    (shared,) = [box for box in chips if box[0].get("stroke-dasharray")]
    assert frame[2] < own[2]
    assert own[4] < frame[4]
    assert shared[2] < frame[4] < shared[4]


def described(facts: tuple[Fact, ...]) -> str:
    return Xml.fromstring(drawing([replace(FOUND, facts=facts)])).findtext(SVG + "desc") or ""


def test_the_description_tells_what_there_is_and_of_nothing_else() -> None:
    own = "Namespaces that “container” has for itself: pid."
    shared = "Namespaces that “container” shares with the host: net."
    assert described(FACTS) == f"{own} {shared}"
    assert described(FACTS[:-1]) == own
    assert described((FACTS[-1],)) == shared
    assert not described(())


def test_a_bar_is_as_long_as_the_limit_is_used() -> None:
    picture = drawing([FOUND])
    empty, full = [box for box in boxes(picture) if box[4] - box[2] == 11]
    assert full[3] - full[1] == pytest.approx((empty[3] - empty[1]) / 4)


@pytest.mark.parametrize("count", [1, 3])
def test_boxes_lie_in_the_picture_one_below_the_other(count: int) -> None:
    picture = drawing([replace(FOUND, place=f"place{number}") for number in range(count)])
    height = float(Xml.fromstring(picture).attrib["height"])
    frames = [box for box in boxes(picture) if box[0].get("stroke-width") == "2.5"]
    assert len(frames) == count
    for upper, lower in pairwise(frames):
        assert upper[4] < lower[2]
    for _, left, top, right, bottom in boxes(picture):
        assert (left >= 0, top >= 0, right <= WIDTH, bottom <= height) == (True,) * 4


def test_what_programs_call_themselves_can_only_be_shown() -> None:
    picture = drawing([FOUND])
    assert "<script" not in picture
    assert "\x1b" not in picture
    assert any("evil </text><script>" in one for one in words(picture))
    assert picture.replace("http://www.w3.org/2000/svg", "").count("http") == 0
    picture.encode()


def test_portuguese() -> None:
    language.install("pt")
    try:
        shown = words(drawing([FOUND]))
    finally:
        language.install("en")
    assert "Namespaces só dele" in shown
    assert "Na máquina" in shown


def lines(picture: str) -> list[list[tuple[float, float]]]:
    found = Xml.fromstring(picture).iter(SVG + "polyline")
    return [
        [(float(x), float(y)) for x, _, y in (p.partition(",") for p in one.attrib["points"].split())] for one in found
    ]


def rows(picture: str, name: str) -> list[tuple[float, float]]:
    """Return where the words of a link begin."""
    texts = Xml.fromstring(picture).iter(SVG + "text")
    return [(float(one.attrib["x"]), float(one.attrib["y"])) for one in texts if one.text == name]


def test_wires_lead_from_link_to_link_and_touch_no_other_box() -> None:
    picture = drawing(WIRED)
    wires = lines(picture)
    assert len(wires) == 3, "two from the host, one from container to container"
    ends = {frozenset((wire[0], wire[-1])) for wire in wires}
    (shop, cafe), (shop_back, cafe_back) = rows(picture, "eth0"), rows(picture, "back")
    (to_shop,), (to_cafe,) = rows(picture, "ve-shop"), rows(picture, "ve-cafe")

    def plug(row: tuple[float, float]) -> tuple[float, float]:
        return row[0] - 12, row[1] - 5

    pairs = ((to_shop, shop), (to_cafe, cafe), (shop_back, cafe_back))
    assert ends == {frozenset((plug(one), plug(other))) for one, other in pairs}
    frames = [box for box in boxes(picture) if box[0].get("stroke-width") == "2.5"]
    lanes = {wire[1][0] for wire in wires}
    assert len(lanes) == 3, "each in a lane of its own"
    assert all(16 < lane < frames[0][1] for lane in lanes), "beside the containers, and in the machine"


def test_links_are_told_with_their_other_end_and_without_what_nobody_set() -> None:
    picture = drawing(WIRED)
    shown = words(picture)
    for expected in (
        "10.77.0.2/24",
        "veth · on · other end: ve-shop on the host",
        "veth · on · port of br-lab · other end: eth0 in “shop”",
        "veth · on · other end: two",
        "veth · on · the other end is elsewhere",
        "off",
        "Routes: default via 10.77.0.1 dev eth0; 10.77.0.0/24 dev eth0",
    ):
        assert expected in shown, shown
    assert "fe80" not in picture
    assert "::1" not in picture
    description = Xml.fromstring(picture).findtext(SVG + "desc") or ""
    assert "A wire leads from ve-shop (On the host) to eth0 (“shop”)." in description


def test_two_places_in_one_network_have_one_wire() -> None:
    both = [WIRED[0], replace(WIRED[0], place="second")]
    assert len(lines(drawing(both))) == 1
    assert not lines(drawing([FOUND]))


def test_more_links_than_there_is_room_for_are_counted() -> None:
    many = Network(tuple(Wire(f"d{number}", False, "dummy", "", ()) for number in range(9)))
    shown = words(drawing([replace(WIRED[0], network=many)]))
    assert "d7" in shown
    assert "d8" not in shown
    assert "and 1 more link" in shown
