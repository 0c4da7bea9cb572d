"""One lesson's part of a handout, as records of what the template names. What the lesson says is made HTML here."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

from runner.course import quiz
from runner.course.render import Values, render
from runner.engine import machine_values
from runner.messages import place_names
from runner.messages.catalog import label, text
from runner.messages.language import nearest
from runner.records.course import Course, Lesson, Question, Step
from runner.records.results import LessonResult, Missing, Outcome, StepResult, did_as_told
from runner.records.texts import Dual
from runner.records.words import LessonWords, QuestionWords, StepWords
from runner.screen.duration import duration
from runner.screen.narration import how_it_ended, said
from runner.screen.quiz_answers import answer
from runner.screen.webpage import html, html_line, trusted
from runner.teacher.recording import Recording

if TYPE_CHECKING:
    from markupsafe import Markup

VERSIONS = ("v2", "v1")  # of cgroup, in the order of the page
SLOW = 1.0  # seconds that a class notices
HEAD, TAIL = 44, 6  # so many lines of a long output are shown
NAMESPACE = ' xmlns="http://www.w3.org/2000/svg"'  # SVG within HTML needs none


class Form(NamedTuple):
    """Words, and the cgroup version that they are for; empty when they are for both."""

    version: str
    words: Markup


class Flag(NamedTuple):
    name: str
    meaning: Markup


class Typed(NamedTuple):
    place: str
    version: str
    command: str
    output: str | None  # None: it was not run


class StepPart(NamedTuple):
    id: str
    title: Markup
    explain: list[Form]
    flags: list[Flag]
    ask: list[Form]
    notes: list[Form]
    commands: list[Typed]
    remarks: list[str]
    machine: str
    answer: list[Form]
    after: list[Form]
    why: list[Form]
    picture: Markup | None


class Reason(NamedTuple):
    letter: str
    words: Markup


class Asked(NamedTuple):
    id: str
    ask: list[Form]
    choices: list[Markup]
    answer: str
    reasons: list[Reason]
    why: list[Form]


class LessonPart(NamedTuple):
    id: str
    number: int
    title: Markup
    language: str  # empty: that of the page
    goal: Markup
    about: str
    remarks: list[str]
    intro: list[Form]
    steps: list[StepPart]
    end: list[Form]
    quiz: list[Asked]


class LessonMaker:
    """Fills one lesson's part of the page."""

    def __init__(
        self,
        course: Course,
        lesson: Lesson,
        recording: Recording | None,
        values: Values,
        *,
        language: str,
        teacher: bool,
    ) -> None:
        self._lesson = lesson
        self._result: LessonResult | None = recording.result if recording else None
        self._steps = {one.id: one for one in self._result.steps} if self._result else {}
        self._recording = recording
        self._language, self._teacher = language, teacher
        self._here = values["cgroup_version"]
        self._values = {version: machine_values.on_version(course, values, version) for version in VERSIONS}

    def part(self) -> LessonPart:
        lesson, language = self._lesson, self._language
        words = lesson.words[language]
        written = nearest(language, lesson.words)
        return LessonPart(
            id=lesson.id,
            number=lesson.number,
            title=html_line(words.title),
            language="" if written == language else written,
            goal=html_line(words.goal),
            about=" · ".join(self._about()),
            remarks=[*self._fallback(words), *self._not_run()],
            intro=self._prose(words.intro),
            steps=[self._step(step, words.steps[step.id]) for step in lesson.steps],
            end=self._prose(words.end),
            quiz=[self._question(number, one, words.quiz[one.id]) for number, one in enumerate(lesson.quiz, start=1)],
        )

    def _about(self) -> list[str]:
        lesson = self._lesson
        needs = [text("show.needs", lessons=", ".join(lesson.needs))] if lesson.needs else []
        return [f"semdocker learn {lesson.id}", text("show.minutes", count=lesson.minutes), *needs]

    def _fallback(self, words: LessonWords) -> list[str]:
        language = self._language
        shown = nearest(language, [name for name, one in self._lesson.words.items() if not one.partly])
        if language not in self._lesson.words:
            return [text("words.fallback", language=language, shown=shown)]
        return [text("words.partly", language=language, shown=shown)] if words.partly else []

    def _not_run(self) -> list[str]:
        lacks: tuple[Missing, ...] = self._result.missing if self._result else ()
        names = ", ".join(label(f"capability.{one.capability}") for one in lacks)
        return [text("handout.not-needed", names=names)] if names else []

    # --- a step ---

    def _step(self, step: Step, words: StepWords) -> StepPart:
        result = self._steps.get(step.id)
        return StepPart(
            id=f"{self._lesson.id}:step-{step.id}",
            title=html_line(self._one(words.title)),
            explain=self._prose(words.explain),
            flags=[Flag(flag, html_line(self._one(meaning))) for flag, meaning in words.flags.items()],
            ask=self._wrapped("predict.ask", "ask", words.predict.ask if words.predict else None),
            notes=self._prose(words.notes) if self._teacher else [],
            commands=self._commands(step, result),
            remarks=[*self._remarks(step, result)],
            machine=self._machine(result),
            answer=self._prose(words.predict.why if words.predict else None),
            after=self._prose(words.after),
            why=self._wrapped("step.why", "why", words.why),
            picture=self._picture(step),
        )

    def _commands(self, step: Step, result: StepResult | None) -> list[Typed]:
        output = _shortened(result.command.output) if result else None
        place = place_names.named(self._lesson.words[self._language].places, step.at)
        if not step.run.differs:
            return [Typed(place, "", self._one(step.run.v2), output)]
        return [
            Typed(
                place,
                text("show.on", version=version),
                render(step.run.on(version), self._values[version]),
                output if version == self._here else None,
            )
            for version in VERSIONS
        ]

    def _remarks(self, step: Step, result: StepResult | None) -> Iterator[str]:
        """Give how the step went, as far as it is not what everybody expects of a command."""
        if result is None:
            yield from [text("show.fails")] if step.fails else []
            yield from [text("handout.not-reached")] if self._steps else []
            return
        if result.outcome is not Outcome.PASSED:
            yield text("handout.otherwise")
        if result.command.exit != 0 and result.command.command != "exit":
            ended = how_it_ended(result.command, step, did_as_told(step, result.command))
            yield f"{text('step.exit')}: {ended}"
        if self._teacher and result.seconds >= SLOW:
            yield text("handout.took", seconds=duration(result.seconds))

    def _machine(self, result: StepResult | None) -> str:
        """Return the machine's answer to what was to be guessed; empty when there is none."""
        observed = result.prediction if result else None
        if not observed or observed.answer is None:
            return ""
        return text("predict.answer", answer=said(observed.kind, observed.answer))

    def _picture(self, step: Step) -> Markup | None:
        taken = self._recording
        if not taken or not taken.picture or step.id != taken.pictured:
            return None
        return trusted(taken.picture.replace(NAMESPACE, "", 1))

    # --- the questions ---

    def _question(self, number: int, question: Question, words: QuestionWords) -> Asked:
        letters = quiz.letters(question)
        return Asked(
            id=f"{self._lesson.id}:question-{number}",
            ask=self._prose(text("quiz.question", index=number, total=len(self._lesson.quiz), ask=words.ask)),
            choices=[html(self._one(words.choices[choice])) for choice in question.choices],
            answer=answer(question, self._all),
            reasons=[Reason(letters[choice], html(self._one(words.reasons[choice]))) for choice in question.choices],
            why=self._prose(words.right),
        )

    # --- words ---

    def _prose(self, words: Dual | str | None) -> list[Form]:
        """Return the words as HTML: once, or for each cgroup version where they differ."""
        if not words:
            return []
        dual = Dual(words, words) if isinstance(words, str) else words
        return [Form(name, html(form)) for part in _parts(dual) for name, form in self._forms(part)]

    def _wrapped(self, key: str, name: str, words: Dual | None) -> list[Form]:
        """Return the words within a sentence of ours, in which they are called `name`."""
        return self._prose(Dual(*(text(key, **{name: form}) for form in words)) if words else None)

    def _forms(self, words: Dual) -> list[tuple[str, str]]:
        """Return the words with their variables filled in, by the name of the cgroup version if there is one."""
        if not words.differs:
            return [("", self._one(words.v1))]
        told = [one for one in VERSIONS if words.on(one)]
        return [(text("show.on", version=one), render(words.on(one), self._values[one])) for one in told]

    def _all(self, words: Dual | str) -> str:
        """Return all forms of the words in one line."""
        forms = self._forms(Dual(words, words) if isinstance(words, str) else words)
        return " · ".join(f"{form} ({name})" if name else form for name, form in forms)

    def _one(self, words: str) -> str:
        return render(words, self._values[self._here])


def _parts(words: Dual) -> list[Dual]:
    """Return the words in parts, so that the paragraphs that both versions begin with are told once."""
    if not words.differs or "```" in "".join(words):
        return [words]
    one, other = (form.split("\n\n") for form in words)
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    common = "\n\n".join(one[:same])
    rest = Dual("\n\n".join(one[same:]), "\n\n".join(other[same:]))
    return [*([Dual(common, common)] if common else []), rest]


def _shortened(output: str) -> str:
    """Return the output of a command, without the middle of a long one."""
    lines = output.strip("\n").splitlines()
    more = len(lines) - HEAD - TAIL
    if more > 1:
        lines[HEAD:-TAIL] = [text("handout.left-out", count=more)]
    return "\n".join(lines)
