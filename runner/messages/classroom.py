"""The sentences of `class`."""

from __future__ import annotations

from runner.messages.translatable import N_, Sentence

CLASSROOM: dict[str, Sentence] = {
    "help.class": N_(
        "See the class live: who is where, and who is stuck. One line for each lab of this machine. "
        "Needs root (asks sudo)."
    ),
    "help.PART": N_("[COMMAND] [ARGS]..."),
    "class.seat": N_("Seat"),
    "class.step": N_("Step"),
    "class.empty": N_("No lab is live on this machine."),
}
