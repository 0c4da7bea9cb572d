"""The sentences of --help."""

from __future__ import annotations

from runner.messages.translatable import N_, Sentence

HELP: dict[str, Sentence] = {
    "help.semdocker": N_(
        "Build a Linux container by hand, without Docker: six lessons and more, every step typed for real, "
        "checked against the kernel, and the machine put back."
    ),
    "help.run": N_(
        "Run the course, or some lessons, unattended. "
        "Every step is explained, typed for real, checked against the kernel and rolled back. Needs root (asks sudo)."
    ),
    "help.list": N_("List the lessons."),
    "help.show": N_(
        "Read one lesson or exercise without running it. Shows the commands for this machine, the checks and the undo."
    ),
    "help.doctor": N_("Tell whether this machine is fit. Says what is missing, which lessons that costs, and the fix."),
    "help.cleanup": N_("Remove what an interrupted run left behind. Needs root (asks sudo)."),
    "help.learn": N_(
        "Learn at a terminal, step by step. You run each command, type it yourself, or look around in the same shell."
    ),
    "help.demo": N_(
        "Teach a class with live commands. You press a key; commands are typed at a human pace into the live terminal "
        "and run for real; any step is taken back for real. Needs root (asks sudo)."
    ),
    "help.speed": N_("How fast commands are typed: characters a second (18 if not said), or a factor such as 2x."),
    "help.SPEED": N_("SPEED"),
    "help.instant": N_("Type at once."),
    "help.autoplay": N_("Rehearse: go on by itself, every SECONDS (2 if not said). Needs no terminal."),
    "help.presenter": N_("From a second terminal: speaker notes, the next command and the clock of the demo going on."),
    "help.glossary": N_("Tell what the terms of the course mean."),
    "help.status": N_("Tell what exists on this machine because of us. Needs root (asks sudo)."),
    "help.xray": N_(
        "See the live lab's container from inside and outside. "
        "Processes with both PIDs, namespaces, limits and their use. Needs root (asks sudo)."
    ),
    "help.shell": N_("Join the live lab from a second terminal. Needs root (asks sudo)."),
    "help.watch": N_("Look again and again, every SECONDS (1 if not said), from the first lab until its run ends."),
    "help.look": N_(
        "Only look: nothing in the lab can be changed from there, and the student sees that you are there."
    ),
    "help.in": N_(
        "Enter a shell that the lesson has opened, e.g. “container”, with all its namespaces, its root and its limits."
    ),
    "help.SECONDS": N_("SECONDS"),
    "help.PLACE": N_("PLACE"),
    "help.report": N_("Show your progress: a table, JSON, CSV, or a page to print. Needs no root."),
    "help.reset": N_("Forget the progress of a step, a lesson, or all. Asks first. Needs no root."),
    "help.STEP": N_("STEP"),
    "help.step": N_("A step of that lesson, by name or number; the whole lesson when none is named."),
    "help.csv": N_("Write CSV to standard output, one row for each step and question."),
    "help.svg": N_("Draw everything that lives in the lab into FILE, one SVG picture."),
    "help.html": N_("Write one HTML page to FILE that needs nothing else and prints well."),
    "help.all": N_("Forget everything."),
    "help.reset-yes": N_("Do not ask before forgetting."),
    "help.NAME": N_("NAME"),
    "help.seat": N_(
        "Your seat on a shared machine, with a lab and progress apart from all others. Lower-case letters, digits, -. "
        "If none is named: that of SEMDOCKER_SEAT, or your own behind sudo."
    ),
    "help.cleanup-seat": N_("Only this seat, also when it is not yours."),
    "help.yes": N_("Do not ask before ending a run that is going on."),
    "help.OPTIONS": N_("[OPTIONS]"),
    "help.VERB": N_("COMMAND [ARGS]..."),
    "help.LESSON": N_("LESSON"),
    "help.FILE": N_("FILE"),
    "help.TERM": N_("TERM"),
    "help.SETTING": N_("NAME=VALUE"),
    "help.lessons": N_(
        "Lessons by name or number, e.g. “unshare” or “3”, or a part of the course, e.g. “base”; "
        "all when none is named."
    ),
    "help.term": N_("A term, or a word of it, e.g. “namespace”."),
    "help.lesson": N_("A lesson by name or number, e.g. “unshare” or “3”."),
    "help.lang": N_("Language: pt (Portuguese), en (English), or another that there are files for."),
    "help.plain": N_("Plain text: no colours, no boxes, one line for each fact. Also ACCESSIBLE=1."),
    "help.json": N_("Write the result to standard output as one JSON document."),
    "help.report-file": N_("Also write the results to FILE: .json, or .xml for JUnit."),
    "help.set": N_("Give a variable of the course another value, e.g. memory=128M. May be repeated."),
    "help.version": N_("Show the version and exit."),
    "help.answers": N_("Show the answers of the questions too."),
    "help.notes": N_("Show the speaker notes too, for whoever shows the lesson to a class."),
    "help.cgroup": N_("Which commands to show where they differ: v1, v2 or both. This machine's by default."),
    "help.epilog": N_(
        "Exit status: 0 ok, 1 a check failed, 2 usage, 3 lesson file, 4 machine not fit, 5 dirty, 6 busy, "
        "7 lessons not trusted, 8 no lab is live, 9 could not be checked."
    ),
}
