"""Which namespaces a process shares with another, by inode (namespaces(7))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.scene import ABSENT, PLACE, Scene, judge
from runner.host import kernel
from runner.records.results import Finding
from runner.records.spec import Choice, ListOf, Record

_KINDS = ListOf(Choice(tuple(kernel.NAMESPACES)), minimum=1)
PARAMS = Record(
    {"of": PLACE, "than": PLACE, "differ": _KINDS, "same": _KINDS},
    required=("of",),
    one_of=(("differ", "same"),),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, other = scene.pid(params["of"]), scene.pid(params.get("than", "host"))
    for relation in ("differ", "same"):
        for kind in params.get(relation, ()):
            mine = kernel.namespace(pid, kind) if pid else None
            theirs = kernel.namespace(other, kind) if other else None
            sign = "≠" if relation == "differ" else "="
            passed = None not in (mine, theirs) and (mine == theirs) == (relation == "same")
            yield judge(f"namespace.{kind}", f"{sign} {theirs}", str(mine or ABSENT), passed, f"/proc/{pid}/ns/{kind}")
