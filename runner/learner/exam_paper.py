"""What a student hands in: it grows during the exam, and each gain is saved at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from runner.messages import documents
from runner.messages.catalog import text
from runner.records.errors import RunnerError
from runner.records.exam import Answer, Exam, Over
from runner.records.exercise import FactResult


class Paper:
    """One exam in progress. `save` is given all that was reached until now.

    When that raises RunnerError, an exam neither begins nor ends; one that goes on is not ended by it.
    """

    def __init__(self, exam: Exam, save: Callable[[Exam], None]) -> None:
        self.exam = exam
        self._save = save
        self._at = 0  # the exercise that lies open
        self._counted = time.monotonic()  # The time on it is counted up to then.
        self._trouble: RunnerError | None = None  # with the file, since it could be saved last
        self._told = False
        self._since: dict[str, str] = {}  # when each fact that is true now became true

    def begin(self) -> None:
        """Write down that the student begins, or goes on."""
        now = documents.now()
        self.exam = replace(self.exam, begun=self.exam.begun or now, starts=(*self.exam.starts, now), date=now)
        self._save(self.exam)

    def turn_to(self, at: int) -> None:
        """Open an exercise. Its time is counted from now on."""
        self._at, self._counted, self._since = at, time.monotonic(), {}
        self._change(replace(self._answer, begun=self._answer.begun or documents.now()))
        self._saved()

    def look(self, results: Sequence[FactResult]) -> None:
        """Take a look at the facts into account: the best one counts."""
        now = documents.now()
        self._since = {one.id: self._since.get(one.id, now) for one in results if one.true}
        better = self._answer.at_best(results, self._since)
        if better != self._answer:
            self._change(better)
            self.put_down()

    def put_down(self) -> None:
        """Count the time on the exercise that lies open, and save."""
        now = time.monotonic()
        self._change(replace(self._answer, seconds=self._answer.seconds + now - self._counted))
        self._counted = now
        self._saved()

    def close(self, over: Over) -> None:
        """Hand in."""
        now = documents.now()
        self.exam = replace(self.exam, ended=now, date=now, over=over)
        self._save(self.exam)

    def troubles(self) -> list[str]:
        """Return a sentence when nothing can be saved, once."""
        if self._trouble is None or self._told:
            return []
        self._told = True
        return [text(self._trouble.key, **self._trouble.values)]

    @property
    def _answer(self) -> Answer:
        return self.exam.answers[self._at]

    def _change(self, answer: Answer) -> None:
        answers = list(self.exam.answers)
        answers[self._at] = answer
        self.exam = replace(self.exam, answers=tuple(answers))

    def _saved(self) -> None:
        self.exam = replace(self.exam, date=documents.now())
        try:
            self._save(self.exam)
        except RunnerError as error:
            self._trouble = self._trouble or error
        else:
            self._trouble, self._told = None, False
