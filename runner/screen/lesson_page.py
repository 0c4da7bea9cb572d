"""The page of one lesson to read, for one or both cgroup versions."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from runner.course.render import Values, render
from runner.host.credentials import SETS
from runner.messages import place_names
from runner.messages.catalog import asked, label, text, word
from runner.records.course import Check, Lesson, Step
from runner.records.texts import Dual
from runner.records.words import LessonWords, StepWords
from runner.screen.face import Face
from runner.screen.quiz_answers import show_quiz

PLACES = ("hostname", "in", "member", "of", "processes", "than")  # parameters whose value is the id of a place
# Parameters whose value is one of a few words.
CHOSEN = (*("elf", "host", "interpreter", "propagation", "seccomp", "swap", "type"), *SETS)
# Parameters whose value is the end of a fact's name, by the kind of check.
NAMED = {("cgroup", "counter"): "cgroup.counter.", ("ipc", "kind"): "ipc.count."}
SPEEDS = (("reach", "at_least"), ("reach", "at_most"))  # parameters whose value is in bytes a second


class LessonPage:
    """A page with one lesson to read, for one or both cgroup versions."""

    def __init__(self, face: Face, lesson: Lesson, words: LessonWords, values: Mapping[str, Values]) -> None:
        self._face = face
        self._lesson = lesson
        self._words = words
        self._values = values  # the variables for each cgroup version, in the order to show

    def show(self, *, answers: bool, notes: bool = False) -> None:
        lesson, words, face = self._lesson, self._words, self._face
        face.heading(f"{lesson.number} · {self._one(words.title)}")
        face.prose(text("lesson.goal", goal=self._one(words.goal)))
        face.say(text("show.minutes", count=lesson.minutes), "dim")
        face.say(text("show.requires", names=", ".join(label("capability." + name) for name in lesson.requires)), "dim")
        if lesson.needs:
            face.say(text("show.needs", lessons=", ".join(lesson.needs)), "dim")
        self._prose(words.intro)
        for index, step in enumerate(lesson.steps, start=1):
            self._step(index, step, words.steps[step.id], notes=notes)
        self._prose(words.end)
        show_quiz(face, lesson, words, self._all, answers=answers)
        if lesson.quiz and not answers:
            face.say(text("show.answers-hidden"), "dim")

    def _step(self, index: int, step: Step, words: StepWords, *, notes: bool) -> None:
        face = self._face
        total = len(self._lesson.steps)
        face.subheading(text("step.title", index=index, total=total, title=self._one(words.title)))
        self._prose(words.explain)
        if words.flags:
            face.pairs([(flag, self._one(meaning)) for flag, meaning in words.flags.items()])
        if words.predict:
            self._prose(Dual(*(text("predict.ask", ask=form) for form in words.predict.ask)))
        if notes and words.notes:
            self._prose(Dual(*(text("show.notes", notes=form) for form in words.notes)))
        for version, command in self._forms(step.run):
            if version:
                face.gap()
                face.say(text("show.on", version=version), "dim")
            face.command(place_names.named(self._words.places, step.at), command, sign=self._lesson.sign(step.at))
        face.gap()
        if step.fails:
            face.say(text("show.fails"), "warn")
        if words.predict:
            self._prose(words.predict.why)
        if words.after:
            self._prose(words.after)
        if words.why:
            self._prose(Dual(*(text("step.why", why=form) for form in words.why)))
        for name in ("checks", "keeps"):
            checks: tuple[Check, ...] = getattr(step, name)
            if checks:
                face.say(text(f"show.{name}"), "dim")
                face.pairs([(label(check.kind), self._claim(check, words)) for check in checks])
        face.gap()
        face.say(text("show.undo", how=self._undo(step)), "dim")

    def _claim(self, check: Check, words: StepWords) -> str:
        """Return what a check asks for: in the words of the lesson if it has a sentence for it."""
        if sentence := words.evidence.get(check.sentence):
            return self._one(sentence)
        return self._asked(check.kind, check.params)

    def _asked(self, kind: str, params: Mapping[str, Any]) -> str:
        """Return each parameter with its value; what a parameter consists of stands in brackets."""
        return ", ".join(
            f"{asked(kind, name)} ({self._asked(kind, value)})"
            if isinstance(value, Mapping)
            else f"{asked(kind, name)} `{self._one(self._told(kind, name, value))}`"
            for name, value in params.items()
        )

    def _told(self, kind: str, name: str, value: object) -> str:
        if (kind, name) in SPEEDS:
            return word(f"{value} B/s")
        if isinstance(value, str) and (kind, name) in NAMED:
            return label(NAMED[kind, name] + value)
        if name in SETS and value == "none":
            return word("no capability")
        if isinstance(value, str) and name in PLACES:
            return place_names.named(self._words.places, value)
        return word(value) if isinstance(value, str) and name in CHOSEN else _short(value)

    def _undo(self, step: Step) -> str:
        if step.undo.replay:
            return text("show.undo-replay")
        forms = [form for command in step.undo.commands for _, form in self._forms(command)]
        return " ; ".join(forms) if forms else text("show.undo-nothing")

    def _prose(self, words: Dual) -> None:
        for version, form in self._forms(words):
            self._face.prose(f"*{text('show.on', version=version)}*\n\n{form}" if version else form)

    def _forms(self, words: Dual) -> list[tuple[str, str]]:
        """Return pairs of a cgroup version and the words for it; one pair with no version if the words are the same."""
        if not words.differs or len(self._values) == 1:
            version = next(iter(self._values))
            return [("", self._rendered(words.on(version), version))]
        return [(version, self._rendered(words.on(version), version)) for version in self._values]

    def _all(self, words: Dual | str) -> str:
        """Return all forms of the words on one line, each with its cgroup version if they differ."""
        forms = self._forms(Dual(words, words) if isinstance(words, str) else words)
        return " · ".join(
            f"{form} ({text('show.on', version=version)})" if version else form for version, form in forms
        )

    def _one(self, words: str) -> str:
        return self._rendered(words, next(iter(self._values)))

    def _rendered(self, words: str, version: str) -> str:
        return render(words, self._values[version])


def _short(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(shlex.quote(_short(item)) for item in value) or word("none")
    return word("yes" if value else "no") if isinstance(value, bool) else str(value)
