"""The handout: everything of the lessons is in it, in order, and nothing in it is obeyed by a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from runner.course.render import Values, render
from runner.engine import machine_values
from runner.lab.published_state import HOST
from runner.messages import language
from runner.messages.glossary import TERMS
from runner.records.course import Course, Lesson
from runner.records.results import CommandResult, LessonResult, Missing, Outcome, Prediction, StepResult, Trouble
from runner.records.texts import Dual
from runner.screen import webpage
from runner.screen.xray_drawing import drawing
from runner.teacher import handout_terms
from runner.teacher.handout import Edition, handout
from runner.teacher.recording import Recording
from tests.conftest import the_course
from tests.screen.test_xray_drawing import EVIL, FOUND
from tests.support.command import semdocker
from tests.support.webpage import Page, assert_alone_and_harmless, assert_in_order

WHEN = "2026-01-31T10:00:00Z"
MACHINE = {"kernel": "6.1.0", "distribution": "Debian <12>", "cgroup_version": "v1"}
# What people put into Markdown to reach a browser, and what terminals and browsers do with odd characters.
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "![a](https://evil.example/a.png)",
    "[a](javascript:alert(1)) [b](https://evil.example/) <https://evil.example/>",
    "[r]: https://evil.example/\n\n[r] ![r]",
    "</code></pre><style>@import 'https://evil.example/'</style>",
    '```"><script>\nalert(1)\n```',
    "# A title\n\nAnother\n=======",
    "<!-- <b> --> <a href='https://evil.example' id=':lessons'>x</a>",
    "a | b\n:--|--:\n<i>c</i> | `<u>d</u>`",
    "&#27;[2J &#x202e; \x1b]0;x\x07 \u202e \x9b",
    "\"' onmouseover='alert(1)' x=\"",
    "<![CDATA[ ]]> <?php ?> </main></html>",
    "> " * 40 + "deep",
)


@pytest.fixture(params=language.REQUIRED)
def tongue(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(language, "_catalog", language._catalog)
    language.install(request.param)
    return str(request.param)


@cache
def values(version: str = "v1") -> Values:
    course = the_course()
    return machine_values.on_version(course, machine_values.for_seat(course, {}), version)


def recorded(lesson: Lesson, *, output: str = "", pictured: bool = False) -> Recording:
    """What a run would have kept of a lesson all of whose steps passed."""
    steps = tuple(
        StepResult(
            step.id,
            CommandResult("typed", step.fails.exit or 1 if step.fails else 0, output or f"out-{step.id}", 0.1),
            Outcome.PASSED,
            prediction=Prediction(step.predict.kind, "yes") if step.predict else None,
            seconds=1.5,
        )
        for step in lesson.steps
    )
    last = next((step.id for step in reversed(lesson.steps) if step.at != HOST), "")
    picture = drawing([FOUND]) if pictured and last else ""
    return Recording(LessonResult(lesson.id, Outcome.PASSED, 3.0, steps), picture, last)


def made(tongue: str, *lessons: Lesson, teacher: bool = False, **more: Any) -> str:
    course = the_course()
    recordings = more.get("recordings", ())
    edition = Edition(tongue, teacher, WHEN, MACHINE if recordings else None)
    return handout(course, lessons or course.lessons, recordings, more.get("values") or values(), edition)


@cache
def whole(tongue: str, teacher: bool) -> Page:
    """The page with all lessons, as after a run. The language must be installed."""
    recordings = [recorded(lesson, pictured=True) for lesson in the_course().lessons]
    return assert_alone_and_harmless(made(tongue, teacher=teacher, recordings=recordings))


@pytest.mark.parametrize("teacher", [False, True])
def test_every_lesson_step_and_question_is_there_in_order(course: Course, tongue: str, teacher: bool) -> None:
    page = whole(tongue, teacher)
    assert_in_order(page)
    expected = []
    for lesson in course.lessons:
        expected += [lesson.id, f"{lesson.id}:title", *(f"{lesson.id}:step-{step.id}" for step in lesson.steps)]
        expected += [f"{lesson.id}:quiz", *(f"{lesson.id}:question-{n}" for n in range(1, len(lesson.quiz) + 1))]
    assert [id for id in page.ids if not id.startswith(":")] == expected
    assert page.named("html")[0].attributes["lang"] == tongue
    for lesson in course.lessons:
        assert " ".join(webpage.html_line(lesson.words[tongue].title).striptags().split()) in page.said


def test_outputs_and_pictures_of_the_run(course: Course, tongue: str) -> None:
    page = whole(tongue, False)
    outputs = [data for within, data in page.texts if within == "samp"]
    assert outputs == [f"out-{step.id}" for lesson in course.lessons for step in lesson.steps]
    reached = [lesson for lesson in course.lessons if any(step.at != HOST for step in lesson.steps)]
    assert len(page.named("svg")) == len(reached) > 10
    assert {"pt": "gravada numa execução de 2026-01-31", "en": "recorded in a run on 2026-01-31"}[tongue] in page.said
    assert "Debian <12>" in page.said


def test_commands_are_those_of_both_cgroup_versions(course: Course) -> None:
    page = Page(made("en", course.lesson("cgroups")))
    commands = [data for within, data in page.texts if within == "code"]
    differing = [step for step in course.lesson("cgroups").steps if step.run.differs]
    assert differing
    for step in differing:
        for version in ("v1", "v2"):
            assert render(step.run.on(version), values(version)) in commands
    said = [data for _, data in page.texts]
    assert sum("on cgroup v1" in one for one in said) == sum("on cgroup v2" in one for one in said) > len(differing)
    with_output = Page(made("en", course.lesson("cgroups"), recordings=[recorded(course.lesson("cgroups"))]))
    assert len(with_output.named("samp")) == len(course.lesson("cgroups").steps)  # only that of this machine's command


def test_paragraphs_that_both_versions_begin_with_are_told_once(course: Course) -> None:
    lesson = course.lesson("cgroups")
    both = Dual("One for **both**.\n\nThe file of v1.", "One for **both**.\n\nThe file of v2.\n\nMore of v2.")
    words = replace(lesson.words["en"], intro=both)
    page = Page(made("en", replace(lesson, words={"en": words})))
    begun = "One for both. on cgroup v2 The file of v2. More of v2. on cgroup v1 The file of v1."
    assert begun in re.sub(r"\s+([.])", r"\1", page.said)


def test_only_the_teacher_s_edition_has_notes_open_answers_and_times(course: Course, tongue: str) -> None:
    student, teacher = whole(tongue, False), whole(tongue, True)
    notes = sum(1 for lesson in course.lessons for step in lesson.words[tongue].steps.values() if step.notes)
    assert len(teacher.of_class("notes")) == notes > 100
    assert student.of_class("notes") == []
    questions = sum(len(lesson.quiz) for lesson in course.lessons)
    for page, is_open in ((student, False), (teacher, True)):
        answers = page.named("details")
        assert len(answers) == questions
        assert {"open" in one.attributes for one in answers} == {is_open}
        assert len(page.named("table")) >= is_open
    assert ":times" in teacher.ids and ":times" not in student.ids
    assert {"pt": "Na execução, levou 1,5 s.", "en": "In the run it took 1.5 s."}[tongue] in teacher.said
    spoken = course.lesson("unshare").words[tongue].steps["bring-unshare"].notes
    assert spoken
    for page, there in ((student, False), (teacher, True)):
        assert (" ".join(webpage.html(spoken.v2).striptags().split())[:40] in page.said) == there


def test_an_answer_is_only_where_it_is_folded(course: Course) -> None:
    """On paper a student's page has none of it: what is folded is not printed."""
    page = Page(made("en", course.lesson("unshare")))
    question = course.lesson("unshare").quiz[0]
    for reason in course.lesson("unshare").words["en"].quiz[question.id].reasons.values():
        (place,) = [page.html.index(part) for part in [str(webpage.html(reason)).strip()]]
        assert page.html.rindex("<details>", 0, place) > page.html.rfind("</details>", 0, place)
    styles = page.html.partition("</style>")[0]
    assert re.search(r"@media print \{[^@]*details:not\(\[open\]\) \{ display: none; \}", styles)
    assert re.search(r"@media print \{[^@]*\.lesson, \.terms \{ break-before: page; \}", styles)


def test_without_a_run_it_says_so_and_shows_no_output(course: Course, tongue: str) -> None:
    page = Page(made(tongue, course.lesson("chroot")))
    assert {"pt": "Nada foi executado", "en": "Nothing was run"}[tongue] in page.said
    assert not page.named("samp", "svg") and not page.of_class("silent")
    assert {"pt": "Este passo deve falhar", "en": "This step is meant to fail"}[tongue] in page.said


def test_a_step_that_went_otherwise_is_told_and_those_after_it(course: Course) -> None:
    lesson = course.lesson("hostname")
    good, bad = recorded(lesson).result.steps[:2]
    bad = replace(bad, outcome=Outcome.FAILED, command=CommandResult("x", None, "half", 10.0, Trouble.TIMEOUT))
    run = Recording(LessonResult(lesson.id, Outcome.FAILED, 11.0, (good, bad)))
    page = Page(made("en", lesson, recordings=[run]))
    assert [data for within, data in page.texts if within == "samp"] == [f"out-{good.id}", "half"]
    assert page.said.count("On this machine the step did not go as the lesson says.") == 1
    assert "ran longer than 10 s and was interrupted" in page.said
    assert page.said.count("This step was not run") == len(lesson.steps) - 2


def test_a_lesson_that_cannot_run_here_says_what_is_missing(course: Course) -> None:
    skipped = LessonResult("oci", Outcome.SKIPPED, 0.0, missing=(Missing("engine.runc", "absent"),))
    page = Page(made("en", course.lesson("oci"), recordings=[Recording(skipped)], teacher=True))
    assert "This machine lacks what the lesson needs, so it was not run: " in page.said
    assert not page.named("samp") and "This step was not run" not in page.said


def poisoned(words: Any, poison: str) -> Any:
    """The same words with poison behind each text."""
    if isinstance(words, str):
        return f"{words} {poison}\n\n{poison}"
    if isinstance(words, Dual):
        return Dual(*(poisoned(form, poison) for form in words))
    if isinstance(words, tuple):
        return tuple(poisoned(one, poison) for one in words)
    if is_dataclass(words) and not isinstance(words, type):
        return replace(words, **{one.name: poisoned(getattr(words, one.name), poison) for one in fields(words)})
    if isinstance(words, dict):
        return {name: poisoned(one, poison) for name, one in words.items()}
    return words


@cache
def _clean(id: str) -> Page:
    lesson = the_course().lesson(id)
    return Page(made("en", lesson, teacher=True, recordings=[recorded(lesson)]))


@pytest.mark.parametrize("poison", HOSTILE)
def test_words_from_elsewhere_can_only_be_read(course: Course, poison: str) -> None:
    lesson = course.lesson("hostname")
    evil = replace(lesson, words={"en": poisoned(lesson.words["en"], poison)})
    page = assert_alone_and_harmless(made("en", evil, teacher=True, recordings=[recorded(lesson, output=poison)]))
    assert_in_order(page)
    clean = _clean(lesson.id)
    assert page.ids == clean.ids
    assert [one.name for one in page.named("h1", "h2", "h3", "details", "svg")] == [
        one.name for one in clean.named("h1", "h2", "h3", "details", "svg")
    ]


def test_outputs_and_names_of_programs_can_only_be_read(course: Course) -> None:
    lesson = course.lesson("unshare")
    run = recorded(lesson, output=f"\x1b[31mred\x1b[0m {EVIL} \x9b2J \u202e", pictured=True)
    page = assert_alone_and_harmless(made("en", lesson, recordings=[run]))
    assert '\\x1b[31mred\\x1b[0m evil </text><script>alert("&")</script> \\x1b[2J' in page.said


def test_the_middle_of_a_long_output_is_left_out(course: Course) -> None:
    long = "\n".join(f"line {number}" for number in range(5000))
    page = Page(made("en", course.lesson("hostname"), recordings=[recorded(course.lesson("hostname"), output=long)]))
    shown = next(data for within, data in page.texts if within == "samp").splitlines()
    assert len(shown) == 51
    assert (shown[0], shown[-1]) == ("line 0", "line 4999")
    assert "… 4950 lines are left out here …" in shown


def test_terms_are_those_that_the_lessons_use(course: Course, tongue: str) -> None:
    every = [one.name for one in handout_terms.used([lesson.words[tongue] for lesson in course.lessons])]
    some = [one.name for one in handout_terms.used([course.lesson("hostname").words[tongue]])]
    assert set(some) < set(every) <= {language.translate(term.name) for term in TERMS}
    assert len(every) > 0.8 * len(TERMS)
    assert "namespace" in some and "manifest" not in some
    assert every == sorted(every, key=str.lower)


def test_a_plural_is_the_term() -> None:
    assert handout_terms._stands_in("capability", "his capabilities are few")
    assert handout_terms._stands_in("imagem", "duas imagens")
    assert not handout_terms._stands_in("mount", "the mountain, unmounted")


# --- the look ---


def luminance(color: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def palettes() -> Iterator[dict[str, str]]:
    look = (webpage.TEMPLATES / "look.css").read_text()
    for block in re.findall(r":root \{(.*?)\}", look, re.DOTALL):
        yield dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block))


def test_contrast_is_enough_by_day_by_night_and_on_paper() -> None:
    found = list(palettes())
    assert len(found) == 3
    for colors in found:
        for ground in ("paper", "shade", "mark"):
            for ink in ("ink", "dim", "accent"):
                lighter, darker = sorted((luminance(colors[ink]), luminance(colors[ground])), reverse=True)
                assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, ground, colors)


# --- the command ---


def test_the_command_writes_one_page(tmp_path: Path) -> None:
    file = tmp_path / "h.html"
    done = semdocker("export", "hostname", "--no-run", "--to", str(file), "--lang", "pt")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout == f"A apostila foi escrita em {file}.\n"
    page = assert_alone_and_harmless(file.read_text())
    assert [one.attributes["id"] for one in page.of_class("lesson")] == ["hostname"]
    assert [path.name for path in tmp_path.iterdir()] == ["h.html"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--to", "h.pdf"), "it must end in .html"),
        (("--to", "/no/such/h.html"), "that folder does not exist"),
        ((), "--to"),
    ],
)
def test_wrong_options_are_refused_before_anything(tmp_path: Path, words: tuple[str, ...], sentence: str) -> None:
    done = semdocker("export", *words, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    assert sentence in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.root
def test_as_root_the_lessons_are_run(tmp_path: Path, course: Course) -> None:
    file = tmp_path / "h.html"
    done = semdocker("export", "hostname", "--to", str(file), "--set", "hostname=sala-3")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    page = assert_alone_and_harmless(file.read_text())
    assert "sala-3" in [data for within, data in page.texts if within == "samp"]
    assert len(page.named("svg")) == 1 and "X-ray · “container”" in page.said
    assert len(page.named("samp")) + len(page.of_class("silent")) == len(course.lesson("hostname").steps)
