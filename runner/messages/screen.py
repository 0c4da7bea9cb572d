"""What a run and the other verbs say on the screen."""

from __future__ import annotations

from runner.messages.mark import N_, P_, Sentence

SCREEN: dict[str, Sentence] = {
    # the course
    "course.promise": N_(
        "Every command below is typed for real, as root, in a live terminal on this machine. "
        "Every check asks the kernel. After each lesson the machine is put back as it was."
    ),
    "course.lessons": N_("Lessons"),
    "course.values": N_("Values"),
    "course.summary": N_("Summary"),
    "course.passed": N_("All lessons passed, and the machine is as it was."),
    "course.not-passed": N_("{passed} of {total} lessons passed."),
    # a lesson
    "lesson.title": N_("Lesson {number} of {total} · {title}"),
    "lesson.goal": N_("Goal: {goal}"),
    "lesson.preparing": N_("Preparing, without showing them again, the steps this lesson needs from: {lessons}"),
    "lesson.closed": N_("Lesson {id}: {outcome}"),
    "lesson.steps": P_("{count} step", "{count} steps"),
    "lesson.checks": P_("{count} check", "{count} checks"),
    "lesson.skipped": N_("Lesson {id} skipped: this machine lacks something it needs."),
    # a step
    "step.title": N_("Step {index} of {total} · {title}"),
    "step.exit": N_("exit status"),
    "step.exit-wrong": N_("{exit}, but 0 was expected"),
    "step.failed-as-told": N_("{exit}, failed as this step was meant to"),
    "step.failed-otherwise": N_("{exit}, but this step was meant to fail with {expected}"),
    "step.any-failure": N_("any error"),
    "step.saying": N_("{exit}, saying “{says}”"),
    "step.why": N_("**Inside the kernel.** {why}"),
    "trouble.timeout": N_("ran longer than {limit} s and was interrupted"),
    "trouble.flood": N_("printed more than {limit} bytes and was interrupted"),
    "trouble.unfinished": N_("the shell waits for the rest of the command (an open quote?); it was interrupted"),
    "trouble.lost": N_("the terminal is gone or does not answer"),
    "trouble.elsewhere": N_("the terminal is not where this step belongs; nothing was typed"),
    # evidence
    "evidence.expected": N_("expected {expected}"),
    "evidence.observed": N_("observed {observed}"),
    "evidence.quote": N_("“{quoted}”"),
    "outcome.passed": N_("passed"),
    "outcome.failed": N_("failed"),
    "outcome.could_not_check": N_("could not check"),
    "outcome.skipped": N_("skipped"),
    "mark.passed": N_("OK:"),
    "mark.failed": N_("FAILED:"),
    "mark.could_not_check": N_("COULD NOT CHECK:"),
    "mark.skipped": N_("SKIPPED:"),
    # putting back
    "seconds": N_("{whole}.{tenth} s"),
    "rollback.by-hand": N_("no command is known that removes it"),
    "rollback.clean": N_("Machine put back and compared with how it was before: equal ({seconds})."),
    "rollback.recovered": N_("Nothing that an earlier run made is left on this machine."),
    "rollback.restored": N_("Put back: {names}."),
    "rollback.dirty": P_(
        "The machine is DIRTY: {count} thing is still there.", "The machine is DIRTY: {count} things are still there."
    ),
    "rollback.remove": N_("remove it with: {command}"),
    "rollback.verify": N_("Then run “sudo semdocker cleanup”; no lesson starts before."),
    "area.mounts": N_("mount"),
    "area.cgroups": N_("cgroup"),
    "area.processes": N_("process"),
    "area.links": N_("network link"),
    "area.netns": N_("network namespace"),
    "area.netfilter": N_("netfilter table"),
    "area.ipc": N_("IPC object"),
    "area.files": N_("file"),
    "area.sysctls": N_("kernel setting"),
    "area.hostname": N_("host name"),
    # questions
    "quiz.title": N_("Questions"),
    "quiz.answer": N_("Answer: {answer}"),
    "quiz.question": N_("Question {index} of {total}: {ask}"),
    # errors
    "error": N_("semdocker: {sentence}"),
    "fault": N_("{file}:{line}:{column}: {sentence}"),
    # list, show, doctor
    "list.number": N_("No."),
    "list.lesson": N_("Lesson"),
    "list.minutes": N_("Minutes"),
    "list.title": N_("Title"),
    "list.hint": N_(
        "Run all with “semdocker run”, one with “semdocker run LESSON”; read one with “semdocker show LESSON”."
    ),
    "table.outcome": N_("Result"),
    "table.steps": N_("Steps"),
    "table.checks": N_("Checks"),
    "table.seconds": N_("Time"),
    "show.minutes": P_("about {count} minute", "about {count} minutes"),
    "show.requires": N_("This machine must offer: {names}"),
    "show.needs": N_("Prepared first, from: {lessons}"),
    "show.checks": N_("Checked afterwards:"),
    "show.fails": N_("This step is meant to fail."),
    "show.undo": N_("Undo: {how}"),
    "show.undo-nothing": N_("nothing to undo"),
    "show.undo-replay": N_("the lesson is rolled back and replayed up to the step before"),
    "show.answers-hidden": N_("“--answers” shows the answers."),
    "show.on": N_("on cgroup {version}"),
    "doctor.title": N_("Is this machine fit for the course?"),
    "doctor.present": N_("available"),
    "doctor.unseen": N_("only root can tell"),
    "doctor.unsure": N_("Nothing is missing so far. “sudo semdocker doctor” looks at the rest."),
    "doctor.costs": N_("without it these lessons are skipped: {lessons}"),
    "doctor.fix": N_("fix: {command}"),
    "doctor.fit": N_("Yes: all lessons can run here."),
    "doctor.unfit": P_(
        "No: {count} thing is missing. The other lessons can run.",
        "No: {count} things are missing. The other lessons can run.",
    ),
    "doctor.no-fix": N_("no command fixes this here"),
}
