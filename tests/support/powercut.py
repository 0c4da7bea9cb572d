"""A power cut, as far as one lab feels it."""

from __future__ import annotations

import os

from runner.lab.lab import Lab


def cut_power(opened: Lab) -> None:
    """Let go of a lab whose guardian dies at once: nobody has put it away, and only its journal is left."""
    opened.guardian.kill()
    opened.guardian.wait()
    opened._control.close()
    os.close(opened.terminal.master)
