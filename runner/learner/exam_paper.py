"""What a student hands in: it grows during the exam, and each gain is saved at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from runner.learner import exam_clock
from runner.messages import documents
from runner.messages.catalog import text
from runner.records.errors import RunnerError
from runner.records.exam import Answer, Exam, Over
from runner.records.exercise import FactResult

Save = Callable[[Exam], None]
OFTEN = 60  # seconds; of the time on an exercise a `kill -9` takes away no more


class Paper:
    """One exam in progress. `save` is given all that was reached until now, and `first` an exam that just begins.

    When one of them raises RunnerError, an exam neither begins nor ends; one that goes on is not ended by it.
    """

    def __init__(self, exam: Exam, save: Save, first: Save | None = None) -> None:
        self.exam = exam
        self._save = save
        self._first = first or save
        self._at = 0  # the exercise that lies open
        self._counted: float | None = None  # The time on it is counted up to then; None when none lies open.
        self._trouble: RunnerError | None = None  # with the file, since it could be saved last
        self._told = False
        self._since: dict[str, str] = {}  # when each fact that is true now became true

    def begin(self) -> None:
        """Write down that the student begins, or goes on.

        That is done twice at the beginning: some places take a file, and no second one over it.
        """
        now, new = documents.now(), not self.exam.begun
        self.exam = replace(self.exam, begun=self.exam.begun or now, starts=(*self.exam.starts, now), date=now)
        if new:
            self._first(self.exam)
        self._save(self.exam)

    def turn_to(self, at: int) -> None:
        """Open an exercise. Its time is counted from now on."""
        self._at, self._counted, self._since = at, exam_clock.now(), {}
        self._change(replace(self._answer, begun=self._answer.begun or documents.now()))
        self._saved()

    def look(self, results: Sequence[FactResult]) -> None:
        """Take a look at the facts into account: the best one counts."""
        now = documents.now()
        self._since = {one.id: self._since.get(one.id, now) for one in results if one.true}
        better = self._answer.at_best(results, self._since)
        long_ago = self._counted is not None and exam_clock.now() - self._counted >= OFTEN
        if better != self._answer or long_ago:
            self._change(better)
            self._count()
            self._saved()

    def put_down(self) -> None:
        """Count the time on the exercise that lies open, and save. What was handed in stays as it is."""
        if self.exam.over:
            return
        self._count()
        self._counted = None
        self._saved()

    def close(self, over: Over) -> None:
        """Hand in. Who is interrupted after the end of the time and closes the exam later has had no more time."""
        self._count()
        now = time.time()
        ended = min(now, documents.seconds(self.exam.begun) + self.exam.minutes * 60) if over is Over.TIME else now
        closed = replace(self.exam, ended=documents.moment(ended), date=documents.moment(now), over=over)
        self._save(closed)
        self.exam = closed

    def troubles(self) -> list[str]:
        """Return a sentence when nothing can be saved, once."""
        if self._trouble is None or self._told:
            return []
        self._told = True
        return [text(self._trouble.key, **self._trouble.values)]

    def _count(self) -> None:
        """Count the time since the exercise lies open, or since it was counted last."""
        if self._counted is None:
            return
        now = exam_clock.now()
        self._change(replace(self._answer, seconds=self._answer.seconds + now - self._counted))
        self._counted = now

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
