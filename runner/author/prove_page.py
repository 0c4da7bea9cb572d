"""What `prove` shows: a line for each step that is proven, and each doubt with its fact, expected and observed."""

from __future__ import annotations

from collections.abc import Sequence

from runner.author.prove_lesson import ROUNDS, Round
from runner.author.prove_step import Doubt, Stage, StepProof
from runner.messages.sentences import label, text, word
from runner.records.results import Leftover, Outcome
from runner.screen.duration import duration
from runner.screen.face import Face
from runner.screen.narration import show_missing

STAGES = ("before", "instead", "step", "after", "undo", "kept", "again")
COUNTED = ("instead", "after")


class ProofPage:
    """Shows a proof as it goes on."""

    def __init__(self, face: Face) -> None:
        self._face = face
        self._open: tuple[str, int] | None = None  # the lesson and the round that are shown

    def _opens(self, lesson: str, number: int) -> None:
        """A heading over each round; one over all that only run after another."""
        now = (lesson if number else "", number)
        if now != self._open:
            self._open = now
            title = text("prove.lesson", lesson=lesson, number=number, total=ROUNDS) if number else text("prove.pairs")
            self._face.subheading(title)

    def step(self, found: StepProof) -> None:
        """One line when all is as it should be, else its doubts."""
        self._opens(found.lesson, found.number)
        if found.proven and found.number:
            self._face.evidence(Outcome.PASSED, found.step, _stages(found.stages))
        for stage in found.stages:
            for doubt in stage.doubts:
                self._doubt(found.step, doubt, stage.command)

    def _doubt(self, step: str, doubt: Doubt, command: str = "") -> None:
        sentence = text(f"prove.doubt.{doubt.key}", check=_check(doubt.check), command=" ".join(command.split()))
        details = [sentence]
        if doubt.fact:
            name = text("step.exit") if doubt.fact == "exit" else label(doubt.fact)
            expected = text("evidence.expected", expected=word(doubt.expected))
            details.append(f"{name}: {expected}, {text('evidence.observed', observed=word(doubt.observed))}")
        self._face.evidence(Outcome.FAILED, step, details, doubt.source)

    def round_closes(self, found: Round) -> None:
        self._opens(found.lesson, found.number)
        name = found.lesson
        if not found.number:
            key = "prove.pair" if found.previous else "prove.first"
            name = text(key, lesson=found.lesson, previous=found.previous)
        for missing in found.missing:
            show_missing(self._face, missing)
        if found.trouble:
            detail = text(found.trouble.key, **found.trouble.values)
            self._face.evidence(Outcome.FAILED, name, [text("prove.doubt.trouble"), detail])
        for left in (*found.rollback.leftovers, *found.rollback.noticed):
            self._face.evidence(Outcome.FAILED, name, [text("prove.doubt.left"), *_left(left)])
        if found.proven:
            self._face.evidence(Outcome.PASSED, name, [text("prove.clean"), duration(found.seconds)])

    def closes(self, rounds: Sequence[Round]) -> None:
        """The table of all lessons, and the verdict."""
        names = list(dict.fromkeys(found.lesson for found in rounds))
        of = {name: [found for found in rounds if found.lesson == name] for name in names}
        head = [text("list.lesson"), text("table.outcome"), text("prove.table.rounds"), text("prove.table.steps")]
        head += [text("prove.table.sabotages"), text("table.seconds")]
        self._face.heading(text("course.summary"))
        self._face.table(head, [_row(name, found) for name, found in of.items()])
        self._face.gap()
        proven = sum(all(found.proven for found in group) for group in of.values())
        if any(not found.rollback.clean for found in rounds):
            self._face.say(text("course.dirty"), "bad")
        elif all(found.missing for found in rounds):
            self._face.say(text("prove.none-tried"), "warn")
        elif proven == len(names):
            self._face.say(text("prove.all", count=proven), "good")
        else:
            self._face.say(text("prove.some", proven=proven, count=len(names)), "bad")


def _check(check: str) -> str:
    """Number and kind: "2 mount" is shown as "2 (mount)"."""
    number, _, kind = check.partition(" ")
    return f"{number} ({kind})"


def _left(left: Leftover) -> list[str]:
    remove = text("rollback.remove", command=left.remove) if left.remove else text("rollback.by-hand")
    return [f"{text('area.' + left.area)} {left.what}", remove]


def _stages(stages: Sequence[Stage]) -> list[str]:
    """What was tried, in few words."""
    words = []
    for name in STAGES:
        count = sum(stage.name == name for stage in stages)
        if count:
            words.append(text(f"prove.stage.{name}", count=count) if name in COUNTED else text(f"prove.stage.{name}"))
    return words


def _row(name: str, rounds: Sequence[Round]) -> list[str]:
    whole = max(rounds, key=lambda found: len(found.steps))
    skipped = any(found.missing for found in rounds)
    key = "proven" if all(found.proven for found in rounds) else "not-proven"
    sabotages = sum(stage.name in COUNTED for step in whole.steps for stage in step.stages)
    seconds = sum(found.seconds for found in rounds)
    return [
        name,
        text("outcome.skipped" if skipped else f"prove.{key}"),
        str(len(rounds)),
        str(len(whole.steps)),
        str(sabotages),
        duration(seconds),
    ]
