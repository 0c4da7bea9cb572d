"""The sentences of `class report`: the command's own, those on its pages, and why a file is not counted."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

CLASS_REPORT: dict[str, Sentence] = {
    "help.class-report": N_(
        "Roll up the progress of a class: who is where, what the class misses, how long a lesson takes. Reads what "
        "“semdocker report --json” wrote, progress files, and results of exams. Needs no root."
    ),
    "help.class_files": N_("The students' files, or folders with all of them."),
    "help.class-csv": N_("Write a gradebook to FILE.csv: one row for each student."),
    "help.class-to": N_("Write one HTML page to FILE.html, with a map of all students and steps."),
    "help.by-file": N_("The name of a file says whose it is, whatever is in it. For a login that many share."),
    "rollup-none": N_("There is no student's progress in what was named."),
    "rollup.written": N_("The class was written to {path}."),
    # the table, and the page
    "rollup.title": N_("Progress of the class"),
    "rollup.students": P_("{count} student", "{count} students"),
    "rollup.summary": N_("{students} · {begun} of {total} lessons begun by somebody · last activity {last}"),
    "rollup.made": N_("Made by semdocker on {when}. What students hand in says what they did, and is no proof."),
    "rollup.student": N_("Student"),
    "rollup.where": N_("Where"),
    "rollup.lessons": N_("Lessons"),
    "rollup.facts": N_("Facts"),
    "rollup.exercises": N_("Exercises"),
    "rollup.last": N_("Last activity (UTC)"),
    "rollup.who": N_("Students"),
    "rollup.at": N_("{lesson} {number}/{total}"),
    "rollup.at-questions": N_("{lesson}, questions"),
    "rollup.after": N_("after {lesson}"),
    "rollup.nowhere": N_("not begun"),
    "rollup.begun": N_("Begun"),
    "rollup.complete": N_("Complete"),
    "rollup.median": N_("Time"),
    "rollup.spread": N_("Half of them"),
    "rollup.between": N_("{low} to {high}"),
    "rollup.time-of": N_(
        "Time is that of students who did all steps of a lesson: the middle one, and the middle half."
    ),
    "rollup.bar": N_("{complete} complete, {begun} begun, {rest} not begun"),
    "rollup.times": N_("half of {students} took {low} to {high}; the middle one {median}"),
    "rollup.lessons-say": N_("Filled: complete. Hatched: begun. Empty: not begun."),
    "rollup.missed-says": N_("Filled: still not. Hatched: later, or with help. Empty: at once."),
    "rollup.missed": N_("What the class misses"),
    "rollup.nothing-missed": N_("Nothing yet."),
    "rollup.question": N_("Question"),
    "rollup.step": N_("Step"),
    "rollup.fact": N_("Fact"),
    "rollup.in": N_("In"),
    "rollup.tried": N_("Tried"),
    "rollup.not-at-once": N_("Not at once"),
    "rollup.still": N_("Still not"),
    "rollup.missed-bar": N_("of {tried}: {still} still not, {later} later or with help, {rest} at once"),
    "rollup.exercise": N_("exercise {id}"),
    "rollup.more": N_("The document of --json has all {count}."),
    # the map
    "rollup.map": N_("Students and steps"),
    "rollup.map-says": N_("A line for each student, a column for each step; who came furthest stands first."),
    "rollup.map-done": N_("done"),
    "rollup.map-assisted": N_("with help"),
    "rollup.map-open": N_("tried, not done"),
    "rollup.map-untouched": N_("not yet"),
    "rollup.map-line": N_("{student}: {done} of {total} steps"),
    "rollup.map-part": N_("Students {first} to {last} of {total}"),
    "rollup.map-column": N_("{lesson} {number} · {title}: {done} of {total}"),
    "rollup.map-counts": N_("How many students did each step"),
    "rollup.map-rest": N_("Nobody has begun: {names}."),
    # what does not count
    "rollup.contents": N_("Contents"),
    "rollup.apart": N_("Not counted"),
    "rollup.files-left-out": P_("{count} file is not counted", "{count} files are not counted"),
    "rollup.left-out": N_("{file}: {reason}"),
    "rollup.older": N_("{file}: a newer file of {student} counts, {newer}"),
    "rollup.older-hint": N_(
        "If these are different students who share a login, --by-file takes the names of the files instead."
    ),
    "rollup.elsewhere": N_("Kept but not counted, because this course does not have them: {names}"),
    "rollup.elsewhere-one": N_("{name} ({count})"),
    "rollup.left.link": N_("a symbolic link, which is not followed"),
    "rollup.left.irregular": N_("no regular file"),
    "rollup.left.large": N_("larger than 1 MiB"),
    "rollup.left.unreadable": N_("it cannot be read: {detail}"),
    "rollup.left.empty": N_("an empty file"),
    "rollup.left.nothing": N_("an empty folder"),
    "rollup.left.foreign": N_("no progress of semdocker"),
    "rollup.left.damaged": N_("damaged: {detail}"),
    "rollup.left.newer": N_("a newer semdocker wrote it; that version can roll it up"),
    "rollup.left.changed": N_("the digest of this exam does not fit: it was damaged, or changed"),
    "rollup.left.not-over": N_(
        "an exam that nobody handed in; when its time is over, the same command closes it, typed on the same machine"
    ),
    "rollup.left.noted": N_("the student's progress file could not be read when this report was made ({detail})"),
}
