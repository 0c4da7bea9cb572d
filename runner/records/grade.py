"""The records of a grade: what a student's engine must do, what was seen of it, and how many points that gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from runner.records.results import Finding, Outcome, worst

NO_TIME = "no time left"  # what is observed of a trial for which the ones before have left none


class Requirement(NamedTuple):
    """One thing that an engine must do, its points, and the lesson that teaches it, if the course has that."""

    id: str
    points: int
    lesson: str


REQUIREMENTS = (
    Requirement("runs", 2, "rootfs"),
    Requirement("pid-namespace", 3, "unshare"),
    Requirement("mount-namespace", 3, "unshare"),
    Requirement("uts-namespace", 3, "unshare"),
    Requirement("ipc-namespace", 2, "ipc"),
    Requirement("network-namespace", 2, "network"),
    Requirement("hostname", 2, "hostname"),
    Requirement("pid-1", 3, "unshare"),
    Requirement("proc", 4, "unshare"),
    Requirement("root", 4, "chroot"),
    Requirement("escape", 6, "pivot-root"),
    Requirement("layers", 4, "image"),
    Requirement("whiteouts", 3, "overlayfs"),
    Requirement("opaque", 2, "capstone"),
    Requirement("environment", 2, "image"),
    Requirement("folder", 2, "image"),
    Requirement("usual-command", 2, "image"),
    Requirement("arguments", 2, "capstone"),
    Requirement("streams", 3, "capstone"),
    Requirement("memory", 4, "cgroups"),
    Requirement("processes", 4, "cgroups"),
    Requirement("in-time", 4, "cgroups"),
    Requirement("exit-status", 4, "capstone"),
    Requirement("no-command", 2, "capstone"),
    Requirement("signal", 5, "capstone"),
    Requirement("zombies", 2, "unshare"),
    Requirement("own-writes", 4, "overlayfs"),
    Requirement("side-by-side", 3, "overlayfs"),
    Requirement("image", 3, "image"),
    Requirement("clean-success", 4, "capstone"),
    Requirement("clean-failure", 3, "capstone"),
    Requirement("clean-kill", 2, "capstone"),
    Requirement("engine-killed", 2, "capstone"),
)
# Whoever meets none of these has made no container, and what is asked of one has not been shown.
ISOLATION = frozenset(
    ("pid-namespace", "mount-namespace", "uts-namespace", "ipc-namespace", "network-namespace", "root")
)
TOTAL = sum(requirement.points for requirement in REQUIREMENTS)


@dataclass(frozen=True)
class Verdict:
    """What was found for one requirement in all rounds."""

    requirement: Requirement
    findings: tuple[Finding, ...]

    @property
    def outcome(self) -> Outcome:
        """Return the worst outcome. Where nothing was looked at, nothing is proven."""
        return worst(finding.outcome for finding in self.findings) if self.findings else Outcome.FAILED

    @property
    def earned(self) -> int:
        return self.requirement.points if self.outcome is Outcome.PASSED else 0

    @property
    def faults(self) -> tuple[Finding, ...]:
        """Return what was not as it should be, each fact once."""
        wrong = (finding for finding in self.findings if finding.outcome is not Outcome.PASSED)
        return tuple({finding.fact: finding for finding in reversed([*wrong])}.values())[::-1]


@dataclass(frozen=True)
class Grade:
    """The grade of one script."""

    script: str
    digest: str  # SHA-256 of the file that was graded
    seed: int  # the hidden values and the order of the requirements follow from it
    verdicts: tuple[Verdict, ...]
    seconds: float
    trouble: str = ""  # why it could not be graded; then there are no verdicts

    @property
    def points(self) -> int:
        return sum(verdict.earned for verdict in self.verdicts)

    @property
    def full(self) -> bool:
        return bool(self.verdicts) and self.points == TOTAL


def verdicts(found: Sequence[tuple[str, Finding]]) -> tuple[Verdict, ...]:
    """Return the verdict of every requirement from what was found, by its id."""
    judged = tuple(
        Verdict(requirement, tuple(finding for name, finding in found if name == requirement.id))
        for requirement in REQUIREMENTS
    )
    isolation = [verdict for verdict in judged if verdict.requirement.id in ISOLATION]
    if any(verdict.outcome is Outcome.PASSED or not verdict.findings for verdict in isolation):
        return judged
    unseen = any(verdict.outcome is Outcome.COULD_NOT_CHECK for verdict in isolation)
    outcome = Outcome.COULD_NOT_CHECK if unseen else Outcome.FAILED
    none = Finding("grade.isolated", "≥ 1", "none", outcome)
    return tuple(
        Verdict(verdict.requirement, (*verdict.findings, none)) if verdict.outcome is Outcome.PASSED else verdict
        for verdict in judged
    )
