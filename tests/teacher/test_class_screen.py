"""Pages over the page that a class sees: read screen by screen, to their last line."""

from __future__ import annotations

import io
import re

import pytest

from runner.screen.color import Color
from runner.screen.narration import View
from runner.screen.repaint import painted
from runner.screen.xray_page import page
from runner.teacher.class_screen import Stage
from tests.screen.test_xray_page import FOUND

MORE = "{} more lines: Enter shows them, any other key goes back"
FOOTER = re.compile(r"^ *(\d+ more lines: Enter|any key goes back)")
COLOR = re.compile(r"\x1b\[[0-9;]*m")


def plain(lines: list[str]) -> list[str]:
    return [COLOR.sub("", line).rstrip() for line in lines]


@pytest.mark.parametrize(("columns", "lines"), [(80, 24), (60, 18), (40, 6), (200, 100)])
def test_nothing_is_cut_off_and_each_screen_says_what_is_left(
    columns: int, lines: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("LINES", str(lines))
    whole = plain(painted(lambda face: page(face, FOUND), columns, lines))
    stage = Stage(View(Color(io.StringIO(), force_terminal=True), "en"))
    screens = [plain(list(screen)) for screen in stage.screens(lambda face: page(face, FOUND))]
    assert all(len(screen) < lines for screen in screens)
    left = len(whole)
    shown: list[str] = []
    for screen in screens:
        footer = next(place for place, line in enumerate(screen) if FOOTER.search(line))
        shown += screen[:footer]
        left -= footer
        assert " ".join(screen[footer:]).split() == (MORE.format(left) if left else "any key goes back").split()
    assert shown == whole
    assert len(screens) > 1 or lines == 100
