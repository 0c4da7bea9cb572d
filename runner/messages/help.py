"""The texts of --help."""

from __future__ import annotations

from runner.messages.mark import N_

HELP = {
    "help.semdocker": N_(
        "Build a Linux container by hand, without Docker: six lessons, every step typed for real, "
        "checked against the kernel, and the machine put back."
    ),
    "help.run": N_(
        "Run the whole course, or some lessons, unattended: every step explained, typed, checked and rolled back. "
        "Needs root (asks sudo)."
    ),
    "help.list": N_("List the lessons."),
    "help.show": N_("Show one lesson without running it: explanations, commands for this machine, checks, undo."),
    "help.doctor": N_("Tell whether this machine is fit, which lessons a missing thing costs, and how to fix it."),
    "help.cleanup": N_("Remove whatever an interrupted run left on this machine. Needs root (asks sudo)."),
    "help.lessons": N_("Lessons by name or number, e.g. “unshare” or “3”; all when none is named."),
    "help.lesson": N_("A lesson by name or number, e.g. “unshare” or “3”."),
    "help.lang": N_("Language: pt (Portuguese) or en (English)."),
    "help.plain": N_("Plain text: no colours, no boxes, one line for each fact. Also ACCESSIBLE=1."),
    "help.json": N_("Write the result to standard output as one JSON document."),
    "help.report": N_("Also write the results to FILE: .json, or .xml for JUnit."),
    "help.set": N_("Give a variable of the course another value, e.g. memory=128M. May be repeated."),
    "help.version": N_("Show the version and exit."),
    "help.answers": N_("Show the answers of the questions too."),
    "help.cgroup": N_("Which commands to show where they differ: v1, v2 or both. This machine's by default."),
    "help.epilog": N_("Exit status: 0 ok, 1 a check failed, 2 usage, 3 lesson file, 4 machine not fit, 5 dirty, 6 busy."),
}
