"""The story of a run, told as it happens: what the engine reports becomes words in the student's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runner.language import Language
from runner.messages import label, text, word
from runner.model import (
    CommandResult,
    Course,
    Dual,
    Finding,
    Lesson,
    LessonResult,
    LessonWords,
    Missing,
    Outcome,
    Rollback,
    Step,
    StepResult,
    StepWords,
)
from runner.view.face import Face
from runner.view.quiz import show_quiz


class View:
    """Narrates a run on one face. `course_opens` comes first: it brings the values of the course's variables."""

    def __init__(self, face: Face, language: Language) -> None:
        self.face = face
        self.language = language
        self.values: Mapping[str, str] = {}

    def rendered(self, words: Dual | str | None) -> str:
        """Words with the variables filled in, for the cgroup version of this machine."""
        from runner.render import render

        chosen = words.on(self.values.get("cgroup_version", "v2")) if isinstance(words, Dual) else words or ""
        return render(chosen, self.values)

    def course_opens(self, course: Course, lessons: Sequence[Lesson], values: Mapping[str, str]) -> None:
        self.values = values
        self.face.title(course.title[self.language])
        self.face.prose(text("course.promise"))
        if len(lessons) > 1:
            self.face.say(text("course.lessons"), "dim")
            titles = [lesson.words[self.language].title for lesson in lessons]
            self.face.pairs([(lesson.id, self.rendered(title)) for lesson, title in zip(lessons, titles, strict=True)])
        self.face.gap()
        self.face.say(text("course.values"), "dim")
        self.face.pairs([(name, f"`{values[name]}`") for name in course.variables])

    def lesson_opens(self, number: int, total: int, lesson: Lesson, words: LessonWords) -> None:
        self.face.heading(text("lesson.title", number=number, total=total, title=self.rendered(words.title)))
        self.face.say(text("lesson.goal", goal=self.rendered(words.goal)))
        self.face.prose(self.rendered(words.intro))

    def preparing(self, lessons: Sequence[str]) -> None:
        self.face.say(text("lesson.preparing", lessons=", ".join(lessons)), "dim")

    def step_opens(self, index: int, total: int, step: Step, words: StepWords, command: str, place: str) -> None:
        self.face.subheading(text("step.title", index=index, total=total, title=self.rendered(words.title)))
        self.face.prose(self.rendered(words.explain))
        if words.flags:
            self.face.pairs([(flag, self.rendered(meaning)) for flag, meaning in words.flags.items()])
        self.face.command(place, command)

    def output(self, chunk: str) -> None:
        self.face.output(chunk)

    def step_closes(self, result: StepResult, step: Step, words: StepWords) -> None:
        self.face.output_ends()
        self.face.gap()
        self._exit(result.command, step)
        for check in result.checks:
            for finding in check.findings:
                self._finding(finding)
        if words.after:
            self.face.prose(self.rendered(words.after))
        if words.why:
            self.face.prose(f"**{text('step.why')}.** " + self.rendered(words.why))

    def _exit(self, command: CommandResult, step: Step) -> None:
        fact, outcome, detail = text("step.exit"), Outcome.FAILED, str(command.exit)
        if command.trouble:
            limit = step.output if command.trouble == "flood" else step.timeout
            detail = text(f"trouble.{command.trouble}", limit=f"{limit:g}")
            detail = f"{detail} ({command.detail})" if command.detail else detail
        elif step.fails and failed_as_told(command, step):
            outcome, detail = Outcome.PASSED, text("step.failed-as-told", exit=command.exit)
        elif step.fails:
            expected = text("step.any-failure") if step.fails.exit is None else str(step.fails.exit)
            expected = text("step.saying", exit=expected, says=step.fails.says) if step.fails.says else expected
            detail = text("step.failed-otherwise", expected=expected, exit=command.exit)
        elif command.exit == 0:
            outcome = Outcome.PASSED
        else:
            detail = text("step.exit-wrong", exit=command.exit)
        self.face.evidence(outcome, fact, [detail])

    def _finding(self, finding: Finding) -> None:
        expected, observed = word(finding.expected), word(finding.observed)
        details = [text("evidence.expected", expected=expected), text("evidence.observed", observed=observed)]
        same = finding.outcome == Outcome.PASSED and expected == observed
        self.face.evidence(finding.outcome, label(finding.fact), [observed] if same else details, finding.source)

    def rolled_back(self, rollback: Rollback) -> None:
        self.face.gap()
        if rollback.restored:
            self.face.say(text("rollback.restored", names=", ".join(map(word, rollback.restored))))
        if rollback.clean:
            self.face.say(text("rollback.clean", seconds=duration(rollback.seconds)), "good")
            return
        self.face.say(text("rollback.dirty", count=len(rollback.leftovers)), "bad")
        for leftover in rollback.leftovers:
            remove = text("rollback.remove", command=leftover.remove) if leftover.remove else text("rollback.by-hand")
            self.face.evidence(Outcome.FAILED, word(leftover.area), [leftover.what, remove])
        self.face.say(text("rollback.verify"))

    def quiz(self, lesson: Lesson, words: LessonWords) -> None:
        show_quiz(self.face, lesson, words, self.rendered)

    def lesson_closes(self, result: LessonResult, words: LessonWords) -> None:
        if result.outcome == Outcome.PASSED:
            self.face.prose(self.rendered(words.end))
        checks = sum(len(step.checks) for step in result.steps)
        summary = [
            text("lesson.closed", id=result.id, outcome=text("outcome." + result.outcome)),
            text("lesson.steps", count=len(result.steps)),
            text("lesson.checks", count=checks),
            duration(result.seconds),
        ]
        self.face.gap()
        self.face.say(" · ".join(summary), "good" if result.outcome == Outcome.PASSED else "bad")

    def skipped(self, result: LessonResult) -> None:
        self.face.heading(text("lesson.skipped", id=result.id))
        for missing in result.missing:
            show_missing(self.face, missing)

    def course_closes(self, results: Sequence[LessonResult]) -> None:
        self.face.heading(text("course.summary"))
        head = [text("list.lesson"), text("table.outcome"), text("table.steps"), text("table.checks")]
        self.face.table([*head, text("table.seconds")], [_row(result) for result in results])
        passed = sum(result.outcome == Outcome.PASSED for result in results)
        self.face.gap()
        if passed == len(results):
            self.face.say(text("course.passed"), "good")
        else:
            self.face.say(text("course.not-passed", passed=passed, total=len(results)), "bad")


def failed_as_told(command: CommandResult, step: Step) -> bool:
    """Whether a command failed the way its step announced."""
    told = step.fails
    if told is None or command.exit in (0, None):
        return False
    return told.exit in (None, command.exit) and (told.says or "") in command.output


def show_missing(face: Face, missing: Missing) -> None:
    fix = text("doctor.fix", command=missing.fix) if missing.fix else text("doctor.no-fix")
    face.evidence(Outcome.FAILED, label("capability." + missing.capability), [word(missing.observed), fix])


def duration(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    whole, _, tenth = f"{seconds:.1f}".partition(".")
    return text("seconds", whole=whole, tenth=tenth)


def _row(result: LessonResult) -> list[str]:
    checks = [check.outcome for step in result.steps for check in step.checks]
    steps = [step.outcome for step in result.steps]
    return [
        result.id,
        text("outcome." + result.outcome),
        f"{steps.count(Outcome.PASSED)}/{len(steps)}",
        f"{checks.count(Outcome.PASSED)}/{len(checks)}",
        duration(result.seconds),
    ]
