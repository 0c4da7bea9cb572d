"""The x-ray on the screen: the same numbers on both faces, and a window that may be small."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pyte
import pytest

from runner.lab.command import STYLES
from runner.lab.lab_network import End, Network, Wire
from runner.lab.xray import Fact, Group, Mounted, Process, XRay
from runner.messages import language, place_names
from runner.screen.color import Color
from runner.screen.plain import Plain
from runner.screen.repaint import _repaint
from runner.screen.xray_page import page

GROUP = Group("memory", "v2", "/container", str(64 << 20), 36909875, 64 << 20, {"oom_kills": 1})
FOUND = XRay(
    "default",
    "cgroups",
    "container",
    4711,
    ("bin", "proc", "sys"),
    (Fact("hostname", "inside", "outside", "different"), Fact("namespace.pid", None, 12, "unknown")),
    (Process(1, 4711, 0, "/bin/bash"), Process(None, 4712, 1, "evil \x1b[2J"), *[Process(9, 9, 1, "x")] * 20),
    (Mounted("/proc", "proc", False), Mounted("/sys", "sysfs", True)),
    (GROUP, replace(GROUP, controller="cpu", limit="max 100000", use=2_040_000, peak=None, events={"throttled": None})),
)


def color(width: int = 80) -> tuple[Color, io.StringIO]:
    stream = io.StringIO()
    return Color(stream, force_terminal=True, width=width, height=24, _environ={"TERM": "xterm"}), stream


def test_both_faces_say_the_same_numbers() -> None:
    language.install("en")
    plain = io.StringIO()
    page(Plain(plain), FOUND)
    rich, screen = color()
    page(rich, FOUND)
    for stream in (plain, screen):
        shown = " ".join(stream.getvalue().split())
        assert "\x1b[2J" not in shown
        for words in (
            "35.2 MiB of 64 MiB (55%) · peak 64 MiB · OOM kills: 1",
            "no limit · 2 s used",
            "/sys (sysfs, from",
        ):
            assert words in shown
        for words in ("“container”", "and 10 more processes", "different", "unknown", "cgroup /container (v2)"):
            assert words in shown
    assert "█████░░░░░" in STYLES.sub("", screen.getvalue())
    assert not {"█", "░", "\x1b"} & set(plain.getvalue())


def test_two_roots_with_one_name_are_told_apart() -> None:
    language.install("en")
    page(Plain(stream := io.StringIO()), replace(FOUND, facts=(Fact("root", "/", "/", "different"),)))
    assert "/ / another directory" in " ".join(stream.getvalue().split())


def test_the_links_of_both_sides_with_what_is_at_their_other_end() -> None:
    language.install("en")
    facts = (Fact("namespace.net", 1, 2, "different"),)
    inside = Network((Wire("eth0", True, "veth", "", ("10.7.0.2/24", "fe80::1/64"), End("ve", "host")),), ("default",))
    outside = Network(
        (
            Wire("ve", False, "veth", "br0", (), End("eth0", "container")),
            Wire("on-ve", True, "macvlan", "", (), End("ve", "")),
        )
    )
    stream = io.StringIO()
    page(Plain(stream), replace(FOUND, facts=facts, network=inside, host_network=outside))
    shown = " ".join(stream.getvalue().split())
    for words in (
        "Inside eth0 10.7.0.2/24 veth · on · other end: ve on the host",
        "On the host ve none veth · off · port of br0 · other end: eth0 in “container”",
        "On the host on-ve none macvlan · on · lies on ve",
        "Routes: default",
    ):
        assert words in shown, shown
    assert "fe80" not in shown
    page(Plain(stream := io.StringIO()), replace(FOUND, network=inside, host_network=outside))
    assert "eth0" not in stream.getvalue(), "it is the host's, too"


@pytest.mark.parametrize(("spoken", "name"), [("pt", "loja do centro"), ("en", "shop")])
def test_places_go_by_their_names(spoken: str, name: str) -> None:
    language.install(spoken)
    place_names.know({"pt": {"shop": "loja do centro"}})
    try:
        facts = (Fact("namespace.net", 1, 2, "different"),)
        wires = Network((Wire("ve", True, "veth", "", (), End("eth0", "shop")),), ())
        page(Plain(stream := io.StringIO()), replace(FOUND, place="shop", facts=facts, host_network=wires))
        assert " ".join(stream.getvalue().split()).count(f"“{name}”") == 2
    finally:
        place_names.know({})
        language.install("en")


def test_portuguese_numbers_and_a_bar_without_unicode() -> None:
    language.install("pt")
    buffer = io.BytesIO()
    ascii_only = io.TextIOWrapper(buffer, encoding="ascii")
    page(Color(ascii_only, force_terminal=True, width=80, _environ={"TERM": "xterm"}), FOUND)
    ascii_only.flush()
    shown = STYLES.sub("", buffer.getvalue().decode())
    language.install("en")
    assert "35,2 MiB de 64 MiB (55%)" in shown
    assert "#####....." in shown


def test_a_small_window_loses_blank_lines_then_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    language.install("en")
    for lines in (40, 24, 10):
        monkeypatch.setattr("shutil.get_terminal_size", lambda *_, size=lines, **__: os.terminal_size((80, size)))
        screen = pyte.Screen(80, lines)
        stream = io.StringIO()
        for _ in range(2):
            _repaint(stream, lambda face: page(face, FOUND))
        pyte.Stream(screen).feed(stream.getvalue())
        assert "X-ray" in screen.display[0]
        assert ("a taller window" in screen.display[lines - 2]) == (lines < 24)
