"""What a class is told before the first step of a lesson and after its last: introduction, summary, and questions.

The questions are for the class to think about aloud. Nobody types an answer; the next key tells it, and why.
"""

from __future__ import annotations

from typing import NamedTuple

from runner.course import quiz
from runner.messages.catalog import text
from runner.records.course import Lesson, Question
from runner.records.words import LessonWords
from runner.screen.face import Face
from runner.screen.narration import View
from runner.screen.quiz_answers import answer, show_question
from runner.screen.repaint import Paint
from runner.teacher.class_screen import State


class Leaf(NamedTuple):
    """A page after the last step: the summary, a question, or the same question with its answer."""

    state: State
    question: Question | None = None


def after_steps(lesson: Lesson) -> tuple[Leaf, ...]:
    """Return the pages after the last step, in order."""
    asked = (Leaf(state, question) for question in lesson.quiz for state in (State.QUESTION, State.ANSWER))
    return (Leaf(State.ENDING), *asked)


def introduction(view: View, number: int, total: int, lesson: Lesson, words: LessonWords) -> Paint:
    """Return the page before the first step."""
    return lambda face: _on(face, view).lesson_opens(number, total, lesson, words)


def page(view: View, lesson: Lesson, words: LessonWords, leaf: Leaf) -> Paint:
    def paint(face: Face) -> None:
        face.heading(f"{lesson.number} · {view.rendered(words.title)}")
        if leaf.question is None:
            face.subheading(text("stage.summary"))
            _on(face, view).closing(words)
            return
        show_question(face, lesson, leaf.question, words, view.rendered, answers=False)
        if leaf.state is State.ANSWER:
            _answer(face, view, leaf.question, words)

    return paint


def footer(lesson: Lesson, leaf: Leaf) -> str:
    """Tell what the next key brings."""
    if leaf.state is State.QUESTION:
        return text("stage.answer-next")
    if leaf == after_steps(lesson)[-1]:
        return text("stage.last")
    return text("stage.questions" if leaf.question is None else "stage.next-question", count=len(lesson.quiz))


def _answer(face: Face, view: View, question: Question, words: LessonWords) -> None:
    """Show what is right and why; then, why the other choices are wrong."""
    wording = words.quiz[question.id]
    face.say(text("quiz.answer", answer=answer(question, view.rendered)), "good")
    letters = quiz.letters(question)
    for choice in question.answer:
        face.prose(view.rendered(wording.reasons[choice]))
    if wording.right:
        face.prose(view.rendered(wording.right))
    others = [choice for choice in question.choices if choice not in question.answer]
    if others:
        face.pairs([(letters[choice], view.rendered(wording.reasons[choice]).strip()) for choice in others])


def _on(face: Face, view: View) -> View:
    return View(face, view.language, view.values)
