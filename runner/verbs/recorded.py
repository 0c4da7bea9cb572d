"""`--record` of any verb: the screen goes to a file while the verb runs."""

from __future__ import annotations

from contextlib import AbstractContextManager

from runner.records.options import Options
from runner.screen import record


def recorded(verb: str, options: Options) -> AbstractContextManager[None]:
    title = " ".join(word for word in ("semdocker", verb, options.exercise, *options.lessons) if word)
    return record.recording(options.record, title, stream="stderr" if options.json else "stdout")
