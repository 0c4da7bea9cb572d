"""The sentences of `class`."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

CLASSROOM: dict[str, Sentence] = {
    "help.class": N_(
        "See the class live: who is where, and who is stuck. One line for each lab of this machine. "
        "Needs root (asks sudo)."
    ),
    "help.class-watch": N_("Look again and again, every SECONDS (2 if not said), until a key is pressed."),
    "help.PART": N_("[COMMAND] [ARGS]..."),
    "class.live": P_("Class: {count} lab", "Class: {count} labs"),
    "class.asking": P_("{count} asks for help", "{count} ask for help"),
    "class.empty": N_("No lab is live on this machine."),
    "class.every": N_("Looked at again every {seconds} s; any key ends it."),
    # the columns
    "class.head.seat": N_("Seat"),
    "class.head.where": N_("Lesson · step"),
    "class.head.step": N_("Step"),
    "class.head.facts": N_("Facts"),
    "class.head.quiet": N_("No news"),
    "class.head.help": N_("Needs help"),
    "class.since": N_("since {clock}"),
    # the same in a sentence
    "class.lesson": N_("lesson “{title}”"),
    "class.exercise": N_("exercise “{title}”"),
    "class.step": N_("step {number} of {steps}, “{title}”"),
    "class.facts": N_("facts {true} of {facts}"),
    "class.quiet": N_("no news for {minutes} min"),
    "class.help": N_("has asked for help since {clock}"),
    # what goes on at a seat
    "class.finished": N_("finished"),
    "class.between": N_("no lab now: between two, or at words or questions"),
    "class.left": N_("ended in mid-run; “semdocker status” tells what is left"),
}
