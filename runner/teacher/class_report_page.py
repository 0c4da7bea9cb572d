"""The screen of `class report`: what the class misses, its lessons, its students, and what is not counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from runner.course.render import fill
from runner.messages import safe_text
from runner.messages.catalog import label, text
from runner.records.course import Course, Lesson
from runner.records.exercise import Exercise
from runner.records.progress import Who
from runner.screen.duration import spent
from runner.screen.face import Face
from runner.screen.markdown import plain
from runner.teacher.class_report import ClassReport, Count, InClass, Missed, Spread, Student

SOME = 5  # of what is missed are on the screen
WIDTH = 24  # columns for a name, which is longer only if somebody wants to spoil the table


def class_page(face: Face, course: Course, exercises: Mapping[str, Exercise], report: ClassReport, lang: str) -> None:
    face.title(text("rollup.title"))
    face.say(summary(report))
    face.heading(text("rollup.lessons"))
    face.table([text(key) for key in LESSON_HEAD], [lesson_row(one, report) for one in report.lessons if one.begun])
    words = MissedWords(course, exercises, lang)
    for head, some in missed_lists(report):
        if some:
            face.heading(f"{text('rollup.missed')} · {text(head)}")
            face.table(
                [text("rollup.not-at-once"), text("rollup.still"), text("rollup.tried"), text("rollup.in"), text(head)],
                [_missed_row(one, words) for one in some[:SOME]],
            )
    face.heading(text("rollup.who"))
    face.table([text(key) for key in STUDENT_HEAD], [student_row(course, one, WIDTH) for one in report.students])


def _missed_row(one: Missed, words: MissedWords) -> list[str]:
    what, place = words.of(one)
    return [str(one.missed), str(one.still), str(one.tried), place, " ".join(plain(what))]


# --- what the page in HTML says in the same words ---------------------------------------------

LESSON_HEAD = ("list.lesson", "rollup.begun", "rollup.complete", "rollup.median", "rollup.spread")
STUDENT_HEAD = (
    *("rollup.student", "rollup.where", "rollup.lessons", "table.steps", "quiz.title", "rollup.facts"),
    *("rollup.exercises", "rollup.last"),
)


def summary(report: ClassReport) -> str:
    begun = sum(bool(one.begun) for one in report.lessons)
    students = text("rollup.students", count=len(report.students))
    last = max((one.last for one in report.students), default="")
    return text("rollup.summary", students=students, begun=begun, total=len(report.lessons), last=moment(last))


def lesson_row(one: InClass, report: ClassReport) -> list[str]:
    whole = len(report.students)
    time = [spent(one.time.median), between(one.time)] if one.time else ["", ""]
    return [one.lesson, f"{one.begun}/{whole}", f"{one.complete}/{whole}", *time]


def between(time: Spread) -> str:
    return text("rollup.between", low=spent(time.low), high=spent(time.high))


def student_row(course: Course, one: Student, width: int | None = None) -> list[str]:
    """Return the cells under STUDENT_HEAD. `width`: a longer name is cut."""
    numbers = (Count(one.complete, len(one.lessons)), one.steps, one.questions, one.facts, one.exercises)
    return [name(one.who, width), where(course, one), *map(ratio, numbers), moment(one.last)]


def name(who: Who, width: int | None = None) -> str:
    whole = f"{who.name} · {who.seat}" if who.seat else who.name
    return whole if width is None or len(whole) <= width else whole[: width - 1] + "…"


def ratio(count: Count) -> str:
    return f"{count.done}/{count.total}" if count.total else "–"


def moment(when: str) -> str:
    """Return a time as people read it, to the minute."""
    return when[:16].replace("T", " ") if when else "–"


def where(course: Course, one: Student) -> str:
    """Return where a student is: at a step, at the questions, or between two lessons."""
    if one.place is None:
        return text("rollup.after", lesson=one.reached) if one.reached else text("rollup.nowhere")
    lesson = next((lesson for lesson in course.lessons if lesson.id == one.place.lesson), None)
    if one.place.step is None:
        return text("rollup.at-questions", lesson=safe_text.line(one.place.lesson))
    steps = [step.id for step in lesson.steps] if lesson else []
    if one.place.step not in steps:
        return safe_text.line(f"{one.place.lesson} {one.place.step}")
    number = steps.index(one.place.step) + 1
    return text("rollup.at", lesson=one.place.lesson, number=number, total=len(steps))


def missed_lists(report: ClassReport) -> tuple[tuple[str, Sequence[Missed]], ...]:
    """Return what the class misses by its kind, the key of whose name comes first."""
    return ("rollup.question", report.questions), ("rollup.fact", report.facts), ("rollup.step", report.steps)


class MissedWords:
    """Says in words what was missed."""

    def __init__(self, course: Course, exercises: Mapping[str, Exercise], language: str) -> None:
        self._lessons = {lesson.id: lesson for lesson in course.lessons}
        self._exercises = exercises
        self._language = language
        self._values = {name: variable.default for name, variable in course.variables.items()}

    def of(self, one: Missed) -> tuple[str, str]:
        """Return what it is, as Markdown, and where: in which lesson and step, or in which exercise."""
        if not one.id:
            facts = self._exercises[one.lesson].words[self._language].facts
            return self._shown(facts[one.fact].title, one.fact), text("rollup.exercise", id=one.lesson)
        lesson = self._lessons[one.lesson]
        steps = [step.id for step in lesson.steps]
        if one.id not in steps:
            return self._shown(lesson.words[self._language].quiz[one.id].ask, one.id), lesson.id
        number = f"{lesson.id} {steps.index(one.id) + 1}"
        return (safe_text.line(label(one.fact)) if one.fact else self.step(lesson, one.id)), number

    def step(self, lesson: Lesson, id: str) -> str:
        return self._shown(lesson.words[self._language].steps[id].title, id)

    def _shown(self, words: str, id: str) -> str:
        """Return words with the course's own values; the id if they need more, which only a machine has."""
        return fill(words, self._values) or id


# --- what is not counted ----------------------------------------------------------------------


def apart(report: ClassReport) -> Iterator[str]:
    """Return a sentence for each file that is not counted, and for what the course does not have."""
    for one in report.left_out:
        yield text("rollup.left-out", file=one.file, reason=text(one.reason, detail=one.detail))
    for older in report.superseded:
        yield text("rollup.older", file=older.file, student=name(older.who), newer=older.by)
    if report.superseded:
        yield text("rollup.older-hint")
    names = [
        text("rollup.elsewhere-one", name=name, count=count)
        for found in report.elsewhere.values()
        for name, count in found.items()
    ]
    if names:
        yield text("rollup.elsewhere", names=", ".join(names))
