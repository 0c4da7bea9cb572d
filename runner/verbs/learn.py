"""`semdocker learn`: it teaches one step at a time, with the student in the same live terminal as the lesson."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Annotated

import typer

from runner.course import selection
from runner.engine.seat import Seat
from runner.learner.lesson_session import LessonSession
from runner.learner.notebook import Notebook
from runner.learner.practice_screen import Coach
from runner.learner.practice_session import PracticeSession
from runner.learner.tutor import Tutor
from runner.messages.catalog import text
from runner.records.course import Course, Lesson
from runner.records.errors import ExitStatus, UsageError
from runner.records.options import Options
from runner.records.progress import State
from runner.screen import keys
from runner.screen.choose_face import at_terminal, open_view
from runner.verbs import trusted_course
from runner.verbs.parameters import Action, Folders, Lang, PlainFlag, SeatName, Settings, Trust, merged
from runner.verbs.sudo import need_root


def command(
    context: typer.Context,
    *,
    lesson: Annotated[str, typer.Argument(metavar=text("help.LESSON"))] = "",
    settings: Settings = None,
    seat: SeatName,
    lang: Lang = None,
    plain: PlainFlag = False,
    folders: Folders = None,
    trust: Trust = None,
) -> Action:
    options = merged(context, plain=plain)._replace(
        lessons=(lesson,) if lesson else (), settings=tuple(settings or ()), seat=seat
    )
    return partial(begin, options)


def begin(options: Options) -> ExitStatus:
    """Refuse wrong options before sudo asks for a password; then teach."""
    course, options = selection.chosen(options)
    if not at_terminal():
        raise UsageError("no-terminal", verb="learn")
    need_root(options)
    return learn(options, course)


def learn(options: Options, course: Course) -> ExitStatus:
    """Teach the lessons from the first to teach up to the last. Raises RunnerError, or Interrupted."""
    view = open_view(options)
    tutor = Tutor(view)
    trusted_course.agree(course, options, view)
    notebook = Notebook(options.seat, view.remark)
    first = _start(course, notebook, options)
    if first is None:
        tutor.course_over(complete=True)
        return ExitStatus.OK
    with suppress(keys.StudentLeaves), keys.hushed(), Seat(course, options, view) as seat:
        view.learning_opens(course, seat.values)
        if options.guessed and notebook.blank:
            tutor.other_language()
        if not options.lessons and not notebook.blank:
            tutor.standing([notebook.tally(lesson) for lesson in course.lessons], notebook.exercises)
        lessons = course.lessons[course.lessons.index(first) :]
        for lesson in lessons:
            session = LessonSession(seat, lesson, tutor, notebook)
            number = course.lessons.index(lesson) + 1
            if not session.teach(number, len(course.lessons)):
                break
            _challenge(seat, lesson, tutor, notebook)
            if lesson is lessons[-1]:
                tutor.course_over(complete=_unfinished(course, notebook) is None)
            elif not tutor.next_lesson(course.lessons[number]):
                break
    return ExitStatus.OK


def _challenge(seat: Seat, lesson: Lesson, tutor: Tutor, notebook: Notebook) -> None:
    """Offer the lesson's own exercise, which has its goal without its commands, to whoever has not solved it.

    Nothing is offered where the machine lacks something for it.
    """
    for exercise in selection.all_exercises(seat.course):
        record = notebook.practiced(exercise.id)
        solved = record is not None and record.state is State.DONE
        if exercise.lesson != lesson.id or exercise.broken or solved or seat.missing(exercise):
            continue
        if tutor.challenge(exercise):
            PracticeSession(seat, exercise, Coach(tutor.view), notebook).practice()
        return


def _start(course: Course, notebook: Notebook, options: Options) -> Lesson | None:
    """Return the lesson to begin with; None when the options name none and the course is complete."""
    if options.lessons:
        return course.lesson(options.lessons[0])
    newest = next(iter(notebook.places(course)), None)
    return course.lesson(newest.lesson) if newest else _unfinished(course, notebook)


def _unfinished(course: Course, notebook: Notebook) -> Lesson | None:
    return next((lesson for lesson in course.lessons if not notebook.tally(lesson).complete), None)
