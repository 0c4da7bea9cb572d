"""A person in an exam, `semdocker practice --exam`."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from runner.course.render import Values
from runner.learner import exam_file, exam_json, exam_values
from runner.records.exam import Exam
from tests.conftest import the_course
from tests.support.exams import TASKS, exam
from tests.support.person import ENTER
from tests.support.practiser import AtAnExercise
from tests.support.state import fresh_state

SEAT = "candidate"
SEED = "class 3"
BEGIN = {"en": "q leaves", "pt": "q sai"}
PROMPT = {"en": "q hand in", "pt": "q entrega"}
SURE = {"en": "Hand in? [y/N]", "pt": "Entregar? [s/N]"}


class Candidate(AtAnExercise):
    """Sits down to an exam, and reads its first page; `begun` presses Enter there and waits for the first exercise."""

    prompt = PROMPT

    def __init__(
        self,
        folder: Path,
        *words: str,
        tasks: tuple[str, ...] = TASKS,
        minutes: int = 50,
        language: str = "en",
        seat: str = SEAT,
        begun: bool = True,
    ) -> None:
        self.language = language
        self.lines = "--plain" in words  # whole lines are read
        self.file = folder / f"exam-{seat}.json"
        asked = ("practice", "--exam", str(minutes), *tasks, "--seed", SEED)
        state = {"XDG_STATE_HOME": str(fresh_state()), "PYTHONPATH": str(Path(__file__).parents[2])}
        super().__init__(*asked, "--lang", language, *words, seat=seat, cwd=folder, environment=state)
        self.rules = "" if not begun else self.wait_for(BEGIN[language])
        if begun:
            self.opened = self.press(ENTER)

    def key(self, key: str) -> None:
        self.send(key + ENTER if self.lines and key != ENTER else key)

    def hands_in(self) -> str:
        self.key("q")
        self.wait_for(SURE[self.language])
        self.send({"en": "y", "pt": "s"}[self.language] + ENTER)
        return self.end()

    @property
    def result(self) -> Exam:
        return exam_json.parse(self.file.read_bytes())

    @property
    def digest(self) -> str:
        return str(exam_json.document(self.result)[exam_json.DIGEST])


def own(seat: str = SEAT) -> dict[str, str]:
    """Return the values that a seat has."""
    course = the_course()
    values = Values(course.variables, exam_values.own(course.variables, SEED, seat))
    return {**values, "token": exam_values.token(SEED, seat)}


def left_of(folder: Path, seconds: float, *tasks: str, minutes: int = 1, seat: str = SEAT) -> Path:
    """Write an exam of which only so many seconds are left, and which somebody has left with `kill -9`."""
    ago = datetime.now(UTC) - timedelta(seconds=minutes * 60 - seconds)
    begun = ago.strftime("%Y-%m-%dT%H:%M:%SZ")
    some = exam(*(tasks or TASKS), seed=SEED, seat=seat, minutes=minutes, values=own(seat))
    path = folder / f"exam-{seat}.json"
    exam_file.save(path, replace(some, begun=begun, starts=(begun,), date=begun))
    return path
