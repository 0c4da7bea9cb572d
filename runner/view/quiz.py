"""The questions of a lesson, with or without what is right about each choice."""

from __future__ import annotations

from collections.abc import Callable
from string import ascii_lowercase

from runner.messages import text
from runner.model import Lesson, LessonWords, QuestionWords
from runner.view.face import Face


def show_quiz(
    face: Face, lesson: Lesson, words: LessonWords, rendered: Callable[[str], str], *, answers: bool = True
) -> None:
    if not lesson.quiz:
        return
    face.subheading(text("quiz.title"))
    for index, question in enumerate(lesson.quiz, start=1):
        asked = words.quiz[question.id]
        face.prose(text("quiz.question", index=index, total=len(lesson.quiz), ask=rendered(asked.ask)))
        letters = dict(zip(question.choices, ascii_lowercase, strict=False))
        face.pairs([(letters[choice], _choice(asked, choice, rendered, answers)) for choice in question.choices])
        if answers:
            right = ", ".join(letters[choice] for choice in question.choices if choice in question.answers)
            face.say(text("quiz.answer", answer=right), "good")
            face.gap()


def _choice(words: QuestionWords, choice: str, rendered: Callable[[str], str], answers: bool) -> str:
    meaning = rendered(words.choices[choice]).strip()
    if not answers:
        return meaning
    return f"{meaning} — {rendered(words.reasons[choice]).strip()}"
