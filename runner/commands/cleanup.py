"""`semdocker cleanup`: undo whatever an earlier run left on this machine."""

from __future__ import annotations

from runner import lab
from runner.commands.options import Options
from runner.commands.run import SEAT, unstoppable
from runner.errors import ExitStatus
from runner.view import open_view


def cleanup(options: Options) -> ExitStatus:
    """Roll back the seat's journal. Raises Busy while a run is alive."""
    with lab.seat_lock(SEAT), unstoppable():
        rollback = lab.recover(SEAT)
    open_view(options).rolled_back(rollback)
    return ExitStatus.OK if rollback.clean else ExitStatus.DIRTY
