"""The evidence of a step in words: whole, or folded so that it takes few lines. What is not green is always whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from runner.messages.catalog import label, text, word
from runner.messages.facts import WORDS
from runner.records.course import Check
from runner.records.results import CheckResult, Finding, Outcome

NAMESPACE = "namespace."


class Row(NamedTuple):
    """One line of evidence."""

    outcome: Outcome
    fact: str
    details: tuple[str, ...] = ()
    source: str = ""


def rows(
    checks: Sequence[Check], results: Sequence[CheckResult], sentences: Mapping[str, str], *, whole: bool
) -> list[Row]:
    """Return the lines for what a step's checks found. A check that has a sentence is told by it.

    Folded, green facts have no source, equal ones appear once, and the namespaces that are a container's own are one
    line, as are those that it shares.
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
            found += [*map(_row, others), *_folded(passed)]
    own = _namespaces(green)
    return list(dict.fromkeys([*found, *own]))


def _row(finding: Finding) -> Row:
    return Row(finding.outcome, label(finding.fact), tuple(details(finding)), finding.source)


def _folded(findings: Iterable[Finding]) -> Iterator[Row]:
    for finding in findings:
        if not finding.fact.startswith(NAMESPACE):
            yield _row(finding)._replace(source="")


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
    """Tell whether a green fact needs only one of both: text that was found, or a limit in the words of the lesson."""
    return _quotes(fact) or fact.startswith("cgroup.limit.")


def _quotes(fact: str) -> bool:
    return fact.endswith((".has", ".lacks", ".matches", ".holds"))


def _shown(fact: str, value: str) -> str:
    """Return a value in words. A piece of text gets quotation marks, because its blanks matter."""
    return text("evidence.quote", quoted=value) if _quotes(fact) and value not in WORDS else word(value)
