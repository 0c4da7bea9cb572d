"""The screens of `practice` and `check`: the task, the facts with expected and observed, the keys, the catalog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from runner.lab.published_state import Notice
from runner.messages.catalog import label, text
from runner.records.exercise import Exercise, ExerciseWords, Fact, FactResult, FactWords, all_true, count
from runner.records.progress import StepRecord
from runner.records.results import Finding, Missing, Outcome
from runner.screen import keys
from runner.screen.evidence import details
from runner.screen.face import Face, Tone
from runner.screen.keys import Binding
from runner.screen.narration import View, show_missing

HIDDEN = "practice.hidden"  # stands for the title of a cause


def facts_page(
    view: View, words: Mapping[str, FactWords], results: Sequence[FactResult], *, why: bool = True, told: bool = True
) -> None:
    """Show each fact on a line. Below a false one show what was expected, what was observed, and where to look.

    Of a cause that is not `told`, only whether it is true is shown.
    """
    for result in results:
        hidden = result.cause and not told
        fact = words.get(result.id)
        title = text(HIDDEN) if hidden else view.rendered(fact.title) if fact else label(result.id)
        fact_line(view.face, result, title)
        if result.true or hidden:
            continue
        rows = list(dict.fromkeys((label(finding.fact), described(finding)) for finding in result.missing))
        view.face.pairs([*rows, (text("practice.look"), view.rendered(fact.why))] if fact and why else rows)
    view.face.gap()
    score(view.face, results)


def fact_line(face: Face, result: FactResult, title: str) -> None:
    """Show whether a fact is true, and nothing of why."""
    outcome = Outcome.PASSED if result.true else result.outcome
    face.evidence(outcome, title, [text("practice.true" if result.true else "practice.not-true")])


def score(face: Face, results: Sequence[FactResult]) -> None:
    tone: Tone = "good" if all_true(results) else "warn"
    face.say(text("practice.count", true=count(results), total=len(results)), tone)


def check_page(
    view: View, notice: Notice, seat: str, words: Mapping[str, FactWords], results: Sequence[FactResult]
) -> None:
    """Show the facts of the current exercise or lesson step to a second terminal."""
    place = {"exercise": notice.exercise, "lesson": notice.lesson, "step": notice.step, "seat": seat}
    if notice.exercise or notice.step:
        view.face.heading(text("check.exercise" if notice.exercise else "check.step", **place))
        if not results:
            view.face.say(text("check.nothing"))
        else:
            facts_page(view, words, results, told=notice.told or all_true(results))
    else:
        view.face.say(text("check.over", **place))


def described(finding: Finding) -> str:
    """Return what was expected and observed, and the file that tells it; a process that is gone has no file."""
    source = f" · {finding.source}" if finding.source and "/None/" not in finding.source else ""
    return ", ".join(details(finding)) + source


def catalog(
    face: Face,
    exercises: Sequence[Exercise],
    words: Mapping[str, ExerciseWords],
    states: Mapping[str, str],
    repeats: Sequence[str],
) -> None:
    """Show the exercises of both kinds, in the order of the lessons, with how far the student came in each; `repeats`
    are those that come back today."""
    for broken in (False, True):
        chosen = [one for one in exercises if one.broken == broken]
        if not chosen:
            continue
        face.heading(text("practice.broken" if broken else "practice.plain"))
        names = ("practice.exercise", "list.lesson", "list.minutes", "practice.state", "list.title")
        head = [text(name) for name in names]
        rows = [
            [
                one.id,
                one.lesson,
                str(one.minutes),
                text("practice.state." + ("repeat" if one.id in repeats else states[one.id])),
                words[one.id].title,
            ]
            for one in chosen
        ]
        face.table(head, rows)
    face.gap()
    face.say(text("practice.list-hint"), "dim")


def state(record: StepRecord | None) -> str:
    """Return how far the student came in an exercise, as the catalog tells it."""
    return record.state.value if record else "todo"


class Coach:
    """Speaks through a View while a student practices, and asks for keys."""

    hidden = HIDDEN
    hidden_count = "practice.hidden-count"
    check = "check"  # what the key "c" does, in the list of all keys

    def __init__(self, view: View) -> None:
        self.view = view

    @property
    def plain(self) -> bool:
        return not self.view.face.repaints

    def opens(self, exercise: Exercise, words: ExerciseWords, *, told: bool = False) -> None:
        """Show the task: the goal or the story of what broke, and every fact that must become true.

        Causes that are not `told` are only counted.
        """
        face, rendered = self.view.face, self.view.rendered
        face.heading(self.title(exercise, rendered(words.title)))
        face.prose(rendered(words.story or words.goal))
        if words.symptom:
            face.prose(text("practice.symptom", symptom=rendered(words.symptom)))
        face.say(text("practice.facts"), "dim")
        hidden = [fact for fact in exercise.facts if fact.cause and not told]
        self._titles([fact for fact in exercise.facts if fact not in hidden], words)
        if hidden:
            face.say("  - " + text(self.hidden_count, count=len(hidden)), "dim")

    def title(self, exercise: Exercise, title: str) -> str:
        return text("practice.title-broken" if exercise.broken else "practice.title", title=title)

    def opening(self) -> None:
        """Say that a lab opens now: the exercise was perhaps chosen for the student."""
        self.view.face.gap()
        self.view.face.say(text("practice.opening"), "dim")

    def _titles(self, facts: Sequence[Fact], words: ExerciseWords) -> None:
        for fact in facts:
            self.view.face.say(f"  - {self.view.rendered(words.facts[fact.id].title)}")

    def causes(self, exercise: Exercise, words: ExerciseWords) -> None:
        """Show what was kept back until the first hint."""
        self.view.face.say(text("practice.causes"), "dim")
        self._titles([fact for fact in exercise.facts if fact.cause], words)

    def repeats(self, ids: Sequence[str]) -> None:
        """Say which exercises come back today."""
        self.view.face.say(text("practice.repeat", count=len(ids), names=", ".join(ids)), "warn")

    def unfit(self, missing: Sequence[Missing]) -> None:
        """Show what this machine lacks, and the commands that help."""
        self.view.face.gap()
        for one in missing:
            show_missing(self.view.face, one)

    def ready(self, results: Sequence[FactResult]) -> None:
        self.view.face.gap()
        self.view.face.say(text("practice.ready", true=count(results), total=len(results)))

    def ask(self, table: Sequence[Binding], first: str = "") -> Callable[[], object]:
        """Show the useful keys in one line, wait for any key of the table, and return its action.

        What stands `first` on the line is no key. After what is none the line stands there again, below the reason.
        """
        language = self.view.next_language
        offers = [text("practice.press." + one.offer, language=language) for one in table if one.offer]
        line = " · ".join(filter(None, [first, *offers]))

        def refuse(typed: str) -> None:
            self.view.face.read()
            sentence = "practice.no-shell" if len(typed) > 1 else "learn.no-key"
            self.view.face.say(text(sentence, typed=typed[:40]), "warn")
            self.view.face.say(line, "dim", ends=True)

        self.view.face.gap()
        self.view.face.say(line, "dim", ends=True)
        actions = {one.key: one.action for one in table}
        key = keys.press("".join(actions), line=self.plain, refuse=refuse, alone=True)
        self.view.face.read()
        return actions[key]

    def keys(self, table: Sequence[Binding]) -> None:
        self.view.face.pairs([(labels, text("practice.key." + name)) for labels, name in keys.listed(table)])

    def shell(self) -> None:
        self.view.face.say(text("practice.shell"), "dim")

    def hint(self, hint: str, number: int, total: int) -> None:
        self.view.face.prose(text("learn.hint", number=number, total=total, hint=self.view.rendered(hint)))

    def no_more_hints(self) -> None:
        self.view.face.say(text("practice.no-hints"), "dim")

    def solving(self) -> None:
        self.view.face.say(text("practice.solving"), "dim")

    def command(self, command: str) -> None:
        self.view.face.command("lab", command)

    def facts(self, words: ExerciseWords, results: Sequence[FactResult], *, told: bool) -> None:
        """Show each fact, and of those that are not true what is there instead."""
        facts_page(self.view, words.facts, results, told=told)

    def score(self, results: Sequence[FactResult]) -> None:
        score(self.view.face, results)

    def solved(self, words: ExerciseWords) -> None:
        self.view.face.gap()
        self.view.face.say(text("practice.solved"), "good")
        self.view.face.prose(self.view.rendered(words.explain))

    def reset(self, seconds: float) -> None:
        self.view.face.say(text("practice.reset", milliseconds=round(seconds * 1000)), "good")

    def lost(self, *, lab: bool) -> None:
        """Say that a shell has ended: that of the `lab`, or only that of another terminal."""
        self.view.face.gap()
        self.view.face.say(text("practice.lost" if lab else "practice.terminal-ended"), "warn")

    def remark(self, key: str) -> None:
        self.view.face.gap()
        self.view.face.say(text(key), "dim")
