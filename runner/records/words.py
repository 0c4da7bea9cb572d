"""The words of a lesson in one language. Each field that stands in a file is declared here as a key."""

from __future__ import annotations

from collections.abc import Mapping

from runner.records.shapes import ListOf, MapOf, key, record, shape
from runner.records.texts import HEADING, LINE, NAME, PLACE_NAME, PROSE, Dual, dual


@record()
class PredictWords:
    """The words of a guess in one language."""

    ask: Dual = key(dual(PROSE), "The question; nothing before it may give the answer away.")
    why: Dual = key(dual(PROSE), "Why the machine answers so, said after the step.")


@record(kw_only=True)
class StepWords:
    """The words of a step in one language."""

    title: str = key(LINE, "The step's title.")
    explain: Dual = key(dual(PROSE), "What the step does and why, said before the command is shown. Markdown.")
    flags: Mapping[str, str] = key(
        MapOf(r"\S.*", PROSE), "The options of the command, each with its meaning.", default_factory=dict
    )
    evidence: Mapping[str, str] = key(
        MapOf(NAME, LINE), "What a check with a `sentence` shows, by its name.", default_factory=dict
    )
    after: Dual | None = key(
        dual(PROSE), "What was seen, said after the step. A step that fails on purpose needs it.", default=None
    )
    hints: tuple[str, ...] = key(
        ListOf(PROSE, minimum=1), "From a nudge to almost the answer; never the command itself."
    )
    why: Dual | None = key(dual(PROSE), "For those who ask why.", default=None)
    notes: Dual | None = key(dual(PROSE), "For whoever teaches the lesson; students do not see them.", default=None)
    predict: PredictWords | None = key(shape(PredictWords), "The words of the guess.", default=None)


@record()
class QuestionWords:
    """The words of a question in one language.

    A question with choices has a reason for each of them. A question with a typed answer says what is said of a right
    answer, of a wrong one, and of particular wrong ones that students often give.
    """

    ask: str = key(PROSE, "The question.")
    choices: Mapping[str, str] = key(MapOf(NAME, PROSE), "Each choice in words.", default_factory=dict)
    reasons: Mapping[str, str] = key(
        MapOf(NAME, PROSE), "For each choice, why it is right or wrong.", default_factory=dict
    )
    right: Dual | None = key(dual(PROSE), "What is said of a right answer that was typed.", default=None)
    wrong: Dual | None = key(dual(PROSE), "What is said of any other.", default=None)
    remarks: Mapping[str, Dual] = key(
        MapOf(r"\S.*", dual(PROSE)),
        "What is said of particular wrong answers instead, by the answer.",
        default_factory=dict,
    )


@record()
class LessonWords:
    """The words of a lesson in one language."""

    title: str = key(HEADING, "The lesson's title in the catalogue; no variables.")
    goal: str = key(HEADING, "What the student will have done, in one sentence; no variables.")
    intro: Dual = key(dual(PROSE), "What is said before the first step.")
    steps: Mapping[str, StepWords] = key(MapOf(NAME, shape(StepWords)), "The words of each step, by its `id`.")
    quiz: Mapping[str, QuestionWords] = key(
        MapOf(NAME, shape(QuestionWords)), "The words of each question, by its `id`."
    )
    end: Dual = key(dual(PROSE), "What is said after the last step.")
    docker_run: str | None = key(
        LINE,
        "What `docker run` did of it, in one sentence: one line of the page that `show --map` ends with.",
        default=None,
    )
    places: Mapping[str, str] = key(
        MapOf(NAME, PLACE_NAME), "What people read for the places of the lesson, by their ids.", default_factory=dict
    )
    partly: bool = False  # Some of it is not written in this language, and is told in another.
