"""Checks read kernel facts and never change anything. One file per kind; each offers MEANING, PARAMS and `check`.

`check(params, scene)` yields findings; absent things are values, not errors. Trouble of our own (a file that
cannot be read) becomes the outcome could_not_check, never the student's failure.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from runner.checks import cgroup, file, hostname, http, mount, namespace, output, process, root, socket
from runner.checks.scene import Scene
from runner.records.course import Check
from runner.records.results import CheckResult, Finding, Outcome
from runner.records.spec import Record

__all__ = ["KINDS", "CheckKind", "Scene", "await_check", "evaluate"]

POLL = 0.02  # seconds between two looks at a check that has not passed yet


class CheckKind(Protocol):
    """The shape of a module in this folder."""

    MEANING: str  # a sentence for authors
    PARAMS: Record

    def check(self, params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]: ...


KINDS: Mapping[str, CheckKind] = {
    "cgroup": cgroup,
    "file": file,
    "hostname": hostname,
    "http": http,
    "mount": mount,
    "namespace": namespace,
    "output": output,
    "process": process,
    "root": root,
    "socket": socket,
}


def evaluate(check: Check, scene: Scene) -> CheckResult:
    """Look once. `check.params` are already rendered."""
    started = time.perf_counter()
    kind = KINDS[check.kind]
    try:
        findings = tuple(kind.check({**kind.PARAMS.defaults, **check.params}, scene))
    except (OSError, ValueError) as error:
        findings = (Finding(check.kind, "", str(error), Outcome.COULD_NOT_CHECK),)
    return CheckResult(check.kind, findings, time.perf_counter() - started)


def await_check(check: Check, scene: Scene) -> CheckResult:
    """Look until the check passes or its time is over; the kernel settles some things a moment later."""
    deadline = time.monotonic() + check.within
    while True:
        result = evaluate(check, scene)
        if result.outcome is Outcome.PASSED or time.monotonic() >= deadline:
            return result
        time.sleep(POLL)
