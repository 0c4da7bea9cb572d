"""The questions of a lesson, with or without what is right about each choice."""

from __future__ import annotations

from runner.course import quiz
from runner.course.quiz import Rendered
from runner.messages.sentences import text
from runner.records.course import Lesson, LessonWords, Question, QuestionWords
from runner.screen.face import Face


def show_quiz(face: Face, lesson: Lesson, words: LessonWords, rendered: Rendered, *, answers: bool = True) -> None:
    if not lesson.quiz:
        return
    face.subheading(text("quiz.title"))
    for index, question in enumerate(lesson.quiz, start=1):
        asked = words.quiz[question.id]
        face.prose(text("quiz.question", index=index, total=len(lesson.quiz), ask=rendered(asked.ask)))
        letters = quiz.letters(question)
        if question.choices:
            face.pairs([(letters[choice], _choice(asked, choice, rendered, answers)) for choice in question.choices])
        if answers:
            face.say(text("quiz.answer", answer=answer(question, rendered)), "good")
            if asked.right:
                face.prose(rendered(asked.right))
            face.gap()


def answer(question: Question, rendered: Rendered) -> str:
    """What is right, in one line: letters, a short answer, or a number and how far it may be off."""
    if question.choices:
        letters = quiz.letters(question)
        return ", ".join(letters[choice] for choice in question.choices if choice in question.answer)
    if question.number is None:
        return rendered(question.accepts[0])  # the others are only other ways to write it
    shown = _decimal(question.number)
    return text("quiz.about", number=shown, off=_decimal(question.tolerance)) if question.tolerance else shown


def _decimal(number: float) -> str:
    whole, point, part = f"{number:.10g}".partition(".")
    return text("quiz.decimal", whole=whole, part=part) if point else whole


def _choice(words: QuestionWords, choice: str, rendered: Rendered, answers: bool) -> str:
    meaning = rendered(words.choices[choice]).strip()
    if not answers:
        return meaning
    return f"{meaning} — {rendered(words.reasons[choice]).strip()}"
