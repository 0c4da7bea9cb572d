"""The consent to lessons from elsewhere. Each verb that runs lessons asks for it here, with its loaded course."""

from __future__ import annotations

import stat

from runner.course import trust
from runner.course.render import assignments
from runner.engine import machine_values
from runner.host import login
from runner.messages.catalog import text
from runner.records.course import Course, Origin
from runner.records.errors import Untrusted
from runner.records.options import MINE, Options
from runner.screen.choose_face import at_terminal
from runner.screen.narration import View
from runner.screen.trust_page import may_trust, origin_page


def agree(course: Course, options: Options, view: View) -> None:
    """Return if the user agrees to run the lessons from elsewhere. Raises Untrusted if not.

    A folder without consent is shown with all its commands. At a terminal we ask; elsewhere, or with --json, we refuse.
    The commands shown are those of the loaded course, whose files are not read again: they cannot change in between.
    """
    view.folders = options.folders
    if course.left_out:
        view.face.say(text("origin.left-out", names=", ".join(course.left_out)), "warn")
    for origin in trust.doubtful(course.origins, options.trust):
        if MINE in options.trust:
            _mine(origin)
            view.face.say(text("trust-mine", folder=str(origin.folder)), "dim")
            continue
        values = machine_values.for_seat(course, assignments(options.settings))
        origin_page(view.face, course, origin, values, options.lang)
        if options.json or not at_terminal():
            raise Untrusted("untrusted", folder=str(origin.folder), digest=origin.digest)
        if not may_trust():
            raise Untrusted("untrusted-refused", folder=str(origin.folder))
        trust.remember(origin)


def _mine(origin: Origin) -> None:
    """Return if nobody but root and the person who typed the command can write these lessons. Raises Untrusted."""
    odd = trust.foreign(origin, login.person().uid)
    if odd:
        user = login.name(odd.owner)
        raise Untrusted("trust-not-mine", path=str(odd.path), user=user, mode=f"{stat.S_IMODE(odd.mode):04o}")
