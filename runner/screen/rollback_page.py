"""Messages about the machine itself: it was put back, something was left on it, this is there because of us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runner.lab import seats
from runner.lab.inventory import Belongings, Inventory
from runner.messages.catalog import text
from runner.records.results import Leftover, Outcome, Rollback
from runner.screen import keys
from runner.screen.duration import duration
from runner.screen.face import Face

MOST = 20  # things of one kind that `status` names


class Housekeeping:
    """Shows these messages on one face."""

    face: Face

    def rolled_back(self, rollback: Rollback) -> None:
        """Say, after a lesson, that the machine was put back, or what differs from how it was before."""
        self.face.paged(None)  # perhaps nobody is there any more
        self.face.output_ends()  # an interrupt leaves the last line open
        self.face.gap()
        if rollback.restored:
            self.face.say(
                text("rollback.restored", names=", ".join(text("area." + name) for name in rollback.restored))
            )
        if rollback.sealed:
            self.face.say(text("rollback.sealed", what=", ".join(map(_code, rollback.sealed))), "warn")
        if rollback.clean:
            self.face.say(text("rollback.clean", seconds=duration(rollback.seconds)), "good")
        else:
            self._dirty(rollback)
        self._beyond(rollback)

    def may_end(self, seat: str, holder: int) -> bool:
        """Ask whether a live lab may be ended. Only for a terminal."""
        self.face.say(text("cleanup.live", seat=seat, holder=holder), "warn")
        return keys.agreed(text("cleanup.ask"))

    def left_alone(self, seat: str, holder: str | float) -> None:
        """Say that another seat's live lab was not ended."""
        self.face.say(text("cleanup.left-alone", seat=seat, holder=holder or "?"), "dim")

    def elsewhere(self, names: Sequence[str]) -> None:
        """Say what looks like ours and was left alone: it is of another world on this machine."""
        if names:
            self.face.say(text("status.elsewhere", names=", ".join(names)), "dim")

    def inventory(self, inventory: Inventory, *, besides: bool = False) -> None:
        """Show what `status` found on the machine; `besides`: something else of ours was told before."""
        everything = [*inventory.seats, inventory.unclaimed]
        self.elsewhere(inventory.elsewhere)
        if all(belongings.empty for belongings in everything):
            self.face.say(text("status.nothing-here" if inventory.elsewhere or besides else "status.nothing"), "good")
        for belongings in everything:
            if not belongings.empty:
                self._belongings(belongings)

    def _belongings(self, belongings: Belongings) -> None:
        if not belongings.seat:
            self.face.heading(text("status.unclaimed"))
        elif belongings.holder:
            live = text("status.live", seat=belongings.seat, holder=belongings.holder)
            self.face.heading(" · ".join([live, *_doing(belongings.seat)]))
        else:
            self.face.heading(
                text("status.other-version" if belongings.other_version else "status.left", seat=belongings.seat)
            )
        rows: list[tuple[str, str]] = []
        for area in ("processes", "mounts", "groups", "files"):
            found = getattr(belongings, area)
            rows += [(text("status." + area), what) for what in found[:MOST]]
            if len(found) > MOST:
                rows.append((text("status." + area), text("status.more", count=len(found) - MOST)))
        if belongings.journal:
            rows.append((text("status.journal"), belongings.journal))
        if rows:
            self.face.pairs(rows)
        changed(self.face, belongings.changed)

    def recovered(self, rollback: Rollback) -> None:
        """Say that the remains of earlier runs were removed, or which could not be."""
        if rollback.clean:
            self.face.say(text("rollback.recovered"), "good")
        else:
            self._dirty(rollback)
        self._beyond(rollback)

    def trusted(self, count: int, path: str, *, forgotten: bool) -> None:
        """Say how many folders of lessons from elsewhere stay trusted, or that this was forgotten on request."""
        if forgotten:
            self.face.say(text("trust.forgotten"))
        elif count:
            self.face.say(text("trust.kept", count=count, path=path))

    def _dirty(self, rollback: Rollback) -> None:
        self.face.say(text("rollback.dirty", count=len(rollback.leftovers)), "bad")
        self._differences(rollback.leftovers, Outcome.FAILED)
        self.face.say(text("rollback.verify"))

    def _beyond(self, rollback: Rollback) -> None:
        """Say what nobody can put down to the lab, or find."""
        if not rollback.guarded:
            self.face.say(text("rollback.unguarded"), "warn")
        changed(self.face, rollback.noticed)

    def _differences(self, leftovers: Sequence[Leftover], outcome: Outcome) -> None:
        for left in leftovers:
            self.face.evidence(outcome, text("area." + left.area), [left.what, removal(left)])


def changed(face: Face, noticed: Sequence[Leftover]) -> None:
    """Say what is different on the machine and may be anybody's."""
    if noticed:
        face.say(text("rollback.noticed"), "warn")
        face.pairs([(text("area." + left.area), _noticed(left)) for left in noticed])


def _doing(seat: str) -> Iterator[str]:
    """Yield what the live lab of a seat is for."""
    told = seats.published(seat)
    if told and told.exercise:
        yield text("status.exercise", exercise=told.exercise)
    elif told and told.lesson:
        yield text("status.step" if told.step else "status.lesson", lesson=told.lesson, step=told.step)


def _noticed(left: Leftover) -> str:
    """Say what is different and may be anybody's. Only the way back of a value or an entry is told."""
    what = _code(left.what)
    if left.change == "gone":
        return text("rollback.gone", what=what)
    if left.change == "came":
        return text("rollback.came", what=what, command=f"`{left.remove}`")
    if left.area in {"values", "nodes"} and left.remove:
        return text("rollback.was", what=what, command=f"`{left.remove}`")
    return what


def _code(what: str) -> str:
    """Return a name as code: a backquote in it would end that."""
    return f"`{what.replace('`', '´')}`"


def removal(left: Leftover) -> str:
    """Return how something that was left can be removed."""
    return text("rollback.remove", command=left.remove) if left.remove else text("rollback.by-hand")
