"""The class on a screen, one line a seat: columns that fit the window, or, in plain text, a sentence for each."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence

from runner.messages import safe_text
from runner.messages.catalog import text
from runner.screen.face import Face, Tone
from runner.teacher.classroom import Desk, State

GAP = 2  # columns between two columns
MARGIN = 4  # columns that stay free at the sides
SHARE = 2  # The names take half of the room for words, at most, if it is too small for all of them.
LEAST = 8  # columns in which a name or a title can still be made out
CUT = "…"


def page(face: Face, desks: Sequence[Desk], language: str, now: float) -> None:
    """Show the class as it is `now`."""
    live = sum(desk.state in (State.LIVE, State.OVER) for desk in desks)
    asking = sum(desk.told.help > 0 for desk in desks)
    counts = [text("class.live", count=live), *([text("class.asking", count=asking)] if asking else [])]
    face.heading(" · ".join([*counts, _clock(now)]))
    if not desks:
        face.say(text("class.empty"), "dim")
    elif face.repaints:
        face.rows(_columns(desks, language, now, shutil.get_terminal_size().columns - MARGIN))
    else:
        for desk in desks:
            face.say(sentence(desk, language, now))


def sentence(desk: Desk, language: str, now: float) -> str:
    """Return all that is known of a seat, with words where the table has columns."""
    told, words = desk.told, [_name(desk)]
    if desk.state in (State.BETWEEN, State.LEFT):
        words.append(text(f"class.{desk.state}"))
    if told.exercise:
        words.append(text("class.exercise", title=desk.title("exercise", language)))
    elif told.lesson:
        words.append(text("class.lesson", title=desk.title("lesson", language)))
    if told.steps and not told.exercise:
        words.append(text("class.step", number=desk.number, steps=told.steps, title=desk.title("step", language)))
    if told.facts:
        words.append(text("class.facts", true=told.true, facts=told.facts))
    if desk.state is State.OVER:
        words.append(text("class.finished"))
    if (quiet := desk.quiet(now)) is not None:
        words.append(text("class.quiet", minutes=int(quiet // 60)))
    if told.help:
        words.append(text("class.help", clock=_clock(told.help)))
    return " · ".join(map(safe_text.line, words))


def _columns(desks: Sequence[Desk], language: str, now: float, width: int) -> list[tuple[str, Tone]]:
    """Lay the class out: names and titles share what the other columns leave, and are cut where that is too little."""
    head = [text(f"class.head.{name}") for name in ("seat", "where", "step", "facts", "quiet", "help")]
    rows = [[_name(desk), _where(desk, language), *_numbers(desk, now)] for desk in desks]
    widths = _widths(head, rows, width)
    lines: list[tuple[str, Tone]] = [(_laid_out(head, widths), "dim")]
    for desk, (_, where, *numbers) in zip(desks, rows, strict=True):
        name = _short_name(desk, widths[0])
        if any(numbers):
            shown = where if columns(where) <= widths[1] else _where(desk, language, short=True)
            line = _laid_out([name, shown, *numbers], widths)
        else:  # There is room for a sentence.
            line = _laid_out([name, where], [widths[0], width - widths[0] - GAP])
        lines.append((line, _tone(desk)))
    return lines


def _where(desk: Desk, language: str, *, short: bool = False) -> str:
    """Return the titles of a lesson and its step, or of an exercise; else what goes on. In `short` the lesson goes by
    its id, as in `learn hostname`: of two titles cut off nobody would see the step's.
    """
    if desk.state in (State.BETWEEN, State.LEFT):
        return text(f"class.{desk.state}")
    if desk.told.exercise:
        return safe_text.line(desk.title("exercise", language))
    lesson = desk.told.lesson if short else desk.title("lesson", language)
    return safe_text.line(" · ".join(filter(None, (lesson, desk.title("step", language)))))


def _numbers(desk: Desk, now: float) -> list[str]:
    told, quiet = desk.told, desk.quiet(now)
    return [
        f"{desk.number}/{told.steps}" if told.steps and not told.exercise else "",
        f"{told.true}/{told.facts}" if told.facts else "",
        text("class.finished") if desk.state is State.OVER else "" if quiet is None else _minutes(quiet),
        text("class.since", clock=_clock(told.help)) if told.help else "",
    ]


def _name(desk: Desk) -> str:
    """Return the seat, and the login of whoever is there where that says more."""
    told = f"{desk.seat} ({desk.told.who})" if desk.told.who not in ("", desk.seat) else desk.seat
    return safe_text.line(told)


def _short_name(desk: Desk, wide: int) -> str:
    """Return the name, or of one that does not fit the seat, without its middle if need be: many end in a number."""
    seat = safe_text.line(desk.seat)
    if columns(_name(desk)) <= wide or columns(seat) <= wide:
        return _name(desk) if columns(_name(desk)) <= wide else seat
    end = (wide - len(CUT)) // 2
    return seat[: wide - len(CUT) - end] + CUT + seat[len(seat) - end :]


def _minutes(seconds: float) -> str:
    return text("progress.minutes", minutes=int(seconds // 60))


def _clock(moment: float) -> str:
    return time.strftime("%H:%M", time.localtime(moment))


def _tone(desk: Desk) -> Tone:
    if desk.told.help:
        return "warn"
    return {State.LIVE: "", State.OVER: "good"}.get(desk.state, "dim")  # type: ignore[return-value]


def _widths(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return how wide each column is; 0 for one in which nothing stands."""
    names, titles, *others = zip(*rows, strict=True)
    widths = [
        max(map(columns, (title, *cells))) if any(cells) else 0 for title, cells in zip(head[2:], others, strict=True)
    ]
    name, title = (max(map(columns, (head[place], *cells))) for place, cells in enumerate((names, titles)))
    room = width - GAP - sum(GAP + wide for wide in widths if wide)
    if name + title > room:
        name = min(name, max(LEAST, room // SHARE, room - title))
        title = max(LEAST, room - name)
    return [name, title, *widths]


def _laid_out(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = (_fitted(cell, wide) for cell, wide in zip(cells, widths, strict=True) if wide)
    return (" " * GAP).join(shown).rstrip()


def _fitted(words: str, wide: int) -> str:
    """Return the words in just so many columns, with a mark where something was cut off."""
    if columns(words) > wide:
        words = words[:wide]  # A letter takes a column or two; one that takes none may be lost here.
        while columns(words) > wide - len(CUT):
            words = words[:-1]
        words += CUT
    return words + " " * (wide - columns(words))


def columns(words: str) -> int:
    """Return how many columns a terminal needs for the words: two for some letters of East Asia, none for accents."""
    from rich.cells import cell_len

    return cell_len(words)
