"""The x-ray as a picture: well-formed, inert, and with everything in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree as Xml

import pytest

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
