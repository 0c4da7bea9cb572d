"""The door for lessons from elsewhere: whatever runs them comes through here, with what was shown and agreed to."""

from __future__ import annotations

import sys

from runner.course import load, trust
from runner.course.render import assignments
from runner.engine import run_values
from runner.host import bundled
from runner.records.course import Course
from runner.records.errors import Untrusted
from runner.records.options import Options
from runner.screen.narration import View
from runner.screen.trust_page import may_trust, origin_page

PORT = 8080  # as shown; a run takes the first that is free


def course(options: Options, view: View) -> Course:
    """The course with the folders that were named. What was read is what runs: no file is opened a second time.

    A folder that nobody has agreed to is shown with all its commands; at a terminal there is a question, else Untrusted
    is raised.
    """
    view.folders = options.folders
    found = load.course(bundled.lessons(), extra=options.folders)
    for origin in trust.doubtful(found.origins, options.trust):
        values = run_values.for_seat(found, options.seat, PORT, assignments(options.settings))
        origin_page(view.face, found, origin, values, options.lang)
        asks = sys.stdin.isatty() and sys.stdout.isatty() and not options.json
        if not asks:
            raise Untrusted("untrusted", folder=str(origin.folder), digest=origin.digest)
        if not may_trust():
            raise Untrusted("untrusted-refused", folder=str(origin.folder))
        trust.remember(origin)
    return found
