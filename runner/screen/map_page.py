"""The page that shows what real engines call what the lessons build by hand."""

from __future__ import annotations

from collections.abc import Sequence

from runner.course.render import Values, render
from runner.messages.catalog import text
from runner.records.course import ENGINES, EngineWord, Lesson
from runner.screen.face import Face


class MapPage:
    """What `docker run` did, lesson by lesson and step by step, in the words of Docker, OCI and Kubernetes."""

    def __init__(self, face: Face, language: str, values: Values) -> None:
        self._face = face
        self._language = language
        self._values = values

    def show(self, lessons: Sequence[Lesson]) -> None:
        """Show the words of these lessons; a lesson that has none is left out."""
        self._face.heading(text("map.title"))
        self._face.prose(text("map.intro"))
        for lesson in lessons:
            if lesson.engines:
                self._lesson(lesson)
        self._whole(lessons)

    def _whole(self, lessons: Sequence[Lesson]) -> None:
        """Tell what `docker run` did, in one line for each lesson that has one."""
        told = [(lesson, said) for lesson in lessons if (said := lesson.words[self._language].docker_run)]
        if told:
            self._face.gap()
            self._face.subheading(text("map.whole", count=len(told)))
            self._face.pairs([(f"{one.number} {one.id}", render(said, self._values)) for one, said in told])

    def _lesson(self, lesson: Lesson) -> None:
        words = lesson.words[self._language]
        self._face.gap()
        self._face.subheading(text("map.lesson", number=lesson.number, title=words.title, id=lesson.id))
        titles = [render(words.steps[one.step].title, self._values) for one in lesson.engines]
        self._face.pairs(list(zip(titles, map(_meaning, lesson.engines), strict=True)))


def _meaning(word: EngineWord) -> str:
    said = [text(f"map.{engine}", word=called) for engine in ENGINES if (called := getattr(word, engine))]
    said += [text("map.see", lessons=", ".join(f"`{name}`" for name in word.see))] if word.see else []
    return " · ".join(said)
