"""The screen of the exam: it shows each question and says what is right or wrong about the answer."""

from __future__ import annotations

from runner.course import quiz
from runner.learner.tutor import Tutor
from runner.messages.catalog import text
from runner.records.course import Question
from runner.records.words import QuestionWords
from runner.screen.face import Tone
from runner.screen.quiz_answers import answer


class Examiner:
    """Shows questions, reads answers, and comments on them."""

    def __init__(self, tutor: Tutor) -> None:
        self._tutor = tutor
        self._view = tutor.view
        self._face = tutor.view.face

    def question(self, index: int, total: int, question: Question, words: QuestionWords, *, again: bool) -> None:
        key = "learn.question-again" if again else "learn.question"
        self._face.subheading(text(key, index=index, total=total))
        rendered = self._view.rendered
        self._face.prose(rendered(words.ask))
        if question.choices:
            letters = quiz.letters(question).items()
            self._face.pairs([(letter, rendered(words.choices[choice]).strip()) for choice, letter in letters])

    def answer(self, question: Question) -> str:
        self._face.say(text("learn.answer." + _sort(question), language=self._view.next_language), "dim", ends=True)
        return self._tutor.line()

    def refuse(self, refusal: quiz.Refusal) -> None:
        self._face.say(text(refusal.key, **refusal.values), "warn")

    def judged(self, question: Question, verdict: quiz.Verdict) -> None:
        """Show for each chosen option, or for the typed answer, whether it is right and why."""
        for reason in verdict.reasons:
            tone: Tone = "good" if reason.right else "bad"
            key = ("" if reason.letter else "typed-") + ("right" if reason.right else "wrong")
            self._face.say(text("learn." + key, letter=reason.letter, typed=reason.choice), tone)
            self._face.prose(self._view.rendered(reason.words))
        if verdict.lacking and quiz.is_multiple(question):
            self._face.say(text("learn.lacking", count=verdict.lacking), "warn")

    def solution(self, question: Question, words: QuestionWords) -> None:
        """Show the answer, and why it is right."""
        self._face.gap()
        self._face.say(text("learn.solution", answer=answer(question, self._view.rendered)), "warn")
        for why in [words.reasons[choice] for choice in question.answer] if question.choices else [words.right or ""]:
            self._face.prose(self._view.rendered(why))

    def review(self, count: int) -> None:
        self._face.gap()
        self._face.say(text("learn.review", count=count), "warn")

    def over(self, missed: int) -> None:
        self._face.gap()
        self._face.say(text("learn.quiz-missed" if missed else "learn.quiz-right"), "warn" if missed else "good")


def _sort(question: Question) -> str:
    if question.choices:
        return "many" if quiz.is_multiple(question) else "one"
    return "text" if question.number is None else "number"
