"""What is wrong in a lesson file, by the key that a Fault carries."""

from __future__ import annotations

from runner.messages.mark import N_

FAULTS: dict[str, str] = {}
_ = N_
