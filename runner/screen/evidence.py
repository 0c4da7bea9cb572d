"""The evidence of a step in words: whole, or folded so that it takes few lines. What is not green is always whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.messages import place_names
from runner.messages.catalog import label, text, word
from runner.records.course import Check
from runner.records.results import ABSENT, NOT_REGULAR, PRESENT, CheckResult, Finding, Outcome

NAMESPACE = "namespace."
# The parameter of a kind of check that says what it is about, where the name of the fact does not.
OF_THE_HOST = "hostname.host"  # whatever place the check is of
ABOUT = {"file": "path", "mount": "point", "route": "to"}
SAME_LIST = "output.agrees_with.entries"  # It is in the output, a few lines higher.
ONE_OF_MANY = (
    "cgroup.limit.",
    "ipc.bytes.",
    "ipc.name",
    "link.addresses.",
    "link.lacks.",
    "qdisc.",
    "reach.",
)
MEASURED = ("qdisc.drops.", "reach.speed.")
TOGETHER = 2  # So many files that the same was found of are named in one line; of more, all but the first are counted.


NO_TEXT = (ABSENT, PRESENT, NOT_REGULAR)  # Where a text is looked for, these are said in words.


class Row(NamedTuple):
    """One line of evidence."""

    outcome: Outcome
    fact: str
    details: tuple[str, ...] = ()
    source: str = ""


def rows(
    checks: Sequence[Check],
    results: Sequence[CheckResult],
    sentences: Mapping[str, str],
    *,
    whole: bool,
    at: str = "",
    rendered: Callable[[str], str] = str,
) -> list[Row]:
    """Return the lines for what a step's checks found. A check that has a sentence is told by it.

    Folded, a green fact has what it is about in place of its source: the file, the port, and the place if it is not
    the step's own (`at`), or if the same is looked at from several places. What was found of several files is one line,
    as are the namespaces that are a container's own, and those that it shares. `rendered` fills in the variables of a
    check's parameters.
    """
    found: list[Row] = []
    green: list[Finding] = []
    for check, result in zip(checks, results, strict=True):
        sentence = sentences.get(check.sentence, "")
        passed = [one for one in result.findings if one.outcome is Outcome.PASSED]
        others = [one for one in result.findings if one.outcome is not Outcome.PASSED]
        if sentence:
            observed = (text("evidence.observed", observed=_shown(one.fact, one.observed)) for one in others)
            found.append(Row(result.outcome, sentence, tuple(observed)))
        if whole:
            found += map(_row, result.findings)
        elif not sentence:
            green += passed
            here = "" if _seen_differently(check, checks) else at
            found += [*map(_row, others), *_folded(check, passed, here, rendered)]
    own = _namespaces(green)
    return [*(list(dict.fromkeys(found)) if whole else _together(found)), *own]


def _seen_differently(check: Check, checks: Iterable[Check]) -> bool:
    """Say whether another of these checks looks at the same file or mount from another place."""
    about, params = ABOUT.get(check.kind, ""), check.params
    same = (one.params for one in checks if one.kind == check.kind and about in params)
    return any(one.get(about) == params[about] and one.get("of") != params.get("of") for one in same)


def _row(finding: Finding) -> Row:
    return Row(finding.outcome, label(finding.fact), tuple(details(finding)), finding.source)


def _folded(check: Check, findings: Iterable[Finding], at: str, rendered: Callable[[str], str]) -> Iterator[Row]:
    for finding in findings:
        if not finding.fact.startswith(NAMESPACE):
            row = _row(finding)._replace(source=_about(check, finding, at, rendered))
            yield row._replace(details=()) if finding.fact == SAME_LIST else row


def _about(check: Check, finding: Finding, at: str, rendered: Callable[[str], str]) -> str:
    """Return what a green fact is about, as far as its name does not say it; empty when there is nothing to say."""
    params: Mapping[str, Any] = check.params
    place = "" if finding.fact == OF_THE_HOST else str(params.get("of", ""))
    if check.kind == "process":
        pid = re.match(r"/proc/(\d+)/", finding.source)
        return f"PID {pid[1]}" if pid else rendered(str(params.get("command", "")))
    if check.kind == "http":
        about = finding.source.removeprefix("http://").removesuffix("/")
    elif check.kind == "socket":
        about = text("evidence.port", port=rendered(str(params["port"]))) if "port" in params else ""
    elif check.kind == "image":
        about = text("evidence.image", tag=rendered(str(params["tag"]))) if "tag" in params else ""
    else:
        about = rendered(str(params.get(ABOUT.get(check.kind, ""), "")))
        if finding.observed.startswith(about + " "):
            about = ""  # The fact itself says it, as a route does.
    return ", ".join(part for part in (about, "" if place in ("", at) else place_names.shown(place)) if part)


def _together(found: Iterable[Row]) -> list[Row]:
    """Return the rows with one line for all that the same was found of."""
    subjects: dict[Row, list[str]] = {}
    for row in found:
        subjects.setdefault(row._replace(source=""), []).append(row.source)
    merged = []
    for row, sources in subjects.items():
        named = list(dict.fromkeys(source for source in sources if source))
        if row.outcome is Outcome.PASSED and len(named) > TOGETHER:
            merged.append(row._replace(source=text("evidence.and-more", first=named[0], count=len(named) - 1)))
        else:
            merged.append(row._replace(source=("; " if ", " in "".join(named) else ", ").join(named)))
    return merged


def _namespaces(findings: Iterable[Finding]) -> Iterator[Row]:
    kinds: dict[str, list[str]] = {"own": [], "shared": []}
    for finding in findings:
        if finding.fact.startswith(NAMESPACE):
            kinds["own" if finding.expected.startswith("≠") else "shared"].append(finding.fact.removeprefix(NAMESPACE))
    for name, found in kinds.items():
        if found:
            yield Row(Outcome.PASSED, text("evidence." + name), (" ".join(dict.fromkeys(found)),))


def details(finding: Finding) -> list[str]:
    """Return what was expected and observed, in words; only once when both are the same, or say the same."""
    expected, observed = _shown(finding.fact, finding.expected), _shown(finding.fact, finding.observed)
    if finding.outcome == Outcome.PASSED and (expected == observed or _told_once(finding.fact)):
        return [expected]
    if finding.expected:
        return [text("evidence.expected", expected=expected), text("evidence.observed", observed=observed)]
    return [observed]  # here it is the reason why the check was not possible


def _told_once(fact: str) -> bool:
    """Tell whether a green fact needs only what was expected: text that was found, a limit in the words of the lesson,
    or what is there beside other things of its kind.
    """
    return _quotes(fact) or fact == "mount.options" or (fact.startswith(ONE_OF_MANY) and not fact.startswith(MEASURED))


def _quotes(fact: str) -> bool:
    return fact.endswith((".has", ".lacks", ".matches", ".holds")) or fact.startswith("image.entry.")


def _shown(fact: str, value: str) -> str:
    """Return a value in words. A piece of text gets quotation marks, because its blanks matter."""
    return text("evidence.quote", quoted=value) if _quotes(fact) and value not in NO_TEXT else word(value)
