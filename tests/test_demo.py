"""`semdocker demo` through real terminals: an instructor who clicks, errs, wanders off, and a second screen beside."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

from runner import lab
from runner.errors import UsageError
from runner.host import kernel, machine
from runner.keys import BACK, END, ENTER, ESCAPE, pressed
from runner.lab import typist
from runner.lab.notice import Notice
from runner.view.stage import KEYS
from runner.view.watch import ENTER as OTHER_SCREEN
from runner.view.watch import LEAVE as SAME_SCREEN
from tests.conftest import the_course

pytestmark = [pytest.mark.root, pytest.mark.timeout(300)]
CHECKOUT = Path(__file__).parent.parent
SEAT = "teacher"
ENVIRONMENT = {"TERM": "xterm-256color", "PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
PATIENCE = 40.0  # seconds


OPEN: list[Screen] = []  # a test that fails leaves none of them behind


class Screen:
    """A person's terminal with the program on it, and everything that it ever showed."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (24, 80)) -> None:
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "runner", "demo", "--seat", SEAT, *arguments],
            cwd=str(CHECKOUT),
            dimensions=size,
            timeout=PATIENCE,
            env=ENVIRONMENT,
        )
        self.terminal.delaybeforesend = None
        OPEN.append(self)
        self.all = b""
        self.screen = pyte.Screen(size[1], size[0])
        self._stream = pyte.ByteStream(self.screen)

    def read(self, seconds: float = 0.02) -> bool:
        """Take in what is shown; False at the end."""
        try:
            data = self.terminal.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.all += data
        self._stream.feed(data)
        return True

    def until(self, true: Callable[[], object], what: str = "") -> None:
        deadline = time.monotonic() + PATIENCE
        while not true():
            assert self.read() or true(), f"ended before {what}: {self.text()[-2000:]}"
            assert time.monotonic() < deadline, f"no {what}: {self.text()}"

    def sees(self, words: str) -> None:
        self.until(lambda: words in self.text(), words)

    def text(self) -> str:
        return " ".join(" ".join(self.screen.display).split())

    def end(self) -> int:
        deadline = time.monotonic() + PATIENCE
        while self.read(0.5):
            assert time.monotonic() < deadline, f"it does not end: {self.text()}"
        self.terminal.close()
        return int(self.terminal.exitstatus if self.terminal.exitstatus is not None else -self.terminal.signalstatus)


def on_screen(told: Notice) -> str:
    """The step that the class sees, which need not be the lesson's next one."""
    return str(told.stage.get("step", told.step))


class Instructor(Screen):
    """Gives a lesson; what the program tells the presenter view says where it is."""

    def __init__(self, *arguments: str, size: tuple[int, int] = (24, 80), pace: str = "--instant") -> None:
        super().__init__(*arguments, *([pace] if pace else []), size=size)

    @staticmethod
    def told() -> Notice | None:
        return lab.published(SEAT)

    def at(self, state: str, step: str | None = None) -> None:
        """Wait until the demo says that it is there."""

        def there() -> bool:
            told = self.told()
            return bool(told and told.stage and told.stage["state"] == state and step in (None, on_screen(told)))

        self.until(there, f"{state} {step}: {self.told()}")

    def press(self, key: str) -> None:
        self.terminal.send(key)

    def begin(self) -> None:
        self.at("opening")

    def does(self, step: str) -> None:
        """Type a step and run it."""
        self.press("\r")
        self.at("typed", step)
        self.press(" ")
        self.at("done", step)

    def goes_to(self, lesson: str, step: str) -> None:
        number = [found.id for found in the_course().lesson(lesson).steps].index(step) + 1
        self.press(f"g{number}\r")
        self.at("opened", step)

    def wanders(self, *lines: str) -> None:
        """The free shell and back."""
        self.press("f")
        self.sees("Ctrl-]")
        for line in lines:
            self.terminal.send(line)
            time.sleep(0.3)
            self.read()
        self.terminal.send("\x1d")
        self.until(lambda: "Ctrl-]" not in self.text(), "the lesson again")

    def leave(self) -> int:
        self.press("qq")
        return self.end()


@pytest.fixture(autouse=True)
def nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().terminal.close(force=True)
    if request.node.get_closest_marker("root"):
        with lab.seat_lock(SEAT, wait=20):
            assert not lab.journal_of(SEAT).exists()


# --- a whole course ---


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("language", "size"), [("pt", (24, 80)), ("en", (45, 160))])
def test_the_six_lessons_from_end_to_end(language: str, size: tuple[int, int], tmp_path: Path) -> None:
    """With a pause in each lesson, a free shell, two steps back and a skip; the recording plays back the same."""
    cast = tmp_path / "course.cast"
    started = time.monotonic()
    teacher = Instructor("--lang", language, "--record", str(cast), size=size)
    for lesson in the_course().lessons:
        _give(teacher, lesson.id)
        teacher.press("\x1b[6~")  # PageDown: the next lesson, or the end
    assert teacher.end() == 0
    print(f"\nsix lessons, {language}, {size[1]}x{size[0]}: {time.monotonic() - started:.0f} s")
    assert played(cast) == recorded(cast)
    again = pyte.Screen(size[1], size[0])
    pyte.Stream(again).feed(recorded(cast))
    assert again.display == teacher.screen.display


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
            teacher.wanders("exit\r", "exit\r")
            teacher.at("opened", steps[6].id)
        if (lesson, index) == ("rootfs", 3):
            teacher.press("b")
            teacher.at("opened", steps[3].id)
            teacher.press("\x1b[5~")  # PageUp
            teacher.at("opened", steps[2].id)
            teacher.goes_to(lesson, steps[6].id)
            for again in steps[6:8]:
                _step(teacher, lesson, again.id)
    teacher.press("\r")
    teacher.until(lambda: not teacher.told(), "rollback")
    teacher.until(lambda: "r " in teacher.text() and "Enter" in teacher.text(), "closing page")


def _step(teacher: Instructor, lesson: str, step: str) -> None:
    teacher.press("\r")
    teacher.at("typed", step)
    teacher.press(" ")
    teacher.until(lambda: (told := teacher.told()) and told.stage.get("state") in ("done", "failed"), step)
    told = teacher.told()
    if told and told.stage["state"] == "failed":
        assert step == "cpu-burn", teacher.text()  # a machine that is too busy does not let the loop reach its quota
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
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.press("\r")
    teacher.at("typed", "host-name")
    teacher.sees(":/# hostname")
    assert "✓" not in teacher.text()
    teacher.press("\r")
    teacher.at("done", "host-name")
    teacher.sees("✓ output and kernel: host")
    assert teacher.leave() == 0


def test_a_question_is_asked_before_and_answered_after() -> None:
    teacher = Instructor("rootfs", "--lang", "en")
    teacher.begin()
    teacher.press("\r")
    teacher.at("typed", "ingredients")
    teacher.sees("Guess before it runs.")
    assert "The machine answers" not in teacher.text()
    teacher.press("\r")
    teacher.sees("The machine answers:")
    teacher.leave()


def test_a_failure_on_purpose_is_shown_as_one() -> None:
    teacher = Instructor("unshare", "--lang", "en")
    teacher.begin()
    teacher.does("not-found")
    teacher.sees("✓ exit status: 127, failed as this step was meant to")
    teacher.leave()


def test_a_step_back_is_undone_for_real() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    for step in ("host-name", "host-inode", "pretend", "name-pretend"):
        teacher.does(step)
    told = teacher.told()
    assert told
    pretend = told.places["pretend"].pid
    assert re.search(rb"\d{6,} \xe2\x89\xa0 \d{6,}", teacher.all)
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
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.press("b")
    teacher.does("host-name")
    teacher.press("\r")
    teacher.at("typed", "host-inode")
    teacher.press("b")
    teacher.at("opened", "host-name")
    assert "readlink" not in teacher.text()
    teacher.does("host-name")
    teacher.leave()


def test_skipping_ahead_and_back_and_starting_again() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
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
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.goes_to("hostname", "prompt")
    teacher.press("\r")
    teacher.at("typed", "prompt")
    teacher.sees("""# h='\\h'; echo "this shell: ${h@P}"; bash -c""")
    teacher.leave()


# --- the free shell ---


@pytest.mark.parametrize("mischief", ["exit", "cd /tmp; hostname oops", "sleep 1000", "echo half of a li"])
def test_after_the_free_shell_the_lesson_goes_on_where_it_was(mischief: str) -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.goes_to("hostname", "rename")
    teacher.does("rename")
    teacher.wanders(mischief, "" if "half" in mischief else "\r")
    teacher.at("opened", "evidence")
    teacher.sees(":/#")
    told = teacher.told()
    assert told
    assert kernel.hostname(told.places["container"].pid) == "container-host"
    teacher.does("evidence")
    assert "half of a li" not in teacher.text()
    teacher.leave()


def test_looking_around_costs_nothing() -> None:
    """A lab in which nothing was broken is not made again."""
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    before = teacher.told()
    teacher.wanders("echo wo''rd\r")
    teacher.at("opened", "host-inode")
    after = teacher.told()
    assert b"word" in teacher.all
    assert before
    assert after
    assert before.places == after.places
    teacher.leave()


# --- keys ---

HARMLESS = [bytes([code]) for code in range(256) if chr(code).lower() not in "\r\n \x7f\x08\x04bgrfexkl.?q\x1b\x03"]
SEQUENCES = [b"\x1b[A", b"\x1b[B", b"\x1bOP", b"\x1b[15~", b"\x1b[1;5H", b"\x1b[M !!", b"\x1b[200~", b"\x1b", b"\x1b[Z"]


def test_no_wrong_key_does_anything() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    for key in [*HARMLESS, *SEQUENCES, b"\x03", b"\x1a", b"\x1c", b"\x13"]:
        teacher.terminal.send(key)
        teacher.read(0.001)
    teacher.at("done", "host-name")
    teacher.does("host-inode")
    assert teacher.leave() == 0


def test_the_pages_over_the_page() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    for key, words in (("?", "undone for real"), ("e", "changes nothing"), ("x", "X-ray"), ("q", "Leave?")):
        before = teacher.all.count(SAME_SCREEN.encode())
        teacher.press(key)
        teacher.sees(words)
        teacher.press("\x1b")
        teacher.until(lambda now=before: teacher.all.count(SAME_SCREEN.encode()) > now, "the page again")  # type: ignore[misc]
    teacher.press("k")
    teacher.until(lambda: teacher.all.endswith(OTHER_SCREEN.encode()), "nothing")
    teacher.press("\r")  # only light
    teacher.until(lambda: teacher.all.endswith(SAME_SCREEN.encode()), "the page again")
    teacher.at("done", "host-name")
    assert {key for row, _ in KEYS for key in row.split()} >= set("bgrfexkl.q")
    teacher.leave()


def test_the_other_language_and_back() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.press("l")
    teacher.sees("Lição 1 de 1")
    teacher.press("\r")
    teacher.at("typed")
    teacher.sees("passo 1 de 16")
    teacher.press("l")
    teacher.sees("step 1 of 16")
    teacher.does("host-name")
    teacher.leave()


def test_ctrl_c_goes_to_the_running_command_and_the_step_can_be_tried_again() -> None:
    teacher = Instructor("cgroups", "--lang", "en")
    teacher.begin()
    teacher.goes_to("cgroups", "cpu-burn")
    teacher.press("\r")
    teacher.at("typed", "cpu-burn")
    teacher.press("\r")
    teacher.at("running", "cpu-burn")
    time.sleep(0.4)
    teacher.terminal.sendintr()
    teacher.at("failed", "cpu-burn")
    teacher.sees("Enter starts afresh")
    teacher.press("\r")
    teacher.at("typed", "cpu-burn")
    teacher.press("b")
    teacher.at("opened", "cpu-limit")
    teacher.does("cpu-limit")
    teacher.leave()


def test_the_lab_follows_the_size_of_the_screen() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.terminal.setwinsize(30, 100)
    teacher.does("host-name")
    teacher.wanders("stty size\r")
    teacher.until(lambda: b"30 100" in teacher.all, "the size")
    teacher.at("opened", "host-inode")
    teacher.terminal.setwinsize(20, 70)
    teacher.press("r")
    teacher.at("opened", "host-name")
    teacher.wanders("stty size\r")
    teacher.until(lambda: b"20 70" in teacher.all, "the size of a fresh lab")
    teacher.leave()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("state", ["typed", "done"])
def test_death_leaves_nothing(number: int, state: str) -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.goes_to("hostname", "rename")
    teacher.press("\r")
    teacher.at("typed", "rename")
    if state == "done":
        teacher.press("\r")
        teacher.at("done", "rename")
    os.kill(teacher.terminal.pid, number)
    assert teacher.end() == {signal.SIGHUP: 129, signal.SIGTERM: 143, signal.SIGKILL: -9}[signal.Signals(number)]


def test_a_terminal_that_is_closed_leaves_nothing() -> None:
    teacher = Instructor("hostname", "--lang", "en")
    teacher.begin()
    teacher.does("host-name")
    teacher.terminal.close(force=False)


# --- typing ---


def test_characters_come_one_by_one_at_a_human_pace() -> None:
    teacher = Instructor("hostname", "--lang", "en", pace="--speed=25")
    teacher.begin()
    teacher.does("host-name")
    command = "readlink /proc/self/ns/uts"
    teacher.press("\r")
    teacher.sees("step 2 of 16")
    moments: list[tuple[float, int]] = []
    typed = -1
    while typed < len(command):
        teacher.read(0.001)
        line = next((line.rstrip() for line in teacher.screen.display if ":/#" in line), "")
        now = len(line.partition("# ")[2])
        if now != typed:
            moments.append((time.monotonic(), now))
            typed = now
    pace = (moments[-1][1] - moments[0][1]) / (moments[-1][0] - moments[0][0])
    print(f"\ntyping, 25 characters a second asked for: {pace:.1f} seen, in {len(moments)} pieces")
    assert len(moments) > len(command) / 2
    teacher.at("typed", "host-inode")
    teacher.leave()


def test_an_impatient_click_finishes_the_line_and_no_more() -> None:
    teacher = Instructor("hostname", "--lang", "en", pace="--speed=0.2")
    teacher.begin()
    teacher.press("\r")
    teacher.sees("# h")
    teacher.press("\r")
    teacher.at("typed", "host-name")
    assert "✓" not in teacher.text()
    teacher.leave()


def test_the_rhythm_is_human_and_keeps_the_pace() -> None:
    text = "unshare -p -m -u -i -f --kill-child -R /containers/teste --mount-proc /bin/bash"
    waits = list(typist.pauses(text, 20.0))
    assert "".join(character for character, _ in waits) == text
    assert len({round(seconds, 4) for _, seconds in waits}) > 8
    mean = sum(seconds for _, seconds in waits) / len(waits)
    assert 0.8 / 20 < mean < 1.4 / 20


def test_speeds() -> None:
    assert typist.pace("") == typist.PACE
    assert typist.pace("30") == 30.0
    assert typist.pace("2x") == 2 * typist.PACE
    assert typist.pace("0,5x") == 0.5 * typist.PACE
    for wrong in ("0", "-3", "fast", "x", "nan"):
        with pytest.raises(UsageError):
            typist.pace(wrong)


def test_a_terminal_is_described_by_its_name_and_by_nothing_else() -> None:
    assert machine.terminfo("xterm").startswith("b64:")
    for name in ("", "dumb", "../../../etc/passwd", "x/../../../etc/passwd", "no-such-terminal"):
        assert machine.terminfo(name) == ""


def test_keys() -> None:
    assert pressed(b"\r \n\x1b[6~\x1b[C\x1bOC") == [ENTER] * 6
    assert pressed(b"b\x1b[5~\x1b[D\x7f") == [BACK] * 4
    assert pressed(b"\x04") == pressed(b"") == [END]
    assert pressed("é?\x1b[15~\x1b".encode()) == ["é", "?", ESCAPE, ESCAPE]


# --- rehearsal ---


def rehearse(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "runner", "demo", "--seat", SEAT, *arguments],
        cwd=CHECKOUT,
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_autoplay_needs_no_terminal() -> None:
    done = rehearse("hostname", "chroot", "--autoplay", "0", "--lang", "pt")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert "\x1b" not in done.stdout
    assert done.stdout.count("igual (") == 2
    assert "A máquina responde:" in done.stdout


def test_autoplay_on_a_terminal_types_and_goes_on_by_itself() -> None:
    teacher = Instructor("hostname", "--lang", "en", "--autoplay=0.05")
    teacher.begin()
    assert teacher.end() == 0
    assert teacher.all.count(b"step ") >= 16


def test_ctrl_c_ends_a_rehearsal_clean() -> None:
    teacher = Instructor("hostname", "--lang", "en", "--autoplay", "0.3")
    teacher.begin()
    teacher.at("done")
    teacher.terminal.sendintr()
    assert teacher.end() == 130


def test_without_a_terminal_nobody_is_asked() -> None:
    done = rehearse("hostname", "--lang", "en")
    assert done.returncode == 2
    assert "--autoplay" in done.stderr


def test_plain_mode_reads_lines_and_shows_no_escape() -> None:
    teacher = Instructor("hostname", "--lang", "en", "--plain")
    teacher.begin()
    teacher.press("\r")
    teacher.at("typed", "host-name")
    teacher.sees("host # hostname")
    teacher.press("\r")
    teacher.at("done", "host-name")
    teacher.sees("OK: output and kernel")
    teacher.press("g\r")
    teacher.sees("Go to step")
    teacher.press("3\r")
    teacher.at("opened", "pretend")
    teacher.press("q\r")
    teacher.sees("Leave?")
    teacher.press("q\r")
    assert teacher.end() == 0
    assert b"\x1b" not in teacher.all


# --- the presenter view ---


def test_the_presenter_view_follows_within_a_second() -> None:
    teacher = Instructor("hostname", "--lang", "pt")
    teacher.begin()
    beside = Screen("--notes", "--lang", "en", size=(40, 100))
    beside.sees("first page")
    beside.sees("of 15 min")
    beside.sees("Next: What is this machine called?")
    teacher.press("\r")
    teacher.at("typed", "host-name")
    took = [_seen(beside, "typed, waits for you")]
    teacher.press("\r")
    teacher.at("done", "host-name")
    took.append(_seen(beside, "step 1 of 16 · done · checks 1/1"))
    beside.sees("Next: The drawer that holds the name")
    beside.sees("readlink /proc/self/ns/uts")
    teacher.press(".")
    teacher.until(lambda: (told := teacher.told()) and told.stage["blank"], "blank")
    took.append(_seen(beside, "THE SCREEN IS BLANK"))
    teacher.press(".")
    teacher.goes_to("hostname", "rename")
    took.append(_seen(beside, "step 12 of 16 · not typed yet"))
    print("\npresenter view, seconds until it follows:", ", ".join(f"{seconds:.2f}" for seconds in took))
    assert sorted(took)[1] < 1.0
    assert "Next:" not in teacher.text()
    teacher.leave()
    assert beside.end() == 0
    assert b"The demo has ended." in beside.all


def _seen(screen: Screen, words: str) -> float:
    started = time.monotonic()
    screen.sees(words)
    return time.monotonic() - started


def test_the_presenter_view_in_plain_is_a_block_for_each_change() -> None:
    teacher = Instructor("hostname", "--lang", "pt")
    teacher.begin()
    beside = Screen("--notes", "--lang", "pt", "--plain")
    beside.sees("primeira página · 16 passos")
    teacher.does("host-name")
    beside.sees("feito · verificações 1/1")
    teacher.leave()
    beside.end()
    assert b"\x1b" not in beside.all
    assert 2 <= beside.all.count(b"4 \xc2\xb7 Um nome") <= 4


def test_without_a_demo_there_is_nothing_to_present() -> None:
    done = rehearse("--notes", "--lang", "en")
    assert done.returncode == 1
    assert "semdocker demo" in done.stderr


# --- what recordings are compared with ---


def recorded(cast: Path) -> str:
    import json

    head, *events = map(json.loads, cast.read_text().splitlines())
    assert head["version"] == 2
    assert [time for time, *_ in events] == sorted(time for time, *_ in events)
    return "".join(data for _, kind, data in events if kind == "o")


def played(cast: Path) -> str:
    """The recording as asciinema plays it, as fast as it can."""
    program = [sys.executable, "-m", "asciinema", "play", "--speed", "100000", str(cast)]
    home = {"ASCIINEMA_CONFIG_HOME": str(cast.parent)}
    player = pexpect.spawn(program[0], program[1:], env=ENVIRONMENT | home, timeout=60, encoding="utf-8")
    shown = player.read()
    player.close()
    assert player.exitstatus == 0, shown
    return re.sub("\r+\n", "\r\n", str(shown))
