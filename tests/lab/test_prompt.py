"""The prompt: whatever shell is opened, by the lesson or by the student, it tells the world that it is in."""

from __future__ import annotations

import select

import pytest

from runner.engine.lab_run import silent
from runner.lab.command import STYLES
from runner.lab.terminal import Terminal
from runner.messages import language
from tests.conftest import Begin

pytestmark = pytest.mark.root

ROOT = "/containers/teste"
SHELLS = {
    "true": "host",
    "bash": "host",
    "env -i bash": "host",
    "bash -u": "host",
    "env -i bash --login": "host",
    "su -": "host",
    "su --shell /bin/bash nobody": "host",
    f"chroot {ROOT} /bin/bash": "chroot",
    "unshare --uts bash --norc": "container",
    "unshare --mount bash": "container",
    "unshare --net bash": "container",
    "unshare --user --map-root-user bash": "container",
    "unshare --pid --fork bash": "container",
    "unshare --pid --fork --mount-proc bash": "container",
    f"unshare -p -m -u -i -f --kill-child -R {ROOT} --mount-proc /bin/bash": "container",
    f"unshare -p -f -R {ROOT} /bin/bash": "container",
    "unshare --uts chroot / /bin/bash": "container",
}


def prompt(terminal: Terminal, command: str) -> str:
    """Type a command that ends or starts a shell, and return the last line of the screen: the prompt after it."""
    terminal.run(command, timeout=10, limit=65536, emit=silent, new_shell=True)
    shown: list[bytes] = []
    while select.select([terminal.master], [], [], 0.1)[0]:
        terminal.pump()
    terminal.drain(shown.append)
    return STYLES.sub("", b"".join(shown).decode()).rpartition("\n")[2]


@pytest.mark.parametrize(("command", "world"), SHELLS.items())
def test_a_prompt_tells_its_world(begin: Begin, command: str, world: str) -> None:
    terminal = begin("unshare", "not-found").lab.spare_terminal()
    assert prompt(terminal, command).startswith(f"[{world}] ")
    if command != "true":
        assert prompt(terminal, "bash").startswith(f"[{world}] "), "a shell inside that one"
        terminal.run("exit", timeout=10, limit=65536, emit=silent)
        assert prompt(terminal, "exit").startswith("[host] ")


def test_with_the_machines_proc_a_chroot_is_told_from_a_container(begin: Begin) -> None:
    terminal = begin("unshare", "old-proc").lab.spare_terminal()
    assert prompt(terminal, f"chroot {ROOT} /bin/bash").startswith("[chroot] ")
    prompt(terminal, "exit")
    assert prompt(terminal, f"unshare --uts --root={ROOT} /bin/bash").startswith("[container] ")


def test_who_escapes_from_a_chroot_is_on_the_host(begin: Begin) -> None:
    run = begin("chroot", "escape")
    assert prompt(run.current_terminal, "true").startswith("[host] ")


def test_a_shell_that_cannot_tell_says_so(begin: Begin) -> None:
    terminal = begin("hostname", "host-name").lab.spare_terminal()
    terminal.write(b"exec sh\n")
    seen = b""
    while b"[?]" not in seen:
        assert select.select([terminal.master], [], [], 10)[0], seen
        terminal.pump()
        seen += b"".join(event for event in terminal.events() if isinstance(event, bytes))
    assert b"[host]" not in seen.rpartition(b"exec sh")[2]


def test_a_prompt_uses_up_no_pid(begin: Begin) -> None:
    terminal = begin("hostname", "host-name").lab.spare_terminal()
    prompt(terminal, "unshare --pid --fork --mount-proc bash --norc")
    for _ in range(3):
        prompt(terminal, "true")
    shown = terminal.run("sh -c 'echo $$'", timeout=10, limit=1000, emit=silent).output
    assert shown == "2\n"


def test_on_a_terminal_for_one_place_shells_go_by_its_name(begin: Begin) -> None:
    """Three containers side by side must not look alike."""
    lab = begin("unshare", "not-found").lab
    terminals = {place: lab.spare_terminal(place) for place in ("cafe", "world")}
    for place, terminal in terminals.items():
        for command in ("unshare --pid --fork --mount-proc bash", f"chroot {ROOT} /bin/bash"):
            assert prompt(terminal, command).startswith(f"[{place}] ")
            assert prompt(terminal, "exit").startswith("[host] ")
        assert prompt(terminal, "env -i unshare --uts /bin/bash --norc").startswith(f"[{place}] ")


@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
def test_in_portuguese_prompts_say_it_in_portuguese(begin: Begin, locale: str) -> None:
    """Without the locale readline takes bytes for columns, and is told which of them take none."""
    language.install("pt")
    try:
        lab = begin("network", "only-lo").lab
        cafe = lab.spare_terminal("cafe")
        for terminal, command, world in (
            (lab.spare_terminal(), "unshare --uts bash", "contêiner"),
            (cafe, "unshare --net bash", "café"),
        ):
            prompt(terminal, f"export LC_ALL={locale}")
            assert prompt(terminal, command).startswith(f"[{world}] ")
            shown = terminal.run('printf %q "$_world"', timeout=10, limit=1000, emit=silent).output
            assert ("\\001" in shown) == (locale == "C"), shown
    finally:
        language.install("en")


@pytest.mark.parametrize(
    ("lesson", "last", "places"),
    [
        ("hostname", "enter-without-u", ("leaky", "pretend")),
        ("user-namespaces", "container", ("container", "user")),
        ("capabilities", "reborn", ("reborn", "ours")),
        ("chroot", "enter", ("jail",)),
    ],
)
def test_in_a_place_inside_another_each_shell_goes_by_the_name_of_its_own(
    begin: Begin, lesson: str, last: str, places: tuple[str, ...]
) -> None:
    """The prompt says the names that the lesson says, also of a user who is not root, and of the student's own bash."""
    terminal = begin(lesson, last).lab.terminal_of(places[0])
    for place in places:
        assert prompt(terminal, "true").startswith(f"[{place}] ")
        assert prompt(terminal, "bash").startswith(f"[{place}] ")
        assert prompt(terminal, "exec bash").startswith(f"[{place}] ")
        assert prompt(terminal, "exit").startswith(f"[{place}] ")
        outside = prompt(terminal, "exit")
    assert outside.startswith("[host] ")


def test_of_several_places_inside_another_none_gives_its_name(begin: Begin) -> None:
    lab = begin("unshare", "not-found").lab
    terminal = lab.spare_terminal("cafe", "")
    assert prompt(terminal, "unshare --uts bash").startswith("[cafe] ")
    assert prompt(terminal, "unshare --ipc bash").startswith("[container] ")
