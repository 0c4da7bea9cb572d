"""What `status` shows of the machine."""

from __future__ import annotations

import io

import pytest

from runner.lab.inventory import Belongings, Inventory
from runner.messages import language
from runner.screen.color import Color
from runner.screen.narration import View

NOBODY = Belongings("", None, "", (), (), (), ())


@pytest.fixture(autouse=True)
def english() -> None:
    language.install("en")


def test_what_a_seat_has_is_one_list_without_blank_lines() -> None:
    stream = io.StringIO()
    maria = Belongings("maria", None, "/var/lib/x", ("1 bash", "2 sleep 9"), ("/containers",), ("/sys/x",), ("/run/x",))
    View(Color(stream, width=80, height=24), "en").inventory(Inventory((maria,), NOBODY))
    heading, *rows = stream.getvalue().strip("\n").split("\n\n")
    assert "maria" in heading
    assert [row.count("\n") for row in rows] == [5]
