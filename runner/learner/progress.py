"""A student's progress as a frozen record, and a function for each event that changes it. No file is touched here.

A lesson is complete when each of its steps is done or assisted and each of its questions was answered right.
`tally` says what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from runner.learner import repetition
from runner.learner.repetition import Solved
from runner.records.course import Course, Lesson
from runner.records.progress import AnswerRecord, LessonRecord, Place, PredictionRecord, State, StepRecord

RANK = {state: rank for rank, state in enumerate(State)}


@dataclass(frozen=True)
class Progress:
    """Everything that a student did. The keys are the ids of lessons and exercises."""

    lessons: Mapping[str, LessonRecord] = field(default_factory=dict)  # also lessons that this course does not have
    places: tuple[Place, ...] = ()  # one in each lesson that is begun and not over, the newest last
    practice: Mapping[str, StepRecord] = field(default_factory=dict)
    repeats: Mapping[str, Solved] = field(default_factory=dict)  # of exercises; not in files of earlier versions

    @property
    def solved(self) -> Mapping[str, Solved]:
        """Return how each exercise was solved. Of one that an earlier version wrote down, the first time is known."""
        known = {id: one for id, one in self.practice.items() if one.state is not State.OPEN}
        once = {id: Solved(int(one.state is State.DONE), one.when, unaided=False) for id, one in known.items()}
        return {**once, **self.repeats}

    @property
    def place(self) -> Place | None:
        """Return the newest place to resume."""
        return self.places[-1] if self.places else None

    def due(self) -> list[str]:
        """Return the ids of the exercises that come back today."""
        return repetition.due(self.solved, repetition.today())

    def of(self, lesson: str) -> LessonRecord:
        """Return the record of a lesson; an empty one for a lesson that was never begun."""
        return self.lessons.get(lesson, LessonRecord())


NOTHING = Progress()


# --- events -----------------------------------------------------------------------------------


def with_step(
    progress: Progress,
    lesson: str,
    step: str,
    state: State,
    *,
    when: str,
    hints: int = 0,
    seconds: float = 0.0,
    typed: bool = False,
    missed: tuple[str, ...] = (),
) -> Progress:
    """Add an attempt at a step. `state`, `hints`, `seconds`, `typed` and `missed` are those of this attempt."""
    record = progress.of(lesson)
    after = _tried(record.steps.get(step, StepRecord()), state, when, hints, seconds, typed, missed)
    return _with(progress, lesson, replace(record, steps={**record.steps, step: after}))


def with_practice(
    progress: Progress,
    exercise: str,
    state: State,
    *,
    when: str,
    hints: int = 0,
    seconds: float = 0.0,
    missed: tuple[str, ...] = (),
) -> Progress:
    """Add an attempt at an exercise."""
    before = progress.practice.get(exercise, StepRecord())
    after = _tried(before, state, when, hints, seconds, state is State.DONE, missed)
    changed = replace(progress, practice={**progress.practice, exercise: after})
    if state is State.OPEN:
        return changed
    solved = repetition.again(progress.solved.get(exercise), when, helped=state is State.ASSISTED, hints=hints)
    return replace(changed, repeats={**progress.repeats, exercise: solved})


def _tried(  # noqa: PLR0917 -- the fields of an attempt
    before: StepRecord, state: State, when: str, hints: int, seconds: float, typed: bool, missed: tuple[str, ...]
) -> StepRecord:
    raised = RANK[state] > RANK[before.state] or before.state is State.OPEN
    return StepRecord(
        state if raised else before.state,
        before.attempts + 1,
        before.hints + hints,
        before.seconds + seconds,
        when if raised else before.when,
        before.typed or typed,
        missed if state is State.OPEN else before.missed,
    )


def with_quiz(
    progress: Progress,
    lesson: str,
    question: str,
    chosen: tuple[str, ...],
    *,
    right: bool,
    when: str,
    seconds: float = 0.0,
) -> Progress:
    """Add an answer to a question, and the time it took."""
    record = progress.of(lesson)
    before = record.quiz.get(question, AnswerRecord())
    after = before._replace(asked=before.asked + 1, seconds=before.seconds + seconds)
    if not before.right:
        after = after._replace(chosen=chosen, right=right, when=when)
    return _with(progress, lesson, replace(record, quiz={**record.quiz, question: after}))


def with_prediction(progress: Progress, lesson: str, step: str, guess: str, answer: str, *, right: bool) -> Progress:
    record = progress.of(lesson)
    predictions = {**record.predictions, step: PredictionRecord(guess, answer, right)}
    return _with(progress, lesson, replace(record, predictions=predictions))


def with_place(progress: Progress, place: Place) -> Progress:
    """Set where to resume in a lesson; the places in other lessons are kept."""
    return replace(progress, places=(*without_place(progress, place.lesson).places, place))


def without_place(progress: Progress, lesson: str) -> Progress:
    """Let there be nothing to resume in a lesson."""
    return replace(progress, places=tuple(place for place in progress.places if place.lesson != lesson))


def without(progress: Progress, lesson: str | None = None, step: str | None = None) -> Progress:
    """Forget a step with its prediction, a lesson, or all. A place to resume in a forgotten lesson goes, too."""
    if lesson is None:
        return NOTHING
    if step is None:
        lessons = {id: record for id, record in progress.lessons.items() if id != lesson}
        return replace(without_place(progress, lesson), lessons=lessons)
    record = progress.of(lesson)
    steps = {id: value for id, value in record.steps.items() if id != step}
    predictions = {id: value for id, value in record.predictions.items() if id != step}
    left = replace(record, steps=steps, predictions=predictions)
    return _with(progress, lesson, left) if left != LessonRecord() else without(progress, lesson)


def without_practice(progress: Progress, exercise: str) -> Progress:
    """Forget an exercise."""
    practice = {id: one for id, one in progress.practice.items() if id != exercise}
    repeats = {id: one for id, one in progress.repeats.items() if id != exercise}
    return replace(progress, practice=practice, repeats=repeats)


def _with(progress: Progress, lesson: str, record: LessonRecord) -> Progress:
    return replace(progress, lessons={**progress.lessons, lesson: record})


def places(course: Course, progress: Progress) -> list[Place]:
    """Return where `learn` goes on, the newest place first, without those in a lesson or step that the course lost."""
    known = {(lesson.id, step) for lesson in course.lessons for step in (None, *(step.id for step in lesson.steps))}
    return [place for place in reversed(progress.places) if (place.lesson, place.step) in known]


# --- what counts ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tally:
    """The progress in one lesson in numbers, compared with the lesson as it is in the course now."""

    lesson: str
    steps: int  # how many the lesson has
    done: int
    assisted: int
    typed: int
    questions: int  # how many the lesson has
    right: int
    seconds: float
    missing_steps: tuple[str, ...]
    missing_questions: tuple[str, ...]
    begun: bool

    @property
    def complete(self) -> bool:
        return not self.missing_steps and not self.missing_questions


def tally(lesson: Lesson, progress: Progress) -> Tally:
    """Count what is done of a lesson and what is missing. Records of steps that it no longer has do not count."""
    record = progress.of(lesson.id)
    steps = {step.id: record.steps.get(step.id, StepRecord()) for step in lesson.steps}
    states = [step.state for step in steps.values()]
    unanswered = tuple(one.id for one in lesson.quiz if not record.quiz.get(one.id, AnswerRecord()).right)
    return Tally(
        lesson.id,
        len(lesson.steps),
        states.count(State.DONE),
        states.count(State.ASSISTED),
        sum(step.typed for step in steps.values()),
        len(lesson.quiz),
        len(lesson.quiz) - len(unanswered),
        record.seconds,
        tuple(id for id, step in steps.items() if step.state is State.OPEN),
        unanswered,
        lesson.id in progress.lessons,
    )
