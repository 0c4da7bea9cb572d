"""The screen of `prove`: a line for each step that is proven, and each doubt with its fact, expected and observed."""

from __future__ import annotations

from collections.abc import Sequence

from runner.author.prove_lesson import ROUNDS, Round
from runner.author.prove_step import Doubt, Stage, StepProof
from runner.messages.catalog import label, text, word
from runner.records.results import Outcome
from runner.screen.duration import duration
from runner.screen.face import Face
from runner.screen.narration import show_missing
from runner.screen.rollback_page import removal

STAGES = ("before", "instead", "step", "after", "undo", "kept", "again", "prepared", "mended", "mistaken")
COUNTED = ("instead", "after", "mistaken")


class ProofPage:
    """Shows a proof as it goes on."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._open: tuple[str, int] | None = None  # the lesson and round of the last heading

    def _opens(self, one: StepProof | Round) -> None:
        """Show a heading before each round, and one before all pairs together."""
        lesson, number = one.lesson, one.number
        now = (lesson if number else "", number)
        if now == self._open:
            return
        self._open = now
        if one.exercise:
            self._face.subheading(text("prove.exercise", exercise=lesson))
        else:
            title = text("prove.lesson", lesson=lesson, number=number, total=ROUNDS) if number else text("prove.pairs")
            self._face.subheading(title)

    def step(self, proof: StepProof) -> None:
        """Show one line for a step that is proven, else its doubts."""
        self._opens(proof)
        if proof.proven and proof.number:
            self._face.evidence(Outcome.PASSED, proof.step, _stages(proof.stages))
        for stage in proof.stages:
            for doubt in stage.doubts:
                self._doubt(proof.step, doubt, stage.command)

    def _doubt(self, step: str, doubt: Doubt, command: str = "") -> None:
        sentence = text(f"prove.doubt.{doubt.key}", check=_check(doubt.check), command=" ".join(command.split()))
        details = [sentence]
        if doubt.trouble:
            details.append(text(f"trouble.{doubt.trouble}", limit=f"{doubt.limit:g}"))
        elif doubt.fact:
            name = text("step.exit") if doubt.fact == "exit" else label(doubt.fact)
            expected = text("evidence.expected", expected=word(doubt.expected))
            details.append(f"{name}: {expected}, {text('evidence.observed', observed=word(doubt.observed))}")
        self._face.evidence(Outcome.FAILED, step, details, doubt.source)

    def round_closes(self, result: Round) -> None:
        self._opens(result)
        name = result.lesson
        if not result.number:
            key = "prove.pair" if result.previous else "prove.first"
            name = text(key, lesson=result.lesson, previous=result.previous)
        for missing in result.missing:
            show_missing(self._face, missing)
        if result.trouble:
            detail = text(result.trouble.key, **result.trouble.values)
            self._face.evidence(Outcome.FAILED, name, [text("prove.doubt.trouble"), detail])
        for left in (*result.rollback.leftovers, *result.rollback.noticed):
            what = f"{text('area.' + left.area)} {left.what}"
            self._face.evidence(Outcome.FAILED, name, [text("prove.doubt.left"), what, removal(left)])
        if result.proven:
            self._face.evidence(Outcome.PASSED, name, [text("prove.clean"), duration(result.seconds)])

    def closes(self, rounds: Sequence[Round]) -> None:
        """Show the table of all lessons, and the verdict."""
        names = list(dict.fromkeys(one.lesson for one in rounds))
        of = {name: [one for one in rounds if one.lesson == name] for name in names}
        head = [text("list.lesson"), text("table.outcome"), text("prove.table.rounds"), text("prove.table.steps")]
        head += [text("prove.table.sabotages"), text("table.seconds")]
        self._face.heading(text("course.summary"))
        self._face.table(head, [_row(name, one) for name, one in of.items()])
        self._face.gap()
        if any(not one.rollback.clean for one in rounds):
            self._face.say(text("course.dirty"), "bad")
        elif all(one.missing for one in rounds):
            self._face.say(text("prove.none-tried"), "warn")
        else:
            self._verdict("", [group for group in of.values() if not group[0].exercise])
            self._verdict("-exercises", [group for group in of.values() if group[0].exercise])

    def _verdict(self, kind: str, groups: Sequence[Sequence[Round]]) -> None:
        """Say how many lessons or exercises are proven; each group has the rounds of one."""
        proven = sum(all(one.proven for one in group) for group in groups)
        if groups and proven == len(groups):
            self._face.say(text(f"prove.all{kind}", count=proven), "good")
        elif groups:
            self._face.say(text(f"prove.some{kind}", proven=proven, count=len(groups)), "bad")


def _check(check: str) -> str:
    """Return the number and kind of a check for the screen: "2 mount" becomes "2 (mount)". A fact has only its id."""
    number, _, kind = check.partition(" ")
    return f"{number} ({kind})" if kind else number


def _stages(stages: Sequence[Stage]) -> list[str]:
    """Return the stages of a step's proof in few words."""
    counts = {name: sum(stage.name == name for stage in stages) for name in STAGES}
    return [text(f"prove.stage.{name}", count=count) for name, count in counts.items() if count]


def _row(name: str, rounds: Sequence[Round]) -> list[str]:
    whole = max(rounds, key=lambda one: len(one.steps))
    skipped = any(one.missing for one in rounds)
    key = "proven" if all(one.proven for one in rounds) else "not-proven"
    sabotages = sum(stage.name in COUNTED for step in whole.steps for stage in step.stages)
    seconds = sum(one.seconds for one in rounds)
    return [
        name,
        text("outcome.skipped" if skipped else f"prove.{key}"),
        str(len(rounds)),
        str(len(whole.steps)),
        str(sabotages),
        duration(seconds),
    ]
