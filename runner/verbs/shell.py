"""`semdocker shell`: a second terminal joins the live lab, or a container in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Annotated

import typer

from runner.host import cgroups, kernel, syscalls
from runner.host.kernel import Identity
from runner.lab import lab, processes, seats
from runner.lab.bulletin import HOST
from runner.messages.sentences import text
from runner.records.errors import ExitStatus, RunnerError, Unfit, UsageError
from runner.records.options import Options
from runner.screen import keys
from runner.screen.choose import at_terminal, choose_face
from runner.verbs.parameters import Action, Lang, PlainFlag, SeatName, merged
from runner.verbs.sudo import need_root

NOT_STARTED = (126, 127)  # exit statuses of nsenter when there is no bash to run
PATIENCE = 1.0  # seconds for what was killed with the lab to be reaped


def command(
    context: typer.Context,
    *,
    seat: SeatName = "default",
    place: Annotated[
        str, typer.Option("--in", metavar=text("help.PLACE"), help=text("help.in"), show_default=False)
    ] = "",
    lang: Lang = None,
    plain: PlainFlag = False,
) -> Action:
    return partial(shell, merged(context, plain=plain)._replace(seat=seat, place=place))


def shell(options: Options) -> ExitStatus:
    """A bash in the lab until it ends. Raises RunnerError when no lab is live, UsageError when nobody is there."""
    if not at_terminal():
        raise UsageError("shell-terminal")
    need_root(options)
    place = options.place or HOST
    process = _process(seats.valid(options.seat), place)
    if shutil.which("nsenter") is None:
        raise Unfit("no-tool", name="nsenter", package="util-linux")
    face = choose_face(sys.stdout, plain=options.plain)
    face.say(text("shell.joined", place=place), "dim")
    with _terminal_kept():
        status = _visit(process, place, options.seat)
    if not kernel.alive(process):
        face.gap()
        face.say(text("xray.ended") if place == HOST else text("shell.ended", place=place), "dim")
    return ExitStatus.FAILED if status in NOT_STARTED else ExitStatus.OK


def _visit(process: Identity, place: str, seat: str) -> int:
    """Run the bash and give its exit status.

    We stay outside as the reaper: an orphan that nobody reaps would keep the container's PID namespace, and so the
    rollback, waiting for as long as the machine's own init takes.
    """
    # The lab differs from the machine by these; a container, by whatever it was given besides.
    where = ["--mount", "--net", "--ipc", "--cgroup"] if place == HOST else ["--all", "--root", "--wd"]
    syscalls.adopt_orphans()
    visitor = subprocess.Popen(
        ["nsenter", "--target", str(process.pid), *where, "--", *lab.SHELL],
        env=_environment(seat, place),
        preexec_fn=lambda: _join_groups(process),  # noqa: PLW1509 -- no threads here
    )
    status = visitor.wait()
    deadline = time.monotonic() + PATIENCE
    while status < 0 and kernel.children(os.getpid()) and time.monotonic() < deadline:
        processes.reap()
        time.sleep(processes.PAUSE)
    return status


@contextmanager
def _terminal_kept() -> Iterator[None]:
    """A shell that is killed leaves its terminal as it was while a line was edited, and in its own hands."""
    with keys.kept(0):
        try:
            yield
        finally:
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            os.tcsetpgrp(0, os.getpgrp())


def _process(seat: str, place: str) -> Identity:
    found = seats.published(seat)
    if found is None:
        raise RunnerError("no-lab", seat=seat)
    if place not in found.places:
        raise UsageError("no-place", name=place, known=", ".join(found.places))
    return found.places[place]


def _join_groups(process: Identity) -> None:
    """Into the groups of that shell: its limits hold here too, and rollback finds this process by them."""
    for top, path in cgroups.of(process.pid, cgroups.read()).items():
        with suppress(OSError):  # a v2 group with subgroups takes no processes; that costs the limits, not the shell
            (top / path.lstrip("/") / "cgroup.procs").write_text(str(os.getpid()))


def _environment(seat: str, place: str) -> dict[str, str]:
    prompt = rf"(lab {seat}) \w \$ " if place == HOST else rf"({place}, lab {seat}) \h:\w \$ "
    return {**lab.base_environment(os.environ.get("TERM", "dumb")), "PS1": prompt}
