"""What a student is told of the folder that is kept from one lab to the next."""

from __future__ import annotations

from runner.engine.lab_run import LabRun
from runner.lab import kept_folder
from runner.messages.catalog import text
from runner.records.course import Lesson
from runner.screen.narration import View


def announce(view: View, lesson: Lesson, seat: str) -> None:
    """Say where the folder of a lesson is, in the lab and on the machine. Most lessons have none."""
    if lesson.folder:
        place, path = kept_folder.place(lesson.folder), str(kept_folder.path(lesson.folder, seat))
        view.face.gap()
        view.face.say(text("learn.folder", place=place, path=path), "dim")


def admit(view: View, run: LabRun) -> None:
    """Say why the folder in the lab that was opened just now is not the kept one, if it is not."""
    if run.not_kept:
        view.remark(run.not_kept.key, run.not_kept.values)
