"""The check `link`: a network link as a process sees it, asked of rtnetlink(7) in its network namespace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import LINK, NETWORK, Scene, asked, compare, judge, presence, view, yes
from runner.host import netlink
from runner.host.netlink import Link
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Key, ListOf, Record, Text, Unless

NONE = "none"

MEANING = N_("A network link as a process sees it, with its addresses.")
PARAMS = Record(
    {
        "name": Key(LINK, "Its name there."),
        "of": view("host"),
        "exists": Key(Flag(), "Whether it is there.", None),
        "up": Key(Flag(), "Whether it is switched on.", None),
        "kind": Key(Text(pattern=r"[a-z0-9_]+"), "Its kind, such as veth or bridge.", None),
        "master": Key(LINK, "The bridge it is a port of; `none` when it is in none.", None),
        "addresses": Key(
            ListOf(NETWORK, minimum=1),
            "Addresses that it must have, each with the length of its network, such as 10.0.0.2/24.",
            None,
        ),
        "lacks": Key(ListOf(NETWORK, minimum=1), "Addresses that it must not have.", None),
    },
    at_least_one=(("exists", "up", "kind", "master", "addresses", "lacks"),),
    unless=dict.fromkeys(("up", "kind", "master", "addresses", "lacks"), Unless("exists", (False,))),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, name = scene.pid(params["of"]), params["name"]
    found = asked(pid, "net", netlink.links)
    link = next((link for link in found if link.name == name), None)
    source = f"/proc/{pid}/ns/net"
    if "exists" in params or link is None:
        yield compare(f"link.exists.{name}", presence(params.get("exists", True)), presence(link), source)
    if params.get("exists") is not False and link is not None:
        yield from _of(link, params, source)


def _of(link: Link, params: Mapping[str, Any], source: str) -> Iterator[Finding]:
    name = link.name
    if "up" in params:
        yield compare(f"link.up.{name}", yes(params["up"]), yes(link.up), source)
    if "kind" in params:
        yield compare(f"link.kind.{name}", params["kind"], link.kind or ABSENT, source)
    if "master" in params:
        yield compare(f"link.master.{name}", params["master"], link.master or NONE, source)
    shown = " ".join(link.addresses) or NONE
    if "addresses" in params:
        passed = {*params["addresses"]} <= {*link.addresses}
        yield judge(f"link.addresses.{name}", " ".join(params["addresses"]), shown, passed, source)
    if "lacks" in params:
        passed = not {*params["lacks"]} & {*link.addresses}
        yield judge(f"link.lacks.{name}", " ".join(params["lacks"]), shown, passed, source)
