"""The sentences of `export`: the command's own, and those on the page."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

HANDOUT: dict[str, Sentence] = {
    "help.export": N_(
        "Write a handout: lessons as one HTML page. It has a picture of each container and folded answers. As root "
        "the lessons are run, and the page shows what each command printed on this machine."
    ),
    "help.to": N_("The file to write, FILE.html. It needs no other file, and no network."),
    "help.teacher": N_("The teacher's edition: with speaker notes, open answers and times."),
    "help.no-run": N_("Run nothing. The page then does not show what the commands print."),
    "handout.running": N_("Running lesson {number} of {total}: {id}"),
    "handout.unprivileged": N_("Only root can run the lessons, so the handout does not show what the commands print."),
    "handout.written": N_("The handout was written to {path}."),
    # the page
    "handout.edition": N_("Teacher's edition"),
    "handout.skip": N_("Skip to the lessons"),
    "handout.contents": N_("Lessons"),
    "handout.legend": N_(
        "Above each command stands the shell that it is typed in. Where cgroup v2 and v1 differ, both commands are "
        "given: type the one for your machine."
    ),
    "handout.ran": N_(
        "What the commands print was recorded in a run on {date}, on {distribution}, Linux {kernel}, cgroup {version}."
    ),
    "handout.not-run": N_("Nothing was run for this page, so it does not show what the commands print."),
    "handout.not-needed": N_("This machine lacks what the lesson needs, so it was not run: {names}."),
    "handout.not-reached": N_("This step was not run: one before it did not go as the lesson says."),
    "handout.otherwise": N_("On this machine the step did not go as the lesson says."),
    "handout.silent": N_("(it prints nothing)"),
    "handout.left-out": P_("… {count} line is left out here …", "… {count} lines are left out here …"),
    "handout.picture": N_("What the machine looks like now, drawn from what the kernel says"),
    "handout.notes": N_("Speaker notes"),
    "handout.answer": N_("Answer"),
    "handout.took": N_("In the run it took {seconds}."),
    "handout.terms": N_("Terms"),
    "handout.times": N_("Times"),
    "handout.times-caption": N_("About how long a student needs, and how long the run took."),
    "handout.run-time": N_("Run"),
    "handout.total": N_("Together"),
}
