"""What `learn` says between the steps."""

from __future__ import annotations

from runner.messages.mark import N_, Sentence

LEARN: dict[str, Sentence] = {
    "learn.prompt": N_(
        "Enter runs it · t type it · f shell · h hint · b back · x x-ray · w why · l português · ? keys · q quit"
    ),
    "learn.key.enter": N_("run the command in the live terminal"),
    "learn.key.type": N_("type it yourself; any way to the same effect counts"),
    "learn.key.free": N_("look around in the same terminal; Ctrl-] brings you back"),
    "learn.key.hint": N_("a hint; after the last one, have it done for you"),
    "learn.key.back": N_("undo the step before, for real"),
    "learn.key.xray": N_("the container from inside and outside"),
    "learn.key.why": N_("how the kernel does it"),
    "learn.key.predict": N_("guess again, at a step that has a question"),
    "learn.guess.text": N_("Your guess, and Enter (Enter alone skips):"),
    "learn.guess.number": N_("Your guess, a number, and Enter (Enter alone skips):"),
    "learn.guess.yes-or-no": N_("Your guess, yes or no, and Enter (Enter alone skips):"),
    "learn.no-guess": N_("There is nothing to guess at this step."),
    "learn.key.language": N_("Portuguese or English"),
    "learn.key.keys": N_("these keys"),
    "learn.key.quit": N_("leave; the machine is put back"),
    "learn.no-why": N_("There is nothing more to say about this step."),
    "learn.hint": N_("**Hint {number} of {total}.** {hint}"),
    "learn.do-it": N_("There are no more hints. Have it done for you? [y/N]"),
    "learn.your-turn": N_("Your turn, in the live terminal (Ctrl-] brings you back):"),
    "learn.free": N_("The live terminal is yours. Ctrl-] brings you back to the lesson."),
    "learn.back": N_("Back in the lesson."),
    "learn.first": N_("This is the first step; there is nothing to undo."),
    "learn.undone": N_("Undone. You are one step back, and so is the machine."),
    "learn.elsewhere": N_("The terminal is not in the shell where this step belongs ({place})."),
    "learn.not-yet": N_("Not yet. {fact}: expected {expected}, observed {observed}. Look at {source}."),
    "learn.what-now": N_("Press Enter or t to try again, h for a hint, b to undo the step before."),
    "learn.restart": N_("Start a fresh lab and repeat the steps up to here? [y/N]"),
    "learn.next": N_("On to the next lesson? [Y/n]"),
    "learn.all-done": N_("That was the last lesson. Well done!"),
    "learn.resuming": N_("Picking up where you left off: the steps before “{step}” are done again, silently."),
    "learn.question": N_("A question"),
    "learn.question-again": N_("Once more"),
    "learn.answer": N_("Your answer (a letter or a number; q to leave):"),
    "learn.right": N_("{letter}: right."),
    "learn.wrong": N_("{letter}: no."),
    "learn.lacking": N_("A right choice is missing from your answer."),
    "learn.quiz-right": N_("All questions answered."),
    "learn.quiz-missed": N_("Some questions are still open; they are asked again when you do this lesson again."),
    "learn.yes": N_("y"),
    "learn.no": N_("n"),
}
