"""The questions at the end of a lesson: each answer of the student is judged and saved at once."""

from __future__ import annotations

import time
from collections.abc import Sequence

from runner.course import quiz
from runner.learner.notebook import Notebook
from runner.learner.quiz_screen import Examiner
from runner.learner.tutor import Tutor
from runner.records.course import Lesson, Question
from runner.records.words import QuestionWords
from runner.screen import keys

LANGUAGE = "l"


class Exam:
    """Asks one student the questions of one lesson."""

    def __init__(self, lesson: Lesson, tutor: Tutor, notebook: Notebook) -> None:
        self._lesson = lesson
        self._tutor = tutor
        self._examiner = Examiner(tutor)
        self._notebook = notebook

    def hold(self, questions: Sequence[Question]) -> None:
        """Ask these questions, and once more those that got a wrong answer.

        Raises StudentLeaves when the student leaves; the answers so far are kept.
        """
        missed = [question for question in questions if not self._ask(question, again=False)]
        if missed:
            self._examiner.review(len(missed))
        missed = [question for question in missed if not self._ask(question, again=True)]
        self._examiner.over(len(missed))

    def _ask(self, question: Question, *, again: bool) -> bool:
        self._show(question, again=again)
        started = time.monotonic()
        answer = self._answer(question, again=again)
        verdict = quiz.judge(question, self._words(question), answer, self._tutor.view.rendered)
        self._examiner.judged(question, verdict)
        if again and not verdict.right:
            self._examiner.solution(question, self._words(question))
        self._notebook.question(
            self._lesson.id, question.id, answer, right=verdict.right, seconds=time.monotonic() - started
        )
        return verdict.right

    def _answer(self, question: Question, *, again: bool) -> tuple[str, ...]:
        while True:
            typed = self._examiner.answer(question)
            if typed.lower() == keys.END:
                raise keys.StudentLeaves
            if typed.lower() == LANGUAGE:
                self._tutor.switch_language()
                self._show(question, again=again)
                continue
            answer = quiz.parse(typed, question)
            if not isinstance(answer, quiz.Refusal):
                return answer
            self._examiner.refuse(answer)

    def _show(self, question: Question, *, again: bool) -> None:
        index = self._lesson.quiz.index(question) + 1
        self._examiner.question(index, len(self._lesson.quiz), question, self._words(question), again=again)

    def _words(self, question: Question) -> QuestionWords:
        return self._lesson.words[self._tutor.view.language].quiz[question.id]
