"""The README's pictures need nothing from elsewhere, and show the course as it is today."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.conftest import the_course

PICTURES = sorted(Path(__file__).parent.glob("*.svg"))


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_a_picture_refers_to_nothing_elsewhere(picture: Path) -> None:
    content = picture.read_text()
    assert Xml.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
    assert "://" not in content.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(("name", "step"), [("hostname.pt", "enter"), ("cgroups.en", "out-of-memory")])
def test_a_picture_tells_a_step_in_the_words_of_today(name: str, step: str) -> None:
    lesson, _, language = name.partition(".")
    root = Xml.fromstring((Path(__file__).parent / f"{name}.svg").read_text())
    shown = "".join(root.itertext()).replace("\xa0", " ")
    assert the_course().lesson(lesson).words[language].steps[step].title in shown


@pytest.mark.parametrize("language", ["en", "pt"])
def test_the_drawing_of_a_lab_shows_the_container_of_the_last_lesson(language: str) -> None:
    root = Xml.fromstring((Path(__file__).parent / f"xray.{language}.svg").read_text())
    shown = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"container-host", "/containers/teste", "└╴www", "uts", "net"} <= set(shown)
