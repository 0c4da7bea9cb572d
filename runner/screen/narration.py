"""The narration of a run: it puts what the engine reports into the student's language, as it happens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from runner.course import prediction
from runner.course.render import Values, render
from runner.messages import place_names
from runner.messages.catalog import label, text, word
from runner.messages.language import Language, after, install, name, nearest
from runner.records.course import Course, Lesson, Step
from runner.records.results import (
    CommandResult,
    LessonResult,
    Missing,
    Outcome,
    StepResult,
    Trouble,
    did_as_told,
    worst,
)
from runner.records.texts import Dual
from runner.records.words import LessonWords, StepWords
from runner.screen import evidence, patience
from runner.screen.duration import duration
from runner.screen.face import Face
from runner.screen.quiz_answers import show_quiz
from runner.screen.rollback_page import Housekeeping


class View(Housekeeping):
    """Narrates a run on one face. Set `values`, the course's variables, before words with variables are shown."""

    def __init__(self, face: Face, language: Language, values: Mapping[str, str] | None = None) -> None:
        self.face = face
        self.patient = True  # whether it says on the screen what takes long
        self.language = language
        self.values: Mapping[str, str] = Values({}) if values is None else values
        self.folders: tuple[Path, ...] = ()  # folders with lessons from elsewhere, which may add languages

    def waiting(self, key: str, **values: str | float) -> AbstractContextManager[None]:
        """Say what is being done while the block takes longer than a moment."""
        return patience.saying(text(key, **values), self.face) if self.patient else nullcontext()

    def switch_language(self) -> None:
        """Change to the next language that exists."""
        self.language = after(self.language, self.folders)
        install(self.language)

    @property
    def next_language(self) -> str:
        """Return the name of the language that `switch_language` changes to."""
        return name(after(self.language, self.folders))

    def rendered(self, words: Dual | str | None) -> str:
        """Return the words with the variables filled in, in the form for the cgroup version of this machine."""
        chosen = words.on(self.values.get("cgroup_version", "v2")) if isinstance(words, Dual) else words or ""
        return render(chosen, self.values)

    def course_opens(self, course: Course, lessons: Sequence[Lesson], values: Values) -> None:
        self.learning_opens(course, values)
        for part, listed in course.sections if len(lessons) > 1 else ():
            shown = [lesson for lesson in listed if lesson in lessons]
            if shown:
                self.face.say(part.title[self.language] if part else text("course.lessons"), "dim")
                self.face.pairs([(lesson.id, self.rendered(lesson.words[self.language].title)) for lesson in shown])
        self.face.gap()
        self.face.say(text("course.values"), "dim")
        self.face.pairs([(name, value) for name, value in values.items() if name in course.variables])

    def learning_opens(self, course: Course, values: Values) -> None:
        """Show the course's opening without the lists, so that it fits on a terminal of 24 lines."""
        self.values = values
        self.face.title(f"semdocker · {course.title[self.language]}")
        self.face.prose(text("course.promise"))

    def lesson_opens(self, number: int, total: int, lesson: Lesson, words: LessonWords) -> None:
        self.face.heading(text("lesson.title", number=number, total=total, title=self.rendered(words.title)))
        show_fallback(self.face, lesson, self.language)
        self.face.prose(text("lesson.goal", goal=self.rendered(words.goal)))
        self.face.prose(self.rendered(words.intro))

    def preparing(self, lessons: Sequence[str]) -> None:
        self.face.say(text("lesson.preparing", lessons=", ".join(lessons)), "dim")

    def step_opens(  # noqa: PLR0917 -- they stand in the order in which they are shown
        self, index: int, total: int, step: Step, words: StepWords, command: str, sign: str = "#"
    ) -> None:
        self.face.subheading(text("step.title", index=index, total=total, title=self.rendered(words.title)))
        self.explanation(words)
        self.question(words)
        self.face.command(place_names.shown(step.at), command, sign=sign)

    def explanation(self, words: StepWords) -> None:
        self.face.prose(self.rendered(words.explain))
        if words.flags:
            self.face.pairs([(flag, self.rendered(meaning)) for flag, meaning in words.flags.items()])

    def question(self, words: StepWords) -> None:
        """Show what is guessed before a step runs, if anything is."""
        if words.predict:
            self.face.prose(text("predict.ask", ask=self.rendered(words.predict.ask)))

    def output(self, chunk: str) -> None:
        self.face.output(chunk)

    def step_closes(
        self, result: StepResult, step: Step, words: StepWords, *, why: bool = True, guess: str = "", whole: bool = True
    ) -> None:
        """Show the evidence. Explain what was to be seen, and how the kernel does it, only if the step passed."""
        typed = result.command.exit is not None or result.command.trouble is not None
        self.evidence(result, step, words, exit=typed, whole=whole)
        if result.outcome is not Outcome.PASSED:
            return
        self._predicted(result, words, guess)
        if words.after:
            self.face.prose(self.rendered(words.after))
        if why and words.why:
            self.face.prose(text("step.why", why=self.rendered(words.why)))

    def evidence(
        self, result: StepResult, step: Step, words: StepWords, *, exit: bool = True, whole: bool = True
    ) -> None:
        """Show what was checked, `whole` or folded; with `exit`, first how the command ended."""
        self.face.output_ends()
        self.face.gap()
        if exit and not _says_nothing(result):
            self._exit(result, step)
        sentences = {name: self.rendered(sentence) for name, sentence in words.evidence.items()}
        checks = step.facts if result.checks else ()  # none was looked at when the command did not end as it should
        for row in evidence.rows(checks, result.checks, sentences, whole=whole, at=step.at, rendered=self.rendered):
            self.face.evidence(*row)

    def came_true(self, result: StepResult, step: Step, words: StepWords, which: Iterable[int]) -> None:
        """Show those of a step's checks, by number, that passed meanwhile."""
        sentences = {name: self.rendered(sentence) for name, sentence in words.evidence.items()}
        self.face.gap()
        chosen = sorted(which)
        checks, results = [step.facts[number] for number in chosen], [result.checks[number] for number in chosen]
        for row in evidence.rows(checks, results, sentences, whole=False, at=step.at, rendered=self.rendered):
            self.face.evidence(*row)

    def _predicted(self, result: StepResult, words: StepWords, guess: str) -> None:
        """Show the machine's answer to a prediction, and why it answers so."""
        if words.predict and (self.answer(result, guess) or self._not_compared(result, guess)):
            self.face.prose(self.rendered(words.predict.why))

    def _not_compared(self, result: StepResult, guess: str) -> bool:
        """Say so where the student typed another command than the question was about."""
        if not guess or not result.prediction or result.prediction.kind:
            return False
        self.face.gap()
        self.face.say(text("predict.not-compared", guess=guess))
        return True

    def answer(self, result: StepResult, guess: str = "") -> bool:
        """Show the machine's answer, and compare it with the guess if there is one. Return False if it gave none."""
        observed = result.prediction
        if not observed or observed.answer is None:
            return False
        self.face.gap()
        answer, guessed = said(observed.kind, observed.answer), said(observed.kind, guess)
        if not guess:
            self.face.say(text("predict.answer", answer=answer))
        elif prediction.verdict(observed.kind, guess, observed.answer):
            self.face.say(text("predict.right", guess=guessed), "good")
        else:
            self.face.say(text("predict.other", guess=guessed, answer=answer), "warn")
        return True

    def _exit(self, result: StepResult, step: Step) -> None:
        command = result.command
        as_told = did_as_told(step, command)
        if as_told and (step.enters or command.command == "exit"):
            return  # The one still runs, and the other's status is that of the command before it.
        # The facts count more than the exit status: a student may reach the effect by another command.
        otherwise = Outcome.FAILED if exit_decides(result) else Outcome.COULD_NOT_CHECK
        ended = how_it_ended(command, step, as_told)
        self.face.evidence(Outcome.PASSED if as_told else otherwise, text("step.exit"), [ended])

    def remark(self, key: str, values: Mapping[str, str | float]) -> None:
        """Say something that the student should know. The lesson goes on."""
        self.face.say(text(key, **values), "warn")

    def quiz(self, lesson: Lesson, words: LessonWords) -> None:
        show_quiz(self.face, lesson, words, self.rendered)

    def closing(self, words: LessonWords) -> None:
        """Show the last words of a lesson."""
        self.face.prose(self.rendered(words.end))

    def lesson_closes(self, result: LessonResult, words: LessonWords) -> None:
        if result.outcome == Outcome.PASSED:
            self.closing(words)
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
        self.face.gap()
        self.face.say(text("lesson.skipped", id=result.id), "warn")
        for missing in result.missing:
            show_missing(self.face, missing)

    def course_closes(self, results: Sequence[LessonResult]) -> None:
        self.face.heading(text("course.summary"))
        head = [text("list.lesson"), text("table.outcome"), text("table.steps"), text("table.checks")]
        self.face.table([*head, text("table.seconds")], [_row(result) for result in results])
        passed = sum(result.outcome == Outcome.PASSED for result in results)
        self.face.gap()
        if not all(result.rollback.clean for result in results):
            self.face.say(text("course.dirty"), "bad")
        elif passed == len(results):
            self.face.say(text("course.passed"), "good")
        else:
            self.face.say(text("course.not-passed", passed=passed, total=len(results)), "bad")


def said(kind: str, words: str) -> str:
    """Return a guess, or the machine's answer, as a sentence has it: what is printed in quotation marks, yes and no
    in the language of the reader, numbers as they are."""
    if kind == "text":
        return text("evidence.quote", quoted=words)
    return word(prediction.meant(words)) if kind == "fails" else words


def exit_decides(result: StepResult) -> bool:
    """Tell whether the facts, if any were looked at, do not say by themselves how a step went."""
    return worst(check.outcome for check in result.checks) is not result.outcome or not result.checks


def _says_nothing(result: StepResult) -> bool:
    """Tell whether the exit status is only that of the last command before `exit`, and facts tell more."""
    return result.command.command == "exit" and bool(result.checks) and not result.command.trouble


def how_it_ended(command: CommandResult, step: Step, as_told: bool) -> str:
    """Tell how a step's command ended, and what was expected if that is something else."""
    if command.trouble:
        limit = step.output if command.trouble == Trouble.FLOOD else step.timeout
        detail = text(f"trouble.{command.trouble}", limit=f"{limit:g}")
        return f"{detail} ({command.detail})" if command.detail else detail
    exit = str(command.exit)  # without trouble there is one
    if step.fails and as_told:
        return text("step.failed-as-told", exit=exit)
    if step.fails:
        expected = text("step.any-failure") if step.fails.exit is None else str(step.fails.exit)
        if step.fails.says:
            expected = text("step.saying", exit=expected, says=step.fails.says)
        return text("step.failed-otherwise", exit=exit, expected=expected)
    return exit if as_told else text("step.exit-wrong", exit=exit)


def show_fallback(face: Face, lesson: Lesson, language: Language) -> None:
    """Warn when the lesson, or a part of it, is not in the language that the user wants, and is shown in another."""
    others = [name for name, words in lesson.words.items() if not words.partly]
    shown = nearest(language, others)
    if language not in lesson.words:
        face.say(text("words.fallback", language=language, shown=shown), "warn")
    elif lesson.words[language].partly:
        face.say(text("words.partly", language=language, shown=shown), "warn")


def show_missing(face: Face, missing: Missing) -> None:
    fix = text("doctor.fix", command=missing.fix) if missing.fix else text("doctor.no-fix")
    face.evidence(Outcome.FAILED, label("capability." + missing.capability), [word(missing.observed), fix])
    if missing.cause:
        face.say("    " + text("cause." + missing.cause))


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
