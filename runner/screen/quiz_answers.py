"""The questions of a lesson to read, with or without the right answers and the reason for each choice."""

from __future__ import annotations

from runner.course import quiz
from runner.course.quiz import Rendered
from runner.messages.catalog import decimal, text
from runner.records.course import Lesson, Question
from runner.records.words import LessonWords, QuestionWords
from runner.screen.face import Face


def show_quiz(face: Face, lesson: Lesson, words: LessonWords, rendered: Rendered, *, answers: bool = True) -> None:
    """Show every question of the lesson; with `answers`, also what is right and why. `rendered` fills in variables."""
    if not lesson.quiz:
        return
    face.subheading(text("quiz.title"))
    for question in lesson.quiz:
        show_question(face, lesson, question, words, rendered, answers=answers)


def show_question(
    face: Face, lesson: Lesson, question: Question, words: LessonWords, rendered: Rendered, *, answers: bool
) -> None:
    """Show one question; with `answers`, also what is right and why."""
    wording = words.quiz[question.id]
    index = lesson.quiz.index(question) + 1
    face.prose(text("quiz.question", index=index, total=len(lesson.quiz), ask=rendered(wording.ask)))
    letters = quiz.letters(question)
    if question.choices:
        face.pairs([(letters[choice], _choice(wording, choice, rendered, answers)) for choice in question.choices])
    if answers:
        face.say(text("quiz.answer", answer=answer(question, rendered)), "good")
        if wording.right:
            face.prose(rendered(wording.right))
        face.gap()


def answer(question: Question, rendered: Rendered) -> str:
    """Return the right answer in one line: letters, a short text, or a number with its tolerance."""
    if question.choices:
        letters = quiz.letters(question)
        return ", ".join(letters[choice] for choice in question.choices if choice in question.answer)
    if question.number is None:
        return rendered(question.accepts[0])  # the others are only other spellings of the first
    number, off = (decimal(value, ".10g") for value in (question.number, question.tolerance))
    return text("quiz.about", number=number, off=off) if question.tolerance else number


def _choice(words: QuestionWords, choice: str, rendered: Rendered, answers: bool) -> str:
    meaning = rendered(words.choices[choice]).strip()
    if not answers:
        return meaning
    return f"{meaning} — {rendered(words.reasons[choice]).strip()}"
