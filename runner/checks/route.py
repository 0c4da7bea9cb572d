"""The check `route`: where a process's network namespace sends packets, asked of rtnetlink(7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import GATEWAY, LINK, TARGET, Scene, asked, judge, view
from runner.host import netlink
from runner.host.netlink import Route
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Key, Record

MEANING = N_("A route of the main table, as a process sees it.")
PARAMS = Record(
    {
        "to": Key(
            TARGET,
            "Where it leads: a network such as 10.0.0.0/24, or `default`.",
        ),
        "of": view("host"),
        "exists": Key(Flag(), "Whether there is one.", None),
        "via": Key(
            GATEWAY,
            "The gateway that it must go through.",
            None,
        ),
        "dev": Key(LINK, "The link that it must leave by.", None),
    },
    at_least_one=(("exists", "via", "dev"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, to = scene.pid(params["of"]), params["to"]
    via, dev = params.get("via"), params.get("dev")
    found = asked(pid, "net", netlink.routes)
    routes = [route for route in found if route.to == to]
    fits = [route for route in routes if via in (None, route.via) and dev in (None, route.dev)]
    wanted = params.get("exists", True)
    expected = str(Route(to, via or "", dev or "")) if wanted else ABSENT
    nearest = next(iter(fits or routes), None)
    yield judge("route", expected, str(nearest) if nearest else ABSENT, bool(fits) == wanted, f"/proc/{pid}/net/route")
