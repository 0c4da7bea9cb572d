"""Both faces say the same facts; the plain one in words, and neither lets captured text command the terminal."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from runner.course.render import Values
from runner.messages import language
from runner.records.course import Check, Course, Fails, Lesson, Question, Step, Undo, Variable
from runner.records.results import (
    Answer,
    CheckResult,
    CommandResult,
    Finding,
    Leftover,
    LessonResult,
    Missing,
    Outcome,
    Prediction,
    Rollback,
    StepResult,
    Trouble,
)
from runner.records.texts import Dual
from runner.records.words import LessonWords, QuestionWords, StepWords
from runner.screen.choose_face import choose_face
from runner.screen.color import Color
from runner.screen.doctor_page import doctor
from runner.screen.face import Face
from runner.screen.lesson_page import LessonPage
from runner.screen.narration import View
from runner.screen.plain import Plain

HOSTILE = "\x1b[2J\x1b]0;title\x07\x1b]52;c;Zm9v\x07\x9b31m\u202eevil\x7f\x00[/bin/x] [bold]:smile:"
ESCAPES = re.compile("\x1b\\[[0-9;]*m")  # the only ones that the rich face may write

STEP = Step(
    id="look", run=Dual("ls {{ root }}", "ls {{ root }}"), undo=Undo(), checks=(Check("file", {"path": "{{ root }}"}),)
)
FAILING = Step(id="fall", run=Dual("false", "false"), undo=Undo(replay=True), fails=Fails(127, "No such"))
WORDS = StepWords(
    title="Look around",
    explain=Dual("See **what** is in `{{ root }}`.", "On two: `{{ root }}`."),
    hints=("hint",),
    flags={"-l": "long"},
)
QUIZ = QuestionWords("Which one?", {"x": "the first", "y": "the second"}, {"x": "because", "y": "it is not"})
LESSON_WORDS = LessonWords(
    "A title",
    "A goal",
    Dual("Intro.", "Intro."),
    {
        "look": WORDS,
        "fall": StepWords(title="Fall", explain=Dual("Down.", "Down."), hints=("h",), after=Dual("So.", "So.")),
    },
    {"q": QUIZ},
    Dual("The end.", "The end."),
)
LESSON = Lesson(
    number=3,
    id="demo",
    directory=Path("/lessons/03-demo"),
    minutes=10,
    requires=("root", "cgroup.memory"),
    needs=("rootfs",),
    steps=(STEP, FAILING),
    quiz=(Question("q", ("x", "y"), ("x",)),),
    words={"pt": LESSON_WORDS, "en": LESSON_WORDS},
)
COURSE = Course({"pt": "Curso", "en": "Course"}, {"root": Variable("path", "/containers/teste")}, (LESSON, LESSON))
VALUES = Values(COURSE.variables, machine={"cgroup_version": "v2", "token": "abc"})


@pytest.fixture(autouse=True)
def english() -> None:
    language.install("en")


Stage = tuple[Face, io.StringIO]


def _plain(width: int) -> Stage:
    stream = io.StringIO()
    return Plain(stream, width), stream


def _color(width: int) -> Stage:
    stream = io.StringIO()
    environ = {"TERM": "xterm-256color"}
    return Color(stream, force_terminal=True, width=width, height=24, _environ=environ), stream


@pytest.fixture(
    params=[(_plain, 80), (_plain, 120), (_color, 80), (_color, 120)], ids=lambda p: f"{p[0].__name__}{p[1]}"
)
def stage(request: pytest.FixtureRequest) -> Stage:
    make, width = request.param
    return make(width)  # type: ignore[no-any-return]


def _bare(text: str) -> str:
    return ESCAPES.sub("", text)


def _words(text: str) -> str:
    """The text with every run of blanks as one."""
    return " ".join(_bare(text).split())


def _result(exit: int | None, *findings: Finding, output: str = "", trouble: Trouble | None = None) -> StepResult:
    checks = (CheckResult("file", findings),) if findings else ()
    outcome = Outcome.PASSED if exit == 0 and all(f.outcome == Outcome.PASSED for f in findings) else Outcome.FAILED
    return StepResult("look", CommandResult("ls", exit, output, 0.1, trouble), outcome, checks, 0.1)


def _narrate(face: Face, tell: Callable[[View], object]) -> None:
    view = View(face, "en")
    view.values = VALUES
    tell(view)


# --- a step ---


@pytest.mark.parametrize(
    ("tongue", "kind", "answer", "guess", "said"),
    [
        ("en", "fails", "yes", "y", "You guessed yes, and the machine answers the same."),
        ("en", "fails", "yes", "não", "You guessed no; the machine answers yes."),
        ("pt", "fails", "yes", "s", "Seu palpite foi sim, e a máquina responde o mesmo."),
        ("en", "lines", "3", "4", "You guessed 4; the machine answers 3."),
        ("en", "text", "a b", "no such file", "You guessed “no such file”; the machine answers “a b”."),
        ("en", "text", "", "", "The machine answers: “”"),
    ],
)
def test_a_guess_is_told_in_whole_words_or_quoted(  # noqa: PLR0917 -- the columns of the table
    stage: Stage, tongue: str, kind: str, answer: str, guess: str, said: str
) -> None:
    language.install(tongue)
    face, stream = stage
    result = replace(_result(1), prediction=Prediction(kind, answer))
    _narrate(face, lambda view: view.answer(result, guess))
    assert _words(stream.getvalue()) == said


def test_a_course_a_lesson_and_a_step_open(stage: Stage) -> None:
    face, stream = stage
    view = View(face, "en")
    view.course_opens(COURSE, COURSE.lessons, VALUES)
    view.lesson_opens(1, 2, LESSON, LESSON_WORDS)
    view.preparing(["rootfs"])
    view.step_opens(1, 2, STEP, WORDS, "ls /containers/teste")
    shown = _words(stream.getvalue())
    for fact in ("Course", "/containers/teste", "Lesson 1 of 2 · A title", "Goal: A goal", "Intro.", "rootfs"):
        assert fact in shown
    for fact in ("Step 1 of 2 · Look around", "-l", "long", "host # ls /containers/teste", "On two: "):
        assert fact in shown
    assert "abc" not in shown  # the machine's own values are no choice of the user


def test_lines_fit_the_width(stage: Stage, request: pytest.FixtureRequest) -> None:
    face, stream = stage
    width = 80 if "80" in request.node.name else 120
    long = " ".join(["palavra"] * 60)
    face.prose(f"{long}\n\n- {long}")
    face.pairs([("-x", long)])
    face.evidence(Outcome.FAILED, "fact", [long], "/proc/1/mountinfo")
    face.command("host", f"echo {long}")
    face.say(long)
    if isinstance(face, Color):
        assert max(map(len, _bare(stream.getvalue()).splitlines())) <= width
    else:
        assert stream.getvalue().count("palavra") == 60 * 6


def test_a_step_closes_with_its_evidence(stage: Stage) -> None:
    face, stream = stage
    good = Finding("file.exists", "present", "present", Outcome.PASSED, "/containers/teste")
    bad = Finding("namespace.pid", "≠ 5", "5", Outcome.FAILED, "/proc/7/ns/pid")
    lost = Finding("cgroup", "", "no hierarchy", Outcome.COULD_NOT_CHECK)
    _narrate(face, lambda view: view.step_closes(_result(0, good, bad, lost), STEP, WORDS))
    shown = _words(stream.getvalue())
    assert "exit status: 0" in shown
    assert "file: present · /containers/teste" in shown
    assert "pid namespace: expected ≠ 5, observed 5 · /proc/7/ns/pid" in shown
    marks = ("OK:", "FAILED:", "COULD NOT CHECK:") if isinstance(face, Plain) else ("✓", "✗", "?")
    assert all(mark in shown for mark in marks)


@pytest.mark.parametrize(
    ("step", "result", "expected"),
    [
        (STEP, _result(2), "2, but 0 was expected"),
        (FAILING, _result(1), "1, but this step was meant to fail with 127, saying “No such”"),
        (STEP, _result(None, trouble=Trouble.TIMEOUT), "ran longer than 10 s and was interrupted"),
        (STEP, _result(None, trouble=Trouble.FLOOD), "printed more than 65536 bytes"),
        (STEP, _result(None, trouble=Trouble.UNFINISHED), "open quote"),
        (STEP, _result(None, trouble=Trouble.LOST), "the terminal is gone"),
        (STEP, _result(None, trouble=Trouble.ELSEWHERE), "nothing was typed"),
    ],
)
def test_how_a_command_can_fail(stage: Stage, step: Step, result: StepResult, expected: str) -> None:
    face, stream = stage
    _narrate(face, lambda view: view.step_closes(result, step, WORDS))
    assert expected in _words(stream.getvalue())


def test_a_failure_on_purpose_is_a_success(stage: Stage) -> None:
    face, stream = stage
    result = StepResult("fall", CommandResult("x", 127, "No such", 0.1), Outcome.PASSED)
    _narrate(face, lambda view: view.step_closes(result, FAILING, LESSON_WORDS.steps["fall"]))
    shown = _words(stream.getvalue())
    assert "127 (failed, as expected)" in shown
    assert "So." in shown
    assert "FAILED" not in shown
    assert "✗" not in shown


# --- captured output ---


def test_hostile_text_is_inert_everywhere(stage: Stage) -> None:
    face, stream = stage
    for put in (face.title, face.heading, face.subheading, face.prose, face.say):
        put(HOSTILE)
    face.pairs([(HOSTILE, HOSTILE)])
    face.command(HOSTILE, HOSTILE)
    face.output(HOSTILE)
    face.output_ends()
    face.evidence(Outcome.FAILED, HOSTILE, [HOSTILE], HOSTILE)
    face.table([HOSTILE], [[HOSTILE]])
    shown = _bare(stream.getvalue())
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", shown)
    assert "\\x1b[2J" in shown
    assert "[/bin/x] [bold]:smile:" in _words(shown)


# --- the plain contract ---


def test_plain_has_no_escape_and_no_glyph() -> None:
    face, stream = _plain(80)
    view = View(face, "en")
    view.course_opens(COURSE, COURSE.lessons, VALUES)
    view.lesson_opens(1, 1, LESSON, LESSON_WORDS)
    view.step_opens(1, 1, STEP, WORDS, "for x in a; do\n  echo $x\ndone")
    view.output("a\r\n")
    view.step_closes(_result(0), STEP, WORDS)
    view.rolled_back(Rollback(seconds=0.05))
    view.quiz(LESSON, LESSON_WORDS)
    view.lesson_closes(_lesson_result(), LESSON_WORDS)
    view.course_closes([_lesson_result()])
    shown = stream.getvalue()
    assert "\x1b" not in shown
    assert not re.search("[─-╿■-◿✓✗•▸]", shown)
    assert "\n\n\n" not in shown
    assert "what is in" not in shown
    assert "**" not in shown


def test_a_pipe_and_a_dumb_terminal_get_the_plain_face() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    good = {"TERM": "xterm"}
    assert isinstance(choose_face(io.StringIO(), plain=False, environ=good), Plain)
    assert isinstance(choose_face(Terminal(), plain=True, environ=good), Plain)
    assert isinstance(choose_face(Terminal(), plain=False, environ={"TERM": "dumb"}), Plain)
    assert isinstance(choose_face(Terminal(), plain=False, environ={}), Plain)
    assert isinstance(choose_face(Terminal(), plain=False, environ={**good, "ACCESSIBLE": "1"}), Plain)
    assert isinstance(choose_face(Terminal(), plain=False, environ={**good, "ACCESSIBLE": "0"}), Color)
    assert isinstance(choose_face(Terminal(), plain=False, environ=good), Color)


def test_no_color_leaves_no_color() -> None:
    stream = io.StringIO()
    face = Color(stream, force_terminal=True, width=80, _environ={"TERM": "xterm-256color", "NO_COLOR": "1"})
    face.evidence(Outcome.FAILED, "fact", ["bad"])
    face.heading("Title")
    assert not re.search("\x1b\\[[0-9;]*3[0-7]", stream.getvalue())
    assert "✗" in stream.getvalue()


# --- endings ---


def _lesson_result(outcome: Outcome = Outcome.PASSED) -> LessonResult:
    good = Finding("file.exists", "present", "present", Outcome.PASSED)
    return LessonResult("demo", outcome, 1.24, (_result(0, good), _result(1)), Rollback(seconds=0.05))


def test_a_dirty_machine_is_named_with_its_remedy(stage: Stage) -> None:
    face, stream = stage
    rollback = Rollback((Leftover("cgroups", "/sys/fs/cgroup/x", "rmdir /sys/fs/cgroup/x"),), (), ("hostname",))
    _narrate(face, lambda view: view.rolled_back(rollback))
    shown = _words(stream.getvalue())
    assert "DIRTY: 1 thing" in shown
    assert "rmdir /sys/fs/cgroup/x" in shown
    assert "Put back: hostname." in shown


def test_a_skipped_lesson_says_why_and_how_to_mend_it(stage: Stage) -> None:
    face, stream = stage
    result = LessonResult(
        "demo", Outcome.SKIPPED, 0.0, missing=(Missing("tool.ps", "absent", "apt-get install procps"),)
    )
    _narrate(face, lambda view: view.skipped(result))
    shown = _words(stream.getvalue())
    assert "Lesson demo skipped" in shown
    assert "program ps: absent, fix: apt-get install procps" in shown


def test_the_quiz_shows_answer_and_reasons(stage: Stage) -> None:
    face, stream = stage
    _narrate(face, lambda view: view.quiz(LESSON, LESSON_WORDS))
    shown = _words(stream.getvalue())
    for fact in ("Question 1 of 1: Which one?", "the first — because", "the second — it is not", "Answer: a"):
        assert fact in shown


def test_the_summary_counts(stage: Stage) -> None:
    face, stream = stage
    _narrate(face, lambda view: view.course_closes([_lesson_result(), _lesson_result(Outcome.FAILED)]))
    shown = _words(stream.getvalue())
    assert "demo passed 1/2 1/1 1.2 s" in shown
    assert "1 of 2 lessons passed." in shown


def test_portuguese_counts_and_commas() -> None:
    language.install("pt")
    face, stream = _plain(120)
    view = View(face, "pt")
    view.values = VALUES
    view.lesson_closes(_lesson_result(), LESSON_WORDS)
    assert "Lição demo: passou · 2 passos · 1 verificação · 1,2 s" in stream.getvalue()


# --- pages ---


def test_a_lesson_page_hides_the_answers_until_asked(stage: Stage) -> None:
    face, stream = stage
    LessonPage(face, LESSON, LESSON_WORDS, {"v2": VALUES}).show(answers=False)
    shown = _words(stream.getvalue())
    for fact in ("3 · A title", "about 10 minutes", "cgroup controller memory", "host # ls /containers/teste", "Undo:"):
        assert fact in shown
    assert "because" not in shown
    LessonPage(face, LESSON, LESSON_WORDS, {"v2": VALUES}).show(answers=True)
    assert "because" in _words(stream.getvalue())


def test_a_lesson_page_can_show_both_versions() -> None:
    face, stream = _plain(120)
    v1 = Values(COURSE.variables, machine={"cgroup_version": "v1"})
    LessonPage(face, LESSON, LESSON_WORDS, {"v1": v1, "v2": VALUES}).show(answers=False)
    shown = stream.getvalue()
    assert "See what is in `/containers/teste`." in shown
    assert "On two: " in shown
    assert shown.count("host # ls /containers/teste") == 1  # the command is the same on both


def test_doctor_names_the_price_of_what_is_missing(stage: Stage) -> None:
    face, stream = stage
    lacks = Missing("cgroup.memory", "absent")
    rows = [
        (Answer("root", Outcome.PASSED), ["demo"]),
        (Answer("mknod", Outcome.COULD_NOT_CHECK), ["demo"]),
        (Answer("cgroup.memory", Outcome.FAILED, lacks), ["cgroups"]),
    ]
    doctor(face, rows)
    shown = _words(stream.getvalue())
    assert "root user: available" in shown
    assert "cgroup controller memory: absent, no command fixes this here" in shown
    assert "skipped: cgroups" in shown
    assert "No: 1 thing is missing." in shown
    assert f"making device nodes: {'could not be tried' if os.geteuid() == 0 else 'only root can tell'}" in shown
    doctor(face, rows[:2])
    assert "sudo semdocker doctor" in _words(stream.getvalue())
    doctor(face, rows[:1], [Leftover("mounts", "/containers/teste/dev (devtmpfs)", "umount /containers/teste/dev")])
    assert "/containers/teste/dev (devtmpfs): umount /containers/teste/dev" in _words(stream.getvalue())
    assert "Yes: all lessons can run here." in _words(stream.getvalue())


GREEN = Finding("exists", "yes", "yes", Outcome.PASSED)


def test_the_exit_status_is_no_proof_after_exit(stage: Stage) -> None:
    """It is that of the last command in the shell that was left."""
    face, stream = stage
    left = StepResult("look", CommandResult("exit", 2, "", 0.1), Outcome.PASSED, (CheckResult("file", (GREEN,)),), 0.1)
    _narrate(face, lambda view: view.step_closes(left, STEP, WORDS))
    assert "exit status" not in _words(stream.getvalue())
    assert "exists" in _words(stream.getvalue())


def test_a_shell_that_was_entered_has_no_exit_status_yet(stage: Stage) -> None:
    face, stream = stage
    inside = StepResult(
        "look", CommandResult("bash", 0, "", 0.1), Outcome.PASSED, (CheckResult("file", (GREEN,)),), 0.1
    )
    _narrate(face, lambda view: view.step_closes(inside, replace(STEP, enters="container"), WORDS))
    assert "exit status" not in _words(stream.getvalue())
    assert "exists" in _words(stream.getvalue())


def test_an_exit_status_that_decides_is_red(stage: Stage) -> None:
    face, stream = stage
    failed = StepResult("look", CommandResult("ls", 2, "", 0.1), Outcome.FAILED, (CheckResult("file", (GREEN,)),), 0.1)
    _narrate(face, lambda view: view.step_closes(failed, STEP, WORDS))
    shown = _words(stream.getvalue())
    assert "✗ exit status: 2" in shown or "FAILED: exit status: 2" in shown
