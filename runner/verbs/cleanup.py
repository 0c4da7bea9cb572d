"""`semdocker cleanup`: it puts the machine back for one seat, or for all and for leftovers without a journal."""

from __future__ import annotations

import os
import re
import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from runner.course import trust
from runner.host.kernel import Identity, alive
from runner.lab import locks, private_folder, processes, seat_names, seats
from runner.lab.signals import unstoppable
from runner.messages import documents, safe_text
from runner.messages.catalog import text
from runner.records.errors import Busy, ExitStatus, RunnerError
from runner.records.options import Options
from runner.records.results import Leftover, Rollback
from runner.screen.choose_face import open_view
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged
from runner.verbs.sudo import need_root

SCHEMA = "semdocker/cleanup/1"
PATIENCE = 10.0  # seconds that a run has to end after each signal


def command(
    context: typer.Context,
    *,
    seat: Annotated[
        str | None,
        typer.Option("--seat", metavar=text("help.NAME"), help=text("help.cleanup-seat"), show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help=text("help.yes"))] = False,
    distrust: Annotated[bool, typer.Option("--distrust", help=text("help.distrust"))] = False,
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    options = merged(context, plain=plain, json=json)._replace(
        seat=seat_names.valid(seat_names.mine() if seat is None else seat), yes=yes, distrust=distrust
    )
    return partial(cleanup, options, only=seat is not None)


def cleanup(options: Options, *, only: bool) -> ExitStatus:
    """Roll back the seat's journal. If not `only` that, also those of others that are not live, and remove leftovers
    without one.

    Raises Busy when the seat's lab is live and may not end. Another's is left alone: it is a colleague's.
    """
    need_root(options)
    view = open_view(options)
    rollbacks = []
    with unstoppable():
        locks.sweep()  # what is in the way of a seat's lock goes first
    barred = {path.stem for path in locks.in_the_way()}  # of these `reconcile` tells
    for seat in [options.seat] if only else [name for name in seats.remembered() if name not in barred]:
        holder = seats.holder(seat)
        if holder and seat != options.seat:
            view.left_alone(seat, holder.pid)
            continue
        if holder:
            if not (options.yes or (sys.stdin.isatty() and view.may_end(seat, holder.pid))):
                raise Busy("seat-live", seat=seat, holder=holder.pid)
            end(seat, holder)
        try:
            with seats.hold(seat, wait=PATIENCE), unstoppable(), view.waiting("wait.back"):
                rollbacks.append(seats.recover(seat))
        except Busy as busy:
            if seat == options.seat:
                raise
            view.left_alone(seat, busy.values["holder"])  # a run began after we had looked
        except (RunnerError, OSError) as error:
            if only:
                raise
            rollbacks.append(Rollback((_hindered(seat, error),)))  # the other seats are put back all the same
    if not only:
        with unstoppable(), view.waiting("wait.back"):
            rollbacks.append(seats.reconcile())
        view.elsewhere(seats.beyond())
    total = Rollback(
        tuple(leftover for rollback in rollbacks for leftover in rollback.leftovers),
        tuple(noticed for rollback in rollbacks for noticed in rollback.noticed),
        guarded=all(rollback.guarded for rollback in rollbacks),
    )
    view.recovered(total)  # before anything can be refused: the snapshots are gone
    if not only:
        trust.sweep()
    if options.distrust:
        trust.forget()
    view.trusted(len(trust.known()), str(trust.FILE), forgotten=options.distrust)
    if options.json:
        told = {name: [asdict(left) for left in getattr(total, name)] for name in ("leftovers", "noticed")}
        document = {**documents.heading(SCHEMA), "clean": total.clean, **told, "guarded": total.guarded}
        document["trusted"] = len(trust.known())
        sys.stdout.write(safe_text.json_text(document))
    return ExitStatus.OK if total.clean else ExitStatus.DIRTY


def _hindered(seat: str, error: RunnerError | OSError) -> Leftover:
    """Return a seat that could not be put back, and why. A folder that has no seat's name is none of ours."""
    folder = seats.STATE / seat
    if isinstance(error, RunnerError):
        cause = text(error.key, **error.values)
    else:
        cause = ": ".join(map(str, filter(None, (error.filename, error.strerror or str(error)))))
    remedy = "" if re.fullmatch(seat_names.NAME, seat) else private_folder.aside(folder)
    return Leftover("seats", f"{folder} ({cause})", remedy)


def end(seat: str, holder: Identity) -> None:
    """End a run: ask it with SIGTERM, then kill it. Its guardian puts the machine back either way.

    Who holds the seat on after that has its lock open and is ours: a guardian that was stopped or frozen is woken, and
    one that does not come to an end is killed. Then the journal is all that is left, and enough. A program in the lab
    can keep them from dying, as their tracer (PTRACE_EVENT_EXIT in ptrace(2)). So the lab ends before its seat is free.
    """
    journal = seats.journal_of(seat)
    for number in (signal.SIGTERM, signal.SIGKILL):
        _send(number, [holder.pid] if alive(holder) else [])
        _send(signal.SIGCONT, locks.keepers(seat))
        processes.unhinder(journal.effects())
        with suppress(Busy), seats.hold(seat, wait=PATIENCE):
            return
    _send(signal.SIGKILL, locks.keepers(seat))
    processes.end([*journal.effects()], None)  # which also lets go on what is frozen, and could not die


def _send(number: signal.Signals, pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
