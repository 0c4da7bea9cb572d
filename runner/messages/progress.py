"""The sentences on progress: `report`, `reset`, answers to questions, and the file itself."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

PROGRESS: dict[str, Sentence] = {
    # the file
    "progress-corrupt": N_("{path} is damaged ({detail}) and was left as it is; none of it could be shown."),
    "progress-newer": N_("{path} was written by a newer semdocker and was left as it is; that version can show it."),
    "progress-corrupt-kept": N_(
        "Your progress file was damaged ({detail}). It was kept as {kept}, and a new one begun."
    ),
    "progress-newer-kept": N_(
        "Your progress file was written by a newer semdocker. It was kept as {kept}, and a new one begun."
    ),
    "progress-unread": N_("Your progress could not be read from {path}: {detail}"),
    "progress-unsaved": N_("Your progress could not be written to {path}: {detail}"),
    # report
    "progress.title": N_("Progress of {student}"),
    "progress.title-seat": N_("Progress of {student}, seat {seat}"),
    "progress.missing": N_("Missing"),
    "progress.typed": N_("{count} typed"),
    "progress.with-help": N_("{count} with help"),
    "progress.complete": N_("nothing, complete"),
    "progress.not-begun": N_("not begun"),
    "progress.questions": P_("{count} question", "{count} questions"),
    "progress.seconds": N_("{seconds} s"),
    "progress.minutes": N_("{minutes} min"),
    "progress.hours": N_("{hours} h {minutes} min"),
    "progress.summary": N_("Lessons complete: {complete} of {total}."),
    "progress.still": N_("Still missing from the lessons you have begun:"),
    "progress.still-step": N_("step {numbers}"),
    "progress.still-steps": N_("steps {numbers}"),
    "progress.still-question": N_("question {numbers}"),
    "progress.still-questions": N_("questions {numbers}"),
    "progress.nothing": N_("Nothing has been done yet. Begin with “semdocker learn”."),
    "progress.place": N_("“semdocker learn” goes on in lesson {lesson}, at step {number}."),
    "progress.practised": N_("Practice"),
    "progress.place-quiz": N_("“semdocker learn” goes on with the questions of lesson {lesson}."),
    "progress.place-other": N_("“semdocker learn {lesson}” goes on at step {number}."),
    "progress.place-other-quiz": N_("“semdocker learn {lesson}” goes on with the questions."),
    "progress.not-counted": N_("Kept but not counted, because this course does not have them: {names}"),
    "progress.written": N_("The report was written to {path}."),
    "report-forms": N_("--json and --csv both write to standard output; choose one."),
    # the HTML page
    "page.step": N_("Step"),
    "page.result": N_("Result"),
    "page.attempts": N_("Attempts"),
    "page.hints": N_("Hints"),
    "page.when": N_("When (UTC)"),
    "page.question": N_("Question"),
    "page.chosen": N_("Answer"),
    "page.guess": N_("Guess"),
    "page.machine": N_("The machine said"),
    "page.done": N_("done"),
    "page.assisted": N_("with help"),
    "page.open": N_("tried"),
    "page.untouched": N_("not yet"),
    "page.right": N_("right"),
    "page.wrong": N_("wrong"),
    "page.bar": N_("{done} done, {assisted} with help, {left} missing"),
    "page.made": N_("Made by semdocker on {when}."),
    # reset
    "reset-what": N_("Say what to forget: a LESSON, a LESSON and a STEP, or --all."),
    "reset-both": N_("--all forgets everything; name no lesson with it."),
    "reset-unconfirmed": N_("Forgetting cannot be undone and there is no terminal to ask at; say --yes."),
    "reset.will": N_("This will be forgotten for good:"),
    "reset.ask": N_("Forget it? [y/N]"),
    "reset.kept": N_("Nothing was forgotten."),
    "reset.nothing": N_("There is nothing to forget there."),
    "reset.done": N_("Forgotten:"),
    "reset.lesson": N_("lesson {lesson}: {steps}, {questions}"),
    "reset.exercise": N_("exercise {exercise}"),
    "reset.step": N_("lesson {lesson}, step {step}"),
    # answers to questions
    "quiz.nothing": N_("Type the letter or the number of a choice: a to {last}, or 1 to {count}."),
    "quiz.unknown": N_("There is no choice “{typed}”; they go from a to {last}, or from 1 to {count}."),
    "quiz.nothing-typed": N_("Type an answer, and Enter."),
    "quiz.no-number": N_("“{typed}” is no number; type digits, such as 42 or 0.5."),
    "quiz.one-only": N_("“{typed}” names more than one choice, and only one is right here."),
}
