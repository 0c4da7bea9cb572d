"""The door for lessons from elsewhere: whatever runs them comes through here, with what was shown and agreed to."""

from __future__ import annotations

from runner.course import trust
from runner.course.render import assignments
from runner.engine import run_values
from runner.records.course import Course
from runner.records.errors import Untrusted
from runner.records.options import Options
from runner.screen.choose import at_terminal
from runner.screen.narration import View
from runner.screen.trust_page import may_trust, origin_page


def agree(course: Course, options: Options, view: View) -> None:
    """Let only lessons run that somebody has agreed to. The course was read before; no file is opened a second time.

    A folder that nobody has agreed to is shown with all its commands; at a terminal there is a question, else Untrusted
    is raised.
    """
    view.folders = options.folders
    for origin in trust.doubtful(course.origins, options.trust):
        values = run_values.for_seat(course, assignments(options.settings))
        origin_page(view.face, course, origin, values, options.lang)
        if options.json or not at_terminal():
            raise Untrusted("untrusted", folder=str(origin.folder), digest=origin.digest)
        if not may_trust():
            raise Untrusted("untrusted-refused", folder=str(origin.folder))
        trust.remember(origin)
