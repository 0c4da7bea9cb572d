"""The x-ray of real labs, the notice that lets other terminals find them, and the shell that joins them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pexpect
import pyte
import pytest

from runner.engine import run_values
from runner.engine.lesson_run import LessonRun, silent
from runner.host import cgroups, kernel
from runner.host.kernel import Identity
from runner.lab import bulletin, locks, seats, xray
from runner.lab.bulletin import Notice
from runner.lab.terminal import STYLES
from runner.lab.xray import Fact, Group, Mounted, Process, XRay
from runner.messages import language
from runner.records.course import Course
from runner.screen.colour import Colour
from runner.screen.plain import Plain
from runner.screen.watch import _repaint
from runner.screen.xray_page import page

root = pytest.mark.root
SEAT = "xray"
SEMDOCKER = [sys.executable, "-m", "runner", "--lang", "en"]
ROOT = Path(__file__).parents[2]
Begin = Callable[[str, str], LessonRun]


@pytest.fixture
def begin(course: Course) -> Iterator[Begin]:
    """Does a lesson up to a step, on a seat of its own; the machine is put back afterwards."""
    with ExitStack() as stack:
        lock = stack.enter_context(seats.hold(SEAT, wait=60))
        port = stack.enter_context(seats.own_port(8080))

        def start(lesson: str, last: str) -> LessonRun:
            run = LessonRun(course, course.lesson(lesson), run_values.for_seat(course, SEAT, port, {}), SEAT, lock)
            stack.callback(run.finish)
            run.start()
            for step in run.lesson.steps:
                assert run.perform(step, silent).outcome == "passed", step.id
                if step.id == last:
                    break
            return run

        yield start


def type_(run: LessonRun, command: str, new_shell: bool = False) -> None:
    run.lab.terminal.run(command, timeout=10, limit=65536, emit=silent, new_shell=new_shell)


def taken() -> XRay:
    found = xray.take(SEAT)
    assert found is not None
    return found


def fact(found: XRay, name: str) -> Fact:
    return next(fact for fact in found.facts if fact.name == name)


def semdocker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*SEMDOCKER, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


def terminal(*arguments: str) -> pexpect.spawn:
    environ = {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
    command = [*SEMDOCKER, *arguments]
    return pexpect.spawn(
        command[0], command[1:], cwd=ROOT, env=environ, dimensions=(30, 80), encoding="utf-8", timeout=20
    )


# --- what the lab tells -----------------------------------------------------------------------


@root
def test_a_live_lab_is_found_from_outside_and_its_file_goes_with_it(begin: Begin) -> None:
    run = begin("hostname", "enter")
    found = seats.published(SEAT)
    assert found is not None
    assert (found.lesson, found.mount, found.shell) == ("hostname", run.lab.mount, run.lab.shell)
    assert list(found.places) == ["host", "container"]  # the shells that were left are not named any more
    assert bulletin.path(SEAT).stat().st_mode & 0o777 == 0o600
    assert run.finish().clean
    assert not bulletin.path(SEAT).exists()
    assert seats.published(SEAT) is None


@root
def test_a_stale_notice_is_harmless() -> None:
    """Left by a power cut: nobody holds the seat, its processes are gone, or other processes have their PIDs."""
    me = kernel.identity(os.getpid())
    assert me is not None
    reused = Identity(me.pid, me.start + 1)
    with seats.hold(SEAT, wait=60):
        bulletin.post(SEAT, Notice("unshare", "semdocker-00000000", {"host": me, "container": reused}))
        left = bulletin.path(SEAT).read_bytes()
        found = seats.published(SEAT)
        assert found is not None
        assert found.places == {"host": me}
        bulletin.post(SEAT, Notice("unshare", "semdocker-00000000", {"host": reused}))
        assert seats.published(SEAT) is None
        for broken in (b"", b"[]", b"{", b'{"schema": "semdocker/seat/2"}', b'{"schema": "semdocker/seat/1"}'):
            bulletin.path(SEAT).write_bytes(broken)
            assert seats.published(SEAT) is None
    assert not bulletin.path(SEAT).exists()
    locks.RUN.mkdir(mode=0o700, exist_ok=True)
    bulletin.path(SEAT).write_bytes(left)
    try:
        assert seats.published(SEAT) is None  # nobody holds the seat
    finally:
        with seats.hold(SEAT, wait=60):
            pass
    assert not bulletin.path(SEAT).exists()


# --- facts ------------------------------------------------------------------------------------


@root
def test_the_container_beside_the_host(begin: Begin) -> None:
    run = begin("hostname", "rename")
    type_(run, "sleep 4790 &")
    type_(run, "sleep 0.2")
    found = taken()
    assert (found.seat, found.lesson, found.place) == (SEAT, "hostname", "container")
    assert fact(found, "hostname") == Fact("hostname", "container-host", os.uname().nodename, "different")
    assert fact(found, "root") == Fact("root", "/containers/teste", "/", "different")
    different = {kind for kind in kernel.NAMESPACES if fact(found, f"namespace.{kind}").compared == "different"}
    assert different == {"pid", "mnt", "uts", "ipc"}
    assert fact(found, "links").compared == "same"
    assert fact(found, "namespace.pid").inside == kernel.namespace(found.pid, "pid")
    assert found.processes[0] == Process(1, found.pid, 0, "/bin/bash")
    (sleeper,) = found.processes[1:]
    assert (sleeper.depth, sleeper.command) == (1, "sleep 4790")
    assert kernel.nested_pids(sleeper.host)[-1] == sleeper.inside
    mounts = {mount.point: mount for mount in found.mounts}
    assert mounts["/proc"] == Mounted("/proc", "proc", False)
    assert mounts["/sys"].shared


@root
def test_limits_use_and_events(begin: Begin) -> None:
    begin("cgroups", "out-of-memory")
    groups = {group.controller: group for group in taken().groups}
    assert set(groups) == {"cpu", "memory", "pids"}
    assert {group.path for group in groups.values()} == {f"/container-{SEAT}"}
    assert groups["cpu"].limit == "50000 100000"
    assert (groups["cpu"].events["throttled"] or 0) >= 1
    memory = groups["memory"]
    assert memory.limit == str(64 << 20)
    assert memory.events["oom_kills"] == 1
    assert memory.use and memory.peak and memory.use < memory.peak <= 64 << 20
    assert memory.share is not None
    assert 0 < memory.share < 1
    assert (groups["pids"].limit, groups["pids"].use) == ("20", 2)  # bash, and the unshare that waits for it


@root
def test_a_shell_that_no_step_entered_is_seen_too(begin: Begin) -> None:
    run = begin("rootfs", "tree")
    assert taken().place == "host"
    assert fact(taken(), "namespace.mnt").compared == "different"
    assert [process.host for process in taken().processes] == [run.lab.shell.pid]
    type_(run, "unshare -u /bin/bash --norc", new_shell=True)
    type_(run, "hostname mine")
    found = taken()
    assert (found.place, fact(found, "hostname").inside) == ("terminal", "mine")
    type_(run, "exit")
    assert taken().place == "host"


def test_use_is_read_from_the_files_of_either_version(tmp_path: Path) -> None:
    files = {"cpu.stat": "usage_usec 7\nnr_throttled 1\n", "memory.current": "5\n", "pids.current": "3\n"}
    for name, content in {**files, "cpuacct.usage": "2999\n", "memory.usage_in_bytes": "6\n"}.items():
        (tmp_path / name).write_text(content)
    controllers = ("cpu", "memory", "pids")
    assert [cgroups.use(tmp_path, name, "v2") for name in controllers] == [7, 5, 3]
    assert [cgroups.use(tmp_path, name, "v1") for name in controllers] == [2, 6, 3]
    assert cgroups.use(tmp_path, "memory", "v2", "peak") is None
    assert cgroups.use(tmp_path, "cpu", "v2", "peak") is None
    assert cgroups.use(tmp_path / "gone", "cpu", "v2") is None


# --- on the screen ----------------------------------------------------------------------------

GROUP = Group("memory", "v2", "/container", str(64 << 20), 36909875, 64 << 20, {"oom_kills": 1})
FOUND = XRay(
    "default",
    "cgroups",
    "container",
    4711,
    (Fact("hostname", "inside", "outside", "different"), Fact("namespace.pid", None, 12, "unknown")),
    (Process(1, 4711, 0, "/bin/bash"), Process(None, 4712, 1, "evil \x1b[2J"), *[Process(9, 9, 1, "x")] * 20),
    (Mounted("/proc", "proc", False), Mounted("/sys", "sysfs", True)),
    (GROUP, replace(GROUP, controller="cpu", limit="max 100000", use=2_040_000, peak=None, events={"throttled": None})),
)


def colour(width: int = 80) -> tuple[Colour, io.StringIO]:
    stream = io.StringIO()
    return Colour(stream, force_terminal=True, width=width, height=24, _environ={"TERM": "xterm"}), stream


def test_both_faces_say_the_same_numbers() -> None:
    language.install("en")
    plain = io.StringIO()
    page(Plain(plain), FOUND)
    rich, screen = colour()
    page(rich, FOUND)
    for stream in (plain, screen):
        shown = " ".join(stream.getvalue().split())
        assert "\x1b[2J" not in shown
        for words in (
            "35.2 MiB of 64 MiB (55%) · peak 64 MiB · OOM kills: 1",
            "no limit · 2 s used",
            "/sys (sysfs, from",
        ):
            assert words in shown
        for words in ("“container”", "and 10 more processes", "different", "unknown", "cgroup /container (v2)"):
            assert words in shown
    assert "█████░░░░░" in STYLES.sub("", screen.getvalue())
    assert not {"█", "░", "\x1b"} & set(plain.getvalue())


def test_portuguese_numbers_and_a_bar_without_unicode() -> None:
    language.install("pt")
    buffer = io.BytesIO()
    ascii_only = io.TextIOWrapper(buffer, encoding="ascii")
    page(Colour(ascii_only, force_terminal=True, width=80, _environ={"TERM": "xterm"}), FOUND)
    ascii_only.flush()
    shown = STYLES.sub("", buffer.getvalue().decode())
    language.install("en")
    assert "35,2 MiB de 64 MiB (55%)" in shown
    assert "#####....." in shown


def test_a_small_window_loses_blank_lines_then_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    language.install("en")
    for lines in (40, 24, 10):
        monkeypatch.setattr("shutil.get_terminal_size", lambda *_, size=lines, **__: os.terminal_size((80, size)))
        screen = pyte.Screen(80, lines)
        stream = io.StringIO()
        for _ in range(2):
            _repaint(stream, lambda face: page(face, FOUND))
        pyte.Stream(screen).feed(stream.getvalue())
        assert "X-ray" in screen.display[0]
        assert ("a taller window" in screen.display[lines - 2]) == (lines < 24)


# --- the verbs --------------------------------------------------------------------------------


@root
def test_json(begin: Begin) -> None:
    begin("hostname", "rename")
    document = json.loads(semdocker("xray", "--seat", SEAT, "--json").stdout)
    assert set(document) == {"schema", "seat", "lesson", "place", "pid", "facts", "processes", "mounts", "groups"}
    assert document["schema"] == "semdocker/xray/1"
    assert {"name": "hostname", "inside": "container-host", "host": os.uname().nodename, "compared": "different"} in (
        document["facts"]
    )
    assert document["processes"][0]["inside"] == 1


@root
def test_without_a_lab_it_is_said() -> None:
    for verb in (["xray"], ["xray", "--watch"], ["xray", "--json"]):
        done = semdocker(*verb, "--seat", "nobody-here")
        assert (done.returncode, done.stdout) == (1, "")
        assert "No lab is live on seat nobody-here" in done.stderr


@root
def test_watching_in_place_until_ctrl_c(begin: Begin) -> None:
    begin("hostname", "rename")
    watching = terminal("xray", "--seat", SEAT, "--watch", "0.2")
    screen = pyte.Screen(80, 30)
    stream = pyte.Stream(screen)
    for _ in range(3):
        watching.expect_exact("\x1b[J")
        stream.feed(watching.before + watching.after)
    shown = "\n".join(screen.display)
    assert shown.count("X-ray · “container”") == 1
    assert "container-host" in shown
    assert "Looked at again every 0.2 s" in shown
    watching.sendintr()
    watching.expect(pexpect.EOF)
    assert "Traceback" not in watching.before
    assert "\x1b[?25h\x1b[?1049l" in watching.before  # the terminal is as it was
    watching.close()
    assert watching.exitstatus == 130


@root
@pytest.mark.parametrize("form", ["--plain", "--json"])
def test_watching_by_blocks_until_the_lab_ends(begin: Begin, form: str) -> None:
    run = begin("hostname", "enter")
    watching = subprocess.Popen(
        [*SEMDOCKER, "xray", "--seat", SEAT, "--watch", "0.2", form], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert watching.stdout is not None
    first = watching.stdout.readline()
    run.perform(run.lesson.step("rename"), silent)
    time.sleep(0.5)
    assert run.finish().clean
    rest = watching.stdout.read()
    watching.stdout.close()
    assert watching.wait(20) == 0
    assert "\x1b" not in first + rest
    assert "container-host" in rest
    if form == "--json":
        assert all(json.loads(line)["place"] == "container" for line in [first, *rest.splitlines()])
    else:
        assert (first + rest).count("X-ray · “container”") >= 2
        assert rest.endswith("The lab has ended.\n")


def joined(*arguments: str) -> tuple[pexpect.spawn, int]:
    """A second terminal in the lab, and the PID of its bash on the host."""
    second = terminal("shell", "--seat", SEAT, *arguments)
    second.expect(rf"lab {SEAT}\) [^\n]*# ")
    second.sendline("echo at=$$")
    second.expect(r"at=(\d+)\r")
    inside = int(second.match[1])
    family = [second.pid, *kernel.descendants(second.pid)]
    return second, next(pid for pid in family if kernel.nested_pids(pid)[-1] == inside)


@root
def test_a_second_terminal_joins_and_ends_with_the_lab(begin: Begin) -> None:
    run = begin("hostname", "rename")
    second, pid = joined()
    assert kernel.namespace(pid, "mnt") == kernel.namespace(run.lab.shell.pid, "mnt")
    second.sendline("ls /containers/teste && hostname")
    second.expect_exact("bin")
    second.expect_exact(os.uname().nodename)
    assert pid in run.lab.processes()
    assert run.finish().clean
    second.expect_exact("The lab has ended.")
    second.expect(pexpect.EOF)
    second.close()
    assert kernel.stat(pid) is None


@root
def test_a_second_terminal_in_the_container(begin: Begin) -> None:
    run = begin("cgroups", "inside")
    container = run.lab.places["container"].pid
    second, pid = joined("--in", "container")
    for kind in kernel.NAMESPACES:
        assert kernel.namespace(pid, kind) == kernel.namespace(container, kind), kind
    assert kernel.root(pid) == kernel.root(container)
    tree = cgroups.read()
    assert cgroups.of(pid, tree) == cgroups.of(container, tree)  # the limits hold for it too
    assert pid in run.lab.processes()
    assert pid in {process.host for process in taken().processes}
    assert run.finish().clean
    second.expect_exact("“container” has ended.")
    second.expect(pexpect.EOF)
    second.close()
    assert kernel.stat(pid) is None


@root
def test_leaving_the_second_terminal_leaves_the_lab_alone(begin: Begin) -> None:
    run = begin("hostname", "enter")
    second, _ = joined("--in", "container")
    second.sendline("exit")
    second.expect(pexpect.EOF)
    second.close()
    assert second.exitstatus == 0
    assert run.perform(run.lesson.step("rename"), silent).outcome == "passed"


@root
def test_a_place_where_nobody_is(begin: Begin) -> None:
    begin("hostname", "host-name")
    second = terminal("shell", "--seat", SEAT, "--in", "container")
    second.expect_exact("Nobody is in “container” now. There are: host.")
    second.expect(pexpect.EOF)
    second.close()
    assert second.exitstatus == 2


def test_a_shell_needs_a_terminal() -> None:
    done = semdocker("shell", "--seat", SEAT)
    assert (done.returncode, done.stderr) == (2, "semdocker: “semdocker shell” needs a terminal.\n")
