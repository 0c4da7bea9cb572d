"""`semdocker demo` through a real terminal: whole lessons, their steps forward and back, the free shell."""

from __future__ import annotations

import os
import time

import pytest

from runner.host import kernel
from tests.conftest import the_course
from tests.support import sample
from tests.support.instructor import SEAT, Instructor, begun, on_screen
from tests.support.waiting import runs_on

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


# --- whole lessons ---

WANDERED = ("rootfs", "hostname")  # in these somebody goes astray, and back


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("language", "size"), [("pt", (80, 24)), ("en", (160, 45))])
def test_lessons_from_end_to_end(language: str, size: tuple[int, int]) -> None:
    """They go with a pause in each lesson, a free shell, two steps back and a skip: some of them, by the seed."""
    started = time.monotonic()
    others = [lesson.id for lesson in the_course().lessons if lesson.id not in WANDERED]
    lessons = [*WANDERED, *sample.of(others, 1 / 6, f"demo {language}")]
    teacher = Instructor(*lessons, "--lang", language, size=size)
    for lesson in lessons:
        _give(teacher, lesson)
        teacher.press("\x1b[6~")  # PageDown: the next lesson, or the end
    teacher.end()
    print(f"\n{' '.join(lessons)}, {language}, {size[0]}x{size[1]}: {time.monotonic() - started:.0f} s")


def _give(teacher: Instructor, lesson: str) -> None:
    teacher.begin()
    assert (told := teacher.told()) and told.lesson == lesson
    steps = the_course().lesson(lesson).steps
    for index, step in enumerate(steps):
        told = teacher.told()
        done = [found.id for found in steps].index(on_screen(told)) if told and on_screen(told) else -1
        if done >= index and told and told.stage["state"] == "done":
            continue  # the skip went past it
        _step(teacher, lesson, step.id)
        if index == 1:
            _pauses(teacher)
        if (lesson, index) == ("hostname", 5):
            teacher.wanders("exit", "exit")
            teacher.at("opened", steps[6].id)
        if (lesson, index) == ("rootfs", 3):
            teacher.press("b")
            teacher.at("opened", steps[3].id)
            teacher.press("\x1b[5~")  # PageUp
            teacher.at("opened", steps[2].id)
            teacher.goes_to(lesson, steps[6].id)
            for again in steps[6:8]:
                _step(teacher, lesson, again.id)
    teacher.hears_the_end(lesson)
    teacher.press("\r")
    teacher.until(lambda: not teacher.told(), "rollback")
    teacher.until(lambda: "r " in teacher.text and "Enter" in teacher.text, "closing page")


def _step(teacher: Instructor, lesson: str, step: str) -> None:
    teacher.types_out(step)
    teacher.press(" ")
    teacher.until(lambda: (told := teacher.told()) and told.stage.get("state") in ("done", "failed"), step)
    told = teacher.told()
    if told and told.stage["state"] == "failed":
        assert step == "cpu-burn", teacher.text  # a machine that is too busy does not let the loop reach its quota
        index = [found.id for found in the_course().lesson(lesson).steps].index(step)
        following = the_course().lesson(lesson).steps[index + 1].id
        teacher.goes_to(lesson, following)
        _step(teacher, lesson, following)


def _pauses(teacher: Instructor) -> None:
    teacher.press(".")
    teacher.until(lambda: (told := teacher.told()) and told.stage["blank"], "blank")
    teacher.press("\x1b")
    teacher.until(lambda: (told := teacher.told()) and not told.stage["blank"], "light")


# --- steps ---


def test_first_the_command_is_typed_and_only_then_it_runs() -> None:
    teacher = begun("hostname")
    teacher.types_out("host-name")
    teacher.sees(":/# hostname")
    assert "✓" not in teacher.text
    teacher.press("\r")
    teacher.at("done", "host-name")
    teacher.sees("✓ output and kernel agree: host")
    teacher.leave()


def test_a_question_is_asked_before_and_answered_after() -> None:
    teacher = begun("rootfs")
    teacher.types_out("ingredients")
    teacher.sees("Guess before it runs.")
    assert "The machine answers" not in teacher.text
    teacher.press("\r")
    teacher.sees("The machine answers:")
    teacher.leave()


def test_a_failure_on_purpose_is_shown_as_one() -> None:
    teacher = begun("unshare")
    teacher.does("not-found")
    teacher.sees("✓ exit status: 127 (failed, as expected)")
    teacher.leave()


def test_a_step_back_is_undone_for_real() -> None:
    teacher = begun("hostname")
    for step in ("host-name", "host-inode", "pretend", "name-pretend"):
        teacher.does(step)
    told = teacher.told()
    assert told
    pretend = told.places["pretend"].pid
    assert "namespaces of its own" in teacher.shown
    assert kernel.hostname(pretend) == "production"
    teacher.press("b")
    teacher.at("opened", "name-pretend")
    assert kernel.hostname(pretend) == os.uname().nodename
    teacher.press("\x1b[D")
    teacher.at("opened", "pretend")
    assert kernel.stat(pretend) is None
    teacher.does("pretend")
    teacher.leave()


def test_nothing_is_before_the_first_step_and_a_typed_command_can_be_taken_back() -> None:
    teacher = begun("hostname")
    teacher.press("b")
    teacher.does("host-name")
    teacher.types_out("host-inode")
    teacher.press("b")
    teacher.at("opened", "host-name")
    teacher.until(lambda: "readlink" not in teacher.text, "the command taken back")
    teacher.does("host-name")
    teacher.leave()


def test_skipping_ahead_and_back_and_starting_again() -> None:
    teacher = begun("hostname")
    teacher.goes_to("hostname", "evidence")
    teacher.does("evidence")
    teacher.sees("container-host")
    teacher.press("g99\r")
    teacher.at("done", "evidence")
    teacher.goes_to("hostname", "pretend")
    told = teacher.told()
    assert told
    assert list(told.places) == ["host"]
    teacher.does("pretend")
    teacher.press("r")
    teacher.at("opened", "host-name")
    teacher.does("host-name")
    teacher.leave()


def test_a_long_line_folds_in_a_container_without_terminfo() -> None:
    teacher = begun("hostname")
    teacher.goes_to("hostname", "prompt")
    teacher.types_out("prompt")
    teacher.sees("""# h='\\h'; echo "this shell: ${h@P}"; bash -c""")
    teacher.leave()


@pytest.mark.parametrize("language", ["en", "pt"])
@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
def test_a_long_command_is_broken_between_words_and_runs_as_it_is(size: tuple[int, int], language: str) -> None:
    teacher = Instructor("hostname", "--lang", language, size=size)
    teacher.begin()
    teacher.goes_to("hostname", "enter")
    teacher.types_out("enter")
    command = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
    for columns in (size[0], 50, 160, size[0]):
        teacher.resize(columns, size[1])
        broken = columns < 100  # the prompt and the command need 91 columns
        teacher.until(
            lambda now=broken: _typed(teacher) == command and _broken(teacher) == now,  # type: ignore[misc]
            f"the command, {columns} columns wide",
        )
    teacher.press("\r")
    teacher.at("done", "enter")
    assert _typed(teacher) == command
    told = teacher.told()
    assert told
    parent = kernel.stat(told.places["container"].pid)
    assert parent
    assert kernel.command(parent.parent) == command
    teacher.goes_to("hostname", "prompt")
    teacher.types_out("prompt")  # quoted once with single quotes: no mark in there
    quoted = """h='\\h'; echo "this shell: ${h@P}"; bash -c 'h="\\h"; echo "new shell:  ${h@P}"'"""
    teacher.until(lambda: _typed(teacher) == quoted, quoted)
    teacher.leave()


def _rows(teacher: Instructor) -> list[str]:
    """The rows of the screen from the last prompt up to the first empty one."""
    prompts = [place for place, row in enumerate(teacher.display) if ":/# " in row]
    rows = teacher.display[prompts[-1] :] if prompts else []
    return rows[: rows.index("")] if "" in rows else rows


def _typed(teacher: Instructor) -> str:
    """The command at the last prompt, as a shell would read the rows."""
    command = ""
    for row in _rows(teacher):
        prompt = ":/# " if ":/# " in row else "> " if command.endswith("\\") else ""
        command = command.removesuffix("\\") + row[row.index(prompt) + len(prompt) :]
        command += "" if command.endswith("\\") else " "  # blanks at the end of a row are not seen
    return command.strip()


def _broken(teacher: Instructor) -> bool:
    return any(row.endswith(" \\") for row in _rows(teacher))


# --- the words around the steps ---


def last_words_of_the_introduction(lesson: str) -> str:
    return " ".join(the_course().lesson(lesson).words["en"].intro.on("v2").split()[-4:])


@pytest.mark.parametrize("size", [(80, 24), (60, 18)])
def test_the_introduction_the_summary_and_the_questions(size: tuple[int, int]) -> None:
    teacher = Instructor("hostname", "--lang", "en", size=size)
    teacher.begin()
    teacher.sees("looks the most harmless")
    teacher.reads_on()
    teacher.sees(last_words_of_the_introduction("hostname"))
    teacher.goes_to("hostname", "leave")
    teacher.does("leave")
    for _ in range(2):
        teacher.press("\r")
        teacher.at("ending")
        teacher.sees("In short")
        teacher.press("b")  # turns back, and undoes nothing
        teacher.at("done", "leave")
        teacher.sees("✓ process: gone")
    teacher.press("\r")
    teacher.at("ending")
    teacher.reads_on()
    teacher.press("\r")
    teacher.at("question")
    teacher.sees("Which unshare option gives the container its own name?")
    assert "Answer:" not in teacher.text
    teacher.press("\r")
    teacher.at("answer")
    teacher.sees("Answer: c")
    teacher.sees("The hostname lives in the UTS namespace")
    teacher.reads_on()
    teacher.sees("-n separates interfaces, routes and ports.")
    teacher.press("b")
    teacher.until(lambda: "The hostname lives" in teacher.text or "What do you think?" in teacher.text, "one page back")
    teacher.press("l")
    teacher.sees("Pergunta 1 de 6")
    teacher.goes_to("hostname", "host-inode")
    teacher.does("host-inode")
    teacher.leave()


def test_the_last_questions_lead_to_the_rollback_and_the_free_shell_back_to_them() -> None:
    teacher = begun("hostname")
    teacher.goes_to("hostname", "leave")
    teacher.does("leave")
    teacher.wanders("echo wo''rd")
    teacher.at("done", "leave")
    teacher.sees("✓ process: gone")
    teacher.press("\r")
    teacher.at("ending")
    teacher.wanders("echo wo''rd")
    teacher.at("ending")
    teacher.sees("In short")
    teacher.press("b")
    teacher.at("done", "leave")
    teacher.hears_the_end("hostname")
    teacher.sees("ends the lesson")
    teacher.press("\r")
    teacher.sees("Machine put back")
    teacher.press("q")
    teacher.end()


def test_before_the_first_step_back_leads_to_the_introduction() -> None:
    teacher = begun("hostname")
    teacher.types_out("host-name")
    teacher.press("b")
    teacher.at("opening")
    teacher.sees(last_words_of_the_introduction("hostname"))
    teacher.does("host-name")
    teacher.leave()


# --- the free shell ---


@pytest.mark.parametrize("mischief", ["exit", "cd /tmp; hostname oops", "sleep 1000", "echo half of a li"])
def test_after_the_free_shell_the_lesson_goes_on_where_it_was(mischief: str) -> None:
    teacher = begun("hostname")
    teacher.goes_to("hostname", "rename")
    teacher.does("rename")
    teacher.shell()
    if "half" in mischief:
        teacher.send(mischief)
        teacher.wait_for(mischief)
    elif "sleep" in mischief:
        teacher.type(mischief)
        teacher.until(lambda: runs_on(SEAT, mischief), mischief)
    else:
        teacher.types(mischief)
    teacher.back()
    teacher.at("opened", "meanwhile")
    teacher.sees(":/#")
    told = teacher.told()
    assert told
    assert kernel.hostname(told.places["container"].pid) == "container-host"
    teacher.does("meanwhile")
    teacher.does("evidence")
    assert "half of a li" not in teacher.text
    teacher.leave()


def test_looking_around_costs_nothing() -> None:
    """A lab in which nothing was broken is not made again."""
    teacher = begun("hostname")
    teacher.does("host-name")
    before = teacher.told()
    teacher.wanders("echo wo''rd")
    teacher.at("opened", "host-inode")
    after = teacher.told()
    assert "word" in teacher.shown
    assert before
    assert after
    assert before.places == after.places
    teacher.leave()
