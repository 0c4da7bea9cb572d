"""The check `namespace`: which namespaces a process shares with another. Inodes are compared (namespaces(7))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PLACE, Scene, judge, view
from runner.host import kernel
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Choice, Key, ListOf, Record

_KINDS = ListOf(Choice(tuple(kernel.NAMESPACES)), minimum=1)
MEANING = N_("Which namespaces a process shares with another.")
PARAMS = Record(
    {
        "of": view(),
        "than": Key(PLACE, "The place to compare with.", "host"),
        "differ": Key(_KINDS, "Kinds that must be its own.", None),
        "same": Key(_KINDS, "Kinds that must be shared.", None),
    },
    at_least_one=(("differ", "same"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, other = scene.pid(params["of"]), scene.pid(params["than"])
    for relation in ("differ", "same"):
        for kind in params.get(relation, ()):
            mine, theirs = kernel.namespace(pid, kind), kernel.namespace(other, kind)
            sign = "≠" if relation == "differ" else "="
            passed = None not in (mine, theirs) and (mine == theirs) == (relation == "same")
            yield judge(f"namespace.{kind}", f"{sign} {theirs}", str(mine or ABSENT), passed, f"/proc/{pid}/ns/{kind}")
