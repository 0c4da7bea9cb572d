"""`semdocker shell`: it opens a shell in the live lab, or in a container there, from a second terminal."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from runner.host import cgroups, kernel, kernel_files, login
from runner.host.kernel import Identity
from runner.lab import lab, onlooker, processes, prompt, seal, seats, steward, visitors
from runner.lab.published_state import HOST, Notice
from runner.messages import place_names
from runner.messages.catalog import text
from runner.records.errors import ExitStatus, Unfit, UsageError
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose_face import at_terminal, choose_face
from runner.verbs.parameters import Action, Lang, PlainFlag, SeatName, merged
from runner.verbs.sudo import need_root

NOT_STARTED = (126, 127)  # exit statuses of nsenter when it cannot start bash
REFUSED = "refused"  # what is told in the place of an exit status
TOGETHER = 0.5  # seconds in which the lab's own shell ends, when the whole lab is killed


def command(
    context: typer.Context,
    *,
    seat: SeatName,
    place: Annotated[
        str, typer.Option("--in", metavar=text("help.PLACE"), help=text("help.in"), show_default=False)
    ] = "",
    look: Annotated[bool, typer.Option("--look", help=text("help.look"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    return partial(shell, merged(context, plain=plain)._replace(seat=seat, place=place), looks=look)


def shell(options: Options, *, looks: bool) -> ExitStatus:
    """Run a bash in the lab until it ends; who only `looks` can change nothing there. Raises RunnerError without a live
    lab, UsageError without a terminal.
    """
    if not at_terminal():
        raise UsageError("shell-terminal")
    need_root(options)
    place = options.place or HOST
    notice = seats.published(options.seat)
    if notice is None:
        raise seats.no_lab(options.seat)
    place_names.know(notice.names)
    process = _process(notice, place)
    if shutil.which("nsenter") is None and not looks:
        raise Unfit("no-tool", name="nsenter", package="util-linux")
    face = choose_face(sys.stdout, plain=options.plain)
    face.say(text("shell.looks" if looks else "shell.joined", place=place_names.shown(place)), "dim")
    with _terminal_kept():
        if looks:
            status = _look(process, notice, options.seat, place)
        else:
            status = _visit(notice, process, place, _environment(options.seat, notice.shell, place))
    if not kernel.alive(process):
        face.gap()
        face.say(text("xray.ended") if place == HOST else text("shell.ended", place=place_names.shown(place)), "dim")
    return ExitStatus.FAILED if status in NOT_STARTED else ExitStatus.OK


def _visit(notice: Notice, process: Identity, place: str, environment: Mapping[str, str]) -> int:
    """Run the bash and return its exit status. Raises Unfit when it may not be what the lab's own shells are."""
    # The lab differs from the machine by these; a container, by whatever it was given besides.
    where = ["--mount", "--net", "--ipc", "--cgroup"] if place == HOST else ["--all", "--root", "--wd"]
    words = ["nsenter", "--target", str(process.pid), *where, "--", *lab.SHELL]
    told = steward.hear(partial(_wait_for, words, environment, partial(_become_one_of, process, notice.shell)))
    if told == REFUSED:
        raise Unfit("shell-refused", place=place_names.shown(place))
    status, ended = int(told or -signal.SIGKILL), time.monotonic()
    while status < 0 and kernel.alive(process) and time.monotonic() < ended + TOGETHER:
        time.sleep(processes.PAUSE)
    return status


def _wait_for(words: Sequence[str], environment: Mapping[str, str], become: Callable[[], None], tell: int) -> None:
    try:
        told = str(subprocess.Popen(words, env=environment, preexec_fn=become).wait())  # noqa: PLW1509 -- no threads here
    except subprocess.SubprocessError:
        told = REFUSED
    os.write(tell, told.encode())


def _look(process: Identity, notice: Notice, seat: str, place: str) -> int:
    """Run the bash of somebody who only looks, and let the student know. Raises Unfit on a kernel that cannot do it."""
    tag = text("shell.looking", place=place_names.shown(place), seat=seat)
    variables = {**lab.base_environment(os.environ.get("TERM", "dumb")), "PS1": f"[{tag}] \\w\\$ "}
    try:
        visitors.enter(seat, login.person().name)
        return onlooker.look(process, partial(_join_groups, notice.shell, notice.shell), lab.SHELL, variables)
    except OSError as error:
        key = "look-too-old" if error.errno == errno.ENOSYS else "look-failed"
        raise Unfit(key, detail=error.strerror or str(error)) from error


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """Put the terminal back. A killed shell leaves it in line-editing mode, and its own group in the foreground."""
    with keys.kept(0):
        try:
            yield
        finally:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, os.getpgrp())
            with suppress(termios.error):  # the terminal is gone
                keys.forget()  # what a program in there may have typed for us (TIOCSTI, ioctl_tty(2))


def _process(notice: Notice, place: str) -> Identity:
    """Return the shell or program of that name in the lab. Raises UsageError when nobody has it."""
    programs = {name: program for name, program in notice.programs.items() if kernel.alive(program)}
    known = {**notice.places, **programs}
    if place not in known:
        raise UsageError("no-place", name=place, known=", ".join(known))
    return known[place]


def _become_one_of(process: Identity, host: Identity) -> None:
    """Be no more than the lab's own shells are: in their groups, and without what they lack. Raises OSError."""
    _join_groups(process, host)
    seal.forgo_the_machine()


def _join_groups(process: Identity, host: Identity) -> None:
    """Move this process into the control groups of that shell. So it has the same limits, and rollback finds it.

    Where a group refuses, or goes at that moment, the group of the lab's own shell has to do: outside of all of them
    nothing would keep this process from the machine's devices.
    """
    tree = cgroups.read()
    inner, outer = cgroups.of(process.pid, tree), cgroups.of(host.pid, tree)
    if not (inner and outer and kernel.alive(process) and kernel.alive(host)):
        raise OSError(errno.ESRCH, os.strerror(errno.ESRCH))  # What has their numbers now may be anybody's.
    for top, path in inner.items():
        try:
            _join(top, path)
        except OSError:
            _join(top, outer[top])


def _join(top: Path, path: str) -> None:
    kernel_files.write(top / path.lstrip("/") / "cgroup.procs", str(os.getpid()))


def _environment(seat: str, first: Identity, place: str) -> dict[str, str]:
    told = prompt.environment(first.pid, place="" if place == HOST else place_names.shown(place))
    told["PS1"] = told["PS1"].replace("]", f", {seat}]")  # the seat, since this window shows no lesson
    return {**lab.base_environment(os.environ.get("TERM", "dumb")), **told}
