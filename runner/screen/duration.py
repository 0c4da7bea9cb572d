"""Durations in the words of the user's language."""

from __future__ import annotations

from runner.messages.catalog import text


def duration(seconds: float) -> str:
    """Return a short duration with its precision: 35 ms, 2.4 s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    whole, _, tenth = f"{seconds:.1f}".partition(".")
    return text("seconds", whole=whole, tenth=tenth)


def spent(seconds: float) -> str:
    """Return a duration of study as a person says it: 45 s, 12 min, 1 h 5 min."""
    if seconds < 60:
        return text("progress.seconds", seconds=round(seconds))
    hours, minutes = divmod(round(seconds / 60), 60)
    return text("progress.hours", hours=hours, minutes=minutes) if hours else text("progress.minutes", minutes=minutes)
