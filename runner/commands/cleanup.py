"""`semdocker cleanup`: undo whatever an earlier run left on this machine."""

from __future__ import annotations

from runner import lab
from runner.commands.options import Options
from runner.commands.run import SEAT, unstoppable
from runner.errors import ExitStatus
from runner.view import View


def run(_: Options, view: View) -> ExitStatus:
    """Roll back the seat's journal. Raises Busy while a run is alive."""
    with lab.seat_lock(SEAT), unstoppable():
        rollback = lab.recover(SEAT)
    view.cleaned(rollback)
    return ExitStatus.OK if rollback.clean else ExitStatus.DIRTY
