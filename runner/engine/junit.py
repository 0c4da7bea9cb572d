"""Results as JUnit XML, which the pages of CI systems and of learning platforms read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from runner.messages import safe_text
from runner.records.results import Outcome

TAGS = {Outcome.FAILED: "failure", Outcome.COULD_NOT_CHECK: "error", Outcome.SKIPPED: "skipped"}


class Case(NamedTuple):
    """A test case: what was looked at. `message` says why it did not pass."""

    name: str
    outcome: Outcome
    message: str = ""
    seconds: float | None = None


class Suite(NamedTuple):
    """A test suite: the cases of one lesson, script or exercise."""

    name: str
    cases: Sequence[Case]
    seconds: float


def xml(name: str, suites: Sequence[Suite], properties: Mapping[str, str] | None = None) -> str:
    """Return the document. `properties` are told of each suite: JUnit has them nowhere else."""
    from xml.etree import ElementTree as Xml

    root = Xml.Element("testsuites", name=name)
    for suite in suites:
        _add(root, suite, properties or {})
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _add(root: Any, suite: Suite, properties: Mapping[str, str]) -> None:
    from xml.etree import ElementTree as Xml

    named = safe_text.inert(suite.name)
    element = Xml.SubElement(root, "testsuite", {"name": named, "time": f"{suite.seconds:.3f}", **_counts(suite.cases)})
    if properties:
        told = Xml.SubElement(element, "properties")
        for name, value in properties.items():
            Xml.SubElement(told, "property", name=name, value=safe_text.inert(value))
    for case in suite.cases:
        row = Xml.SubElement(element, "testcase", classname=named, name=case.name)
        if case.seconds is not None:
            row.set("time", f"{case.seconds:.3f}")
        if case.outcome in TAGS:
            Xml.SubElement(row, TAGS[case.outcome], message=safe_text.inert(case.message))


def _counts(cases: Sequence[Case]) -> dict[str, str]:
    found = Counter(TAGS.get(case.outcome) for case in cases)
    counts = {"tests": len(cases), "failures": found["failure"], "errors": found["error"], "skipped": found["skipped"]}
    return {name: str(count) for name, count in counts.items()}
