"""A demo that plays by itself, and the presenter's second screen."""

from __future__ import annotations

import time

import pytest

from tests.conftest import the_course
from tests.support.instructor import Screen, begun, rehearse
from tests.support.person import CTRL_C

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]


# --- rehearsal ---


def test_autoplay_needs_no_terminal() -> None:
    done = rehearse("hostname", "chroot", "--autoplay", "0", "--lang", "pt")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "\x1b" not in done.stdout
    assert done.stdout.count("igual (") == 2
    assert "A máquina responde:" in done.stdout
    for lesson in map(the_course().lesson, ("hostname", "chroot")):
        assert f"Pergunta {len(lesson.quiz)} de {len(lesson.quiz)}: " in done.stdout
    assert done.stdout.count("Em resumo") == 2
    assert done.stdout.count("Resposta: ") == sum(len(the_course().lesson(id).quiz) for id in ("hostname", "chroot"))


def test_autoplay_on_a_terminal_types_and_goes_on_by_itself() -> None:
    teacher = begun("hostname", "--autoplay=0.05")
    teacher.end()
    assert teacher.shown.count("step ") >= 16


def test_ctrl_c_ends_a_rehearsal_clean() -> None:
    teacher = begun("hostname", "--autoplay", "0.3")
    teacher.at("done")
    teacher.send(CTRL_C)
    teacher.end(130)


def test_without_a_terminal_nobody_is_asked() -> None:
    done = rehearse("hostname", "--lang", "en")
    assert done.returncode == 2
    assert "--autoplay" in done.stderr


def test_plain_mode_reads_lines_and_shows_no_escape() -> None:
    teacher = begun("hostname", "--plain")
    teacher.types_out("host-name")
    teacher.sees("host # hostname")
    teacher.press("\r")
    teacher.at("done", "host-name")
    teacher.sees("OK: output and kernel agree")
    teacher.press("g\r")
    teacher.sees("Go to step")
    teacher.press("3\r")
    teacher.at("opened", "pretend")
    teacher.press("q\r")
    teacher.sees("Leave?")
    teacher.press("q\r")
    teacher.end()
    assert "\x1b" not in teacher.shown


# --- the presenter view ---


def test_the_presenter_view_follows_within_a_second() -> None:
    teacher = begun("hostname", language="pt")
    beside = Screen("--notes", "--lang", "en", size=(100, 40))
    beside.sees("first page")
    beside.sees("of 15 min")
    beside.sees("Next: What is this machine called?")
    teacher.types_out("host-name")
    took = [_seen(beside, "typed, waits for you")]
    teacher.press("\r")
    teacher.at("done", "host-name")
    took.append(_seen(beside, "step 1 of 16 · done · checks 1/1"))
    beside.sees("Next: The UTS namespace: a drawer")
    beside.sees("readlink /proc/self/ns/uts")
    teacher.press(".")
    teacher.until(lambda: (told := teacher.told()) and told.stage["blank"], "blank")
    took.append(_seen(beside, "THE SCREEN IS BLANK"))
    teacher.press(".")
    teacher.goes_to("hostname", "rename")
    took.append(_seen(beside, "step 12 of 16 · not typed yet"))
    print("\npresenter view, seconds until it follows:", ", ".join(f"{seconds:.2f}" for seconds in took))
    assert sorted(took)[1] < 1.0
    assert "Next:" not in teacher.text
    teacher.leave()
    beside.end()
    assert "The demo has ended." in beside.shown


def test_the_presenter_view_follows_the_words_and_the_log() -> None:
    teacher = begun("hostname", language="pt")
    beside = Screen("--notes", "--lang", "en", size=(60, 60))
    beside.sees("So whose name is it?")
    teacher.press("c")
    beside.sees("The class sees the commands so far.")
    teacher.press("c")
    beside.until(lambda: "The class sees" not in beside.text, "the page again")
    teacher.goes_to("hostname", "enter")
    beside.sees("--kill-child -R \\ > /containers/teste --mount-proc /bin/bash")
    teacher.goes_to("hostname", "leave")
    beside.sees("Next: In short")
    teacher.does("leave")
    teacher.press("\r")
    beside.sees("after the last step: the summary")
    beside.sees("Next: question 1 of 6")
    teacher.reads_on()
    teacher.press("\r")
    beside.sees("question 1 of 6 · asked")
    beside.sees("Answer: c")
    assert "Resposta" not in teacher.text
    teacher.press("\r")
    beside.sees("question 1 of 6 · answered")
    beside.sees("Next: question 2 of 6")
    teacher.leave()
    beside.end()


def _seen(screen: Screen, words: str) -> float:
    started = time.monotonic()
    screen.sees(words)
    return time.monotonic() - started


def test_the_presenter_view_in_plain_is_a_block_for_each_change() -> None:
    teacher = begun("hostname", language="pt")
    beside = Screen("--notes", "--lang", "pt", "--plain")
    beside.sees("primeira página · 16 passos")
    teacher.does("host-name")
    beside.sees("feito · verificações 1/1")
    teacher.leave()
    beside.end()
    assert "\x1b" not in beside.shown
    assert 2 <= beside.shown.count("4 · Um nome") <= 4


def test_without_a_demo_there_is_nothing_to_present() -> None:
    done = rehearse("--notes", "--lang", "en")
    assert done.returncode == 8
    assert "semdocker demo" in done.stderr
