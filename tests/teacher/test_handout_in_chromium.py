"""The pages in a real Chromium: at three widths, by day and by night, by keyboard alone, and on paper.

pytest --browser                                       needs chromium, chromium-driver, and selenium from PyPI
SEMDOCKER_AXE=…/axe.min.js pytest --browser -k axe     the rules of axe-core (npm) for who cannot see or use a mouse
"""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.learner.collected import read
from runner.learner.progress_export import Student
from runner.learner.progress_webpage import webpage
from runner.messages import language
from runner.records.course import Course
from runner.teacher.class_report import rolled_up
from runner.teacher.class_report_webpage import webpage as class_page
from tests.conftest import the_course
from tests.support.collected_class import exercises, hand_in
from tests.teacher.test_handout import WHEN, made, recorded
from tests.verbs.test_report import made as progress_made

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

WIDTHS = (360, 768, 1280)
Driver = Any  # selenium is installed only where these tests are asked for


@pytest.fixture(scope="module")
def chromium() -> Iterator[Driver]:
    webdriver = pytest.importorskip("selenium.webdriver", reason="needs `pip install selenium`")
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    if not all(programs.values()):
        pytest.skip("needs Debian's packages chromium and chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    for switch in ("headless=new", "hide-scrollbars", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options, webdriver.ChromeService(programs["chromedriver"]))
    yield driver
    driver.quit()


def handout_page(course: Course, tongue: str, teacher: bool) -> str:
    recordings = [recorded(lesson, output="x" * 200 + "\n" + "word " * 60, pictured=True) for lesson in course.lessons]
    return made(tongue, teacher=teacher, recordings=recordings)


@pytest.fixture(params=["student.en", "teacher.pt", "progress.pt", "class.pt"])
def page(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    kind, tongue = request.param.split(".")
    monkeypatch.setattr(language, "_catalog", language._catalog)
    language.install(tongue)
    course = the_course()
    file = tmp_path / f"{kind}.html"
    if kind == "class":
        folder = hand_in(tmp_path / "class", course, 60)
        file.write_text(class_page(course, exercises(), rolled_up(course, exercises(), read([folder])), tongue, WHEN))
    elif kind == "progress":
        file.write_text(webpage(course, progress_made(course), tongue, Student("ana", "default"), WHEN))
    else:
        file.write_text(handout_page(course, tongue, kind == "teacher"))
    return file


def requests(driver: Driver) -> set[str]:
    """Return what was fetched since the last look."""
    events = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    urls = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
    return {url for url in urls if not url.startswith("data:")}


def test_every_width_by_day_and_by_night(chromium: Driver, page: Path) -> None:
    requests(chromium)
    backgrounds = set()
    for width in WIDTHS:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for scheme in ("light", "dark"):
            feature = {"name": "prefers-color-scheme", "value": scheme}
            chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            chromium.get(page.as_uri())
            wide, seen = chromium.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
            assert (wide, seen) == (width, width)
            backgrounds.add((scheme, chromium.execute_script("return getComputedStyle(document.body).backgroundColor")))
    assert backgrounds == {("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")}
    assert chromium.get_log("browser") == []
    assert requests(chromium) == {page.as_uri()}


def test_what_a_screen_reader_is_told(chromium: Driver, page: Path) -> None:
    chromium.get(page.as_uri())
    nodes = chromium.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
    named = {"heading", "link", "image", "region", "DisclosureTriangle", "table", "columnheader", "rowheader"}
    assert {role for role, _ in roles} >= {"heading", "main"}
    assert [role for role, name in roles if role in named - {"table", "region"} and not name.strip()] == []


@pytest.mark.skipif("SEMDOCKER_AXE" not in os.environ, reason="SEMDOCKER_AXE names no axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium: Driver, page: Path, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    chromium.get(page.as_uri())
    chromium.set_script_timeout(300)
    chromium.execute_script(Path(os.environ["SEMDOCKER_AXE"]).read_text())
    found = chromium.execute_async_script("axe.run().then(arguments[arguments.length - 1])")
    assert len(found["passes"]) > 10
    told = [(one["id"], one["help"], len(one["nodes"]), one["nodes"][0]["html"][:200]) for one in found["violations"]]
    assert told == []


def test_by_keyboard_alone(chromium: Driver, page: Path) -> None:
    if page.stem != "student":
        pytest.skip("only the student's page has a way to skip, and folded answers")
    chromium.get(page.as_uri())
    focus = chromium.switch_to.active_element
    focus.send_keys("\ue004")  # Tab
    assert chromium.switch_to.active_element.get_attribute("class") == "skip"
    chromium.switch_to.active_element.send_keys("\ue007")  # Enter
    assert chromium.current_url.endswith("#:lessons")
    summary = chromium.find_element("css selector", "summary")
    assert chromium.execute_script("return document.querySelector('details').open") is False
    summary.send_keys("\ue007")
    assert chromium.execute_script("return document.querySelector('details').open") is True


def test_on_paper(chromium: Driver, page: Path) -> None:
    chromium.get(page.as_uri())
    printed = chromium.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    document = base64.b64decode(printed["data"])
    assert document.startswith(b"%PDF-")
    pages = document.count(b"/Type /Page\n") + document.count(b"/Type /Page/")
    lessons = len(the_course().lessons)
    assert pages > (2 if page.stem in ("progress", "class") else 3 * lessons)
