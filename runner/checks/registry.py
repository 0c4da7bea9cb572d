"""Every kind of check by its name, and how a check is done.

A check reads facts from the kernel and never changes anything. Each kind has one file with MEANING, PARAMS and `check`.
`check(params, scene)` yields findings. Something absent is a value, not an error. When we cannot read a file, the
outcome is could_not_check, so that our own trouble is never the student's failure. Of a process that is not there
nothing is true: the check is red.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from runner.checks import (
    cgroup,
    credentials,
    deadline,
    file,
    hostname,
    http,
    image,
    ipc,
    link,
    mount,
    namespace,
    nft,
    output,
    process,
    qdisc,
    reach,
    root,
    route,
    socket,
    sysctl,
)
from runner.checks.check_context import Gone, Scene, compare
from runner.records.course import Check
from runner.records.results import CheckResult, Finding, Outcome
from runner.records.shapes import ListOf, Record, Text

__all__ = ["KINDS", "CheckKind", "Scene", "await_check", "evaluate"]

POLL = 0.02  # Seconds between two looks at a check that has not passed yet.


class CheckKind(Protocol):
    """What the module of a kind offers."""

    MEANING: str  # The format reference shows authors this sentence.
    PARAMS: Record

    def check(self, params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
        """Yield a finding for each fact that is asked for.

        Raise Gone when there is no process to ask, and OSError or ValueError when a fact cannot be read.
        """


KINDS: Mapping[str, CheckKind] = {
    "cgroup": cgroup,
    "credentials": credentials,
    "file": file,
    "hostname": hostname,
    "http": http,
    "image": image,
    "ipc": ipc,
    "link": link,
    "mount": mount,
    "namespace": namespace,
    "nft": nft,
    "output": output,
    "process": process,
    "qdisc": qdisc,
    "reach": reach,
    "root": root,
    "route": route,
    "socket": socket,
    "sysctl": sysctl,
}


def evaluate(check: Check, scene: Scene) -> CheckResult:
    """Look once. The variables in `check.params` are already filled in."""
    started = time.perf_counter()
    kind = KINDS[check.kind]
    try:
        _must_fit(check.params, kind.PARAMS)
        params = {**kind.PARAMS.defaults, **check.params}
        findings = deadline.within_limit(f"{check.kind} {params}", lambda: tuple(kind.check(params, scene)))
    except Gone as gone:
        findings = (compare("process.alive", "running", None, gone.source),)
    except (OSError, ValueError) as error:
        findings = (Finding(check.kind, "", str(error), Outcome.COULD_NOT_CHECK),)
    return CheckResult(check.kind, findings, time.perf_counter() - started)


def _must_fit(params: Mapping[str, Any], spec: Record) -> None:
    """Raise ValueError for a value that does not fit its pattern: what a variable makes of it, no loader could see."""
    for name, value in params.items():
        shape = spec.fields[name].shape
        several, shape = (value, shape.item) if isinstance(shape, ListOf) else ([value], shape)
        if isinstance(shape, Text) and shape.template and shape.pattern:
            for one in several:
                if not re.fullmatch(shape.pattern, one):
                    raise ValueError(f"{name}: {one}")


def await_check(check: Check, scene: Scene) -> CheckResult:
    """Look until the check passes or its time is over, because some facts become true only a moment later."""
    deadline = time.monotonic() + check.within
    while True:
        result = evaluate(check, scene)
        if result.outcome is Outcome.PASSED or time.monotonic() >= deadline:
            return result
        time.sleep(POLL)
