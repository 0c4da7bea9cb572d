"""The check `qdisc`: the queueing discipline at a link (tc(8)), and where its filters lead, asked of rtnetlink(7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import LINK, Scene, asked, compare, judge, presence, view
from runner.host import netlink
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Integer, Key, Record, Text, Unless

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}  # of bits a second, as tc(8) writes them
INGRESS = ("ingress", "clsact")

MEANING = N_("What stands between a network link and the wire: the discipline of its queue, its rate, its drops.")
PARAMS = Record(
    {
        "dev": Key(LINK, "The link."),
        "of": view("host"),
        "kind": Key(Text(pattern=r"[a-z0-9_]+"), "Its kind, such as tbf."),
        "exists": Key(Flag(), "Whether it is there.", True),
        "rate": Key(Text(template=True, pattern=r"[0-9]+[kmg]?bit"), "The rate of a tbf: 20mbit.", None),
        "redirect": Key(LINK, "The link to which a filter at the entrance redirects what comes in.", None),
        "drops": Key(Integer(), "So many packets, or more, it must have thrown away.", None),
    },
    unless=dict.fromkeys(("rate", "redirect", "drops"), Unless("exists", (False,))),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, dev, kind = scene.pid(params["of"]), params["dev"], params["kind"]
    found = asked(pid, "net", netlink.qdiscs)
    mine = [one for one in found if one.dev == dev and (one.root or one.kind in INGRESS)]
    fits = next((one for one in mine if one.kind == kind), None)
    source = f"/proc/{pid}/ns/net"
    if not params["exists"]:
        yield compare(f"qdisc.{dev}", f"{kind} {ABSENT}", f"{kind} {presence(fits)}", source)
        return
    yield judge(f"qdisc.{dev}", kind, " ".join(one.kind for one in mine) or ABSENT, fits is not None, source)
    if fits and "rate" in params:
        passed = fits.rate is not None and fits.rate * 8 == _bits(params["rate"])
        yield judge(f"qdisc.rate.{dev}", params["rate"], _words(fits.rate), passed, source)
    if fits and "redirect" in params:
        targets = [target for link, target in asked(pid, "net", netlink.redirections) if link == dev]
        passed = params["redirect"] in targets
        yield judge(f"qdisc.redirect.{dev}", params["redirect"], " ".join(targets) or ABSENT, passed, source)
    if fits and "drops" in params:
        passed = fits.drops >= params["drops"]
        yield judge(f"qdisc.drops.{dev}", f"≥ {params['drops']}", str(fits.drops), passed, source)


def _bits(rate: str) -> int:
    found = re.fullmatch(r"([0-9]+)([kmg]?)bit", rate)
    if found is None:
        raise ValueError(rate)
    return int(found[1]) * UNITS[found[2]]


def _words(rate: int | None) -> str:
    """Return bytes a second in bits, with the largest unit that leaves a whole number."""
    if rate is None:
        return ABSENT
    unit = next(unit for unit in reversed(UNITS) if rate * 8 % UNITS[unit] == 0)
    return f"{rate * 8 // UNITS[unit]}{unit}bit"
