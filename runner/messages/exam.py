"""The sentences of an exam."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

EXAM: dict[str, Sentence] = {
    # the first page
    "exam.opening": N_("Exam · {tasks} in {minutes}"),
    "exam.tasks": P_("{count} exercise", "{count} exercises"),
    "exam.minutes": P_("{count} minute", "{count} minutes"),
    "exam.reached": N_("goals {true}/{total}"),
    "exam.rule.clock": N_(
        "The clock starts with Enter. Nothing stops it, not even a closed terminal: "
        "the same command in the same directory goes on."
    ),
    "exam.rule.alone": N_("There are no hints and no solutions. Some goals are counted, not named."),
    "exam.rule.best": N_(
        "You can go back and forth; what you come back to begins anew. Of each exercise the best moment counts."
    ),
    "exam.rule.end": N_("“q” hands in, “a” asks the teacher. The end of the time hands in, too."),
    "exam.rule.proof": N_(
        "What you reach is written to {path}. It tells what was true on this machine, whose root you are, "
        "and is as honest as the machine."
    ),
    "exam.going-on": N_("This exam was begun already, and you go on with it: {left}."),
    "exam.press": N_("Enter begins · q leaves"),
    # each exercise
    "exam.title": N_("Exam {number}/{total} · {title}"),
    "exam.hidden": N_("one that is not named"),
    "exam.hidden-count": P_(
        "and one more, which would give the cause away and is not named",
        "and {count} more, which would give the cause away and are not named",
    ),
    "exam.left": P_("{count} min left", "{count} min left"),
    "exam.last-minute": N_("under 1 min left"),
    "exam.solved": N_("All goals of this exercise are reached, and count. “n” leads to the next."),
    "exam.solved-only": N_("All goals of this exercise are reached, and count. “q” hands in."),
    "exam.sure": N_("After that nothing can be added ({left})."),
    "exam.hand-in?": N_("Hand in? [y/N]"),
    "exam.time-over": N_("The time is over."),
    "exam.not-yet": N_("So the exam is not handed in yet. Make room for the file, or call your teacher."),
    "exam.press-again": N_("Enter tries again · q gives up"),
    "practice.press.on": N_("n next"),
    "practice.press.hand-in": N_("q hand in"),
    "practice.key.check-only": N_("every goal: whether it is reached, and nothing more"),
    "practice.key.on": N_("the next exercise; the lab of this one ends"),
    "practice.key.turn": N_("that exercise; the lab of this one ends"),
    "practice.key.hand-in": N_("hand in, which ends the exam (asks once)"),
    # the last page
    "exam.over.handed-in": N_("Exam · handed in"),
    "exam.over.time": N_("Exam · the time is over"),
    "exam.state.solved": N_("solved"),
    "exam.state.open": N_("tried"),
    "exam.state.untouched": N_("-"),
    "exam.written": N_("Written to {path}."),
    "exam.digest": N_("The digest of the result. Show it to your teacher, who writes down at least two groups:"),
    "exam.proves": N_(
        "It proves that a file is the one that was shown here. It does not prove how that file came about."
    ),
    # errors
    "exam-none": N_("Name the exercises, as in “semdocker practice --exam 50 own-name leaky-name”."),
    "exam-many": N_("An exam has at most {limit} exercises."),
    "exam-forms": N_("An exam is of named exercises; neither --broken nor --list nor --json goes with --exam."),
    "exam-only": N_("{option} belongs to an exam: “semdocker practice --exam MINUTES EXERCISE…”."),
    "exam-extension": N_("{path}: with {option}, the name must end in {ending}."),
    "exam-seed": N_("A seed has at most {limit} characters, all of them visible."),
    "exam-there": N_("{path} is there already and is not written over. Name another file with --to or --junit."),
    "exam-other": N_(
        "{path} is of another exam: its exercises, minutes, seed, values or seat differ. "
        "It is not written over; name another file with --to."
    ),
    "exam-over": N_("This exam is over, and {path} has its result. Digest: {digest}"),
    "check-exam": N_("An exam is going on. What is true of its exercises is told there only, by the key “c”."),
    # help
    "help.exam": N_(
        "Hold an exam: the named exercises in MINUTES for all of them, without hints and solutions. "
        "It tells what was true on the student's machine, and cannot prove that nobody helped."
    ),
    "help.exam-to": N_("Where the result of an exam is written, FILE.json; exam-SEAT.json if not said."),
    "help.exam-junit": N_("Write the result of an exam to FILE.xml, too, as JUnit, when it is over."),
    "help.exam-seed": N_("With the seat, gives each student of an exam names and limits of their own."),
    "help.MINUTES": N_("MINUTES"),
}
