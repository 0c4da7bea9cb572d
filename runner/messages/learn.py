"""The sentences of `learn`: between the steps, about what the student typed, and around the questions."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

OPENING = N_("A sealed lab opens for it, as root. When you leave it, the machine is put back as it was.")
# What the key does that asks the teacher for help, or takes that back.
CALLS = {
    "ask": N_("ask the teacher for help, who sees it with “semdocker class”"),
    "unask": N_("take back that you need help"),
}
LEARN: dict[str, Sentence] = {
    # keys; the line under a step has those that do something there
    "learn.press.enter": N_("Enter run"),
    "learn.press.next": N_("Enter goes on"),
    "learn.press.evidence": N_("e evidence"),
    "learn.press.type": N_("t type"),
    "learn.press.hint": N_("h hint"),
    "learn.press.free": N_("f shell"),
    "learn.press.back": N_("b back"),
    "learn.press.undo": N_("b undo"),
    "learn.press.why": N_("w why"),
    "learn.press.xray": N_("x x-ray"),
    "learn.press.predict": N_("p guess"),
    "learn.press.language": N_("l {language}"),
    "learn.press.other": N_("o other terminal"),
    "learn.press.ask": N_("a ask teacher"),
    "learn.press.unask": N_("a no help needed"),
    "learn.press.keys": N_("? more"),
    "learn.press.quit": N_("q quit"),
    "learn.press.numbered": N_("What now? A number or letter, and Enter (Enter alone is 1): {keys}"),
    "learn.no-key": N_("“{typed}” is not one of the keys; ? shows every key."),
    "learn.no-number": N_("“{typed}” is no number; type digits, such as 42."),
    "learn.not-a-key": N_("“{typed}” is not one of these keys."),
    "learn.key.enter": N_("run the command in the live terminal"),
    "learn.key.next": N_("on to the next page"),
    "learn.key.evidence": N_("everything that was checked, and where"),
    "learn.key.type": N_("type it yourself; any way to the same effect counts"),
    "learn.key.free": N_("look around in the same terminal; Ctrl-] or Ctrl-5 brings you back"),
    "learn.key.other": N_("look around in the other terminal: the host's, or the container's"),
    "learn.key.hint": N_("a hint; after the last one, have it done for you"),
    "learn.key.back": N_("undo for real: a try that failed, or else the step before"),
    "learn.key.xray": N_("the container from inside and outside"),
    "learn.key.why": N_("how the kernel does it"),
    "learn.key.predict": N_("guess again, at a step that has a question"),
    "learn.key.language": N_("go on in another language"),
    **{f"learn.key.{name}": words for name, words in CALLS.items()},
    "learn.key.keys": N_("these keys"),
    "learn.key.quit": N_("leave; the machine is put back, your place is kept"),
    "learn.key.interrupt": N_("stops the command that is running; at this line of keys, leaves"),
    # at the live prompt
    "learn.live.step": N_("Enter runs it · or type, as in any shell · Esc or Ctrl-]: keys"),
    "learn.live.result": N_("Enter goes on · or look around in the shell · Esc or Ctrl-]: keys"),
    "learn.live.what-now": N_("Try again here, or Enter shows how; under Esc there are a hint and the undo."),
    "learn.live.in-the-way": N_(
        "Something done before may be in the way: Esc, then b, and the machine is as the lesson leaves it before "
        "this step."
    ),
    "learn.live.busy": N_("What you began still runs · Ctrl-C or Ctrl-Z stops most · Ctrl-], b undoes it"),
    "learn.live.astray": N_("Enter offers a fresh start of this step · or type in the shell · Esc: keys"),
    "learn.press.shell": N_("Enter shell"),
    "learn.key.shell": N_("back to the shell"),
    "learn.sure": N_("Undo it for real? [Y/n]"),
    "learn.asked": N_("Asked for help: the teacher sees it with “semdocker class”; a takes it back."),
    "learn.unasked": N_("Taken back: the teacher does not see any more that you need help."),
    "learn.visited": N_("[{name}] is looking at this lab, and can change nothing in it."),
    "learn.unvisited": N_("[{name}] is not looking any more."),
    # around the steps
    "learn.folder": N_("Your directory {place} is kept from one lab to the next. On the machine it is {path}."),
    "learn.other-language": N_("Em português: tecle l, ou comece com --lang pt · (this is English)"),
    "learn.practiced": P_(
        "Practice: {count} exercise tried. “semdocker practice” shows what there is.",
        "Practice: {count} exercises tried. “semdocker practice” shows what there is.",
    ),
    "learn.more": N_("Enter shows more"),
    "learn.begin": N_("Enter begins · l {language} · q quit"),
    "learn.guess.text": N_("Your guess, and Enter (Esc shows the keys, Enter alone skips):"),
    "learn.guess.number": N_("Your guess, a number, and Enter (Esc shows the keys, Enter alone skips):"),
    "learn.guess.yes-or-no": N_("Your guess, yes or no, and Enter (Esc shows the keys, Enter alone skips):"),
    "learn.guess.before": N_("Your guess so far: {guess}. Enter alone keeps it."),
    "learn.press.question": N_("Enter back to the question"),
    "learn.key.question": N_("back to the question"),
    "learn.no-guess": N_("There is nothing to guess at this step."),
    "learn.no-why": N_("There is nothing more to say about this step."),
    "learn.no-xray": N_("There is no lab to look into."),
    "learn.hint": N_("**Hint {number} of {total}.** {hint}"),
    "learn.do-it": N_("There are no more hints. Have it done for you? [y/N]"),
    "learn.your-turn": N_("Your turn, in the live terminal (Ctrl-] brings you back):"),
    "learn.over": N_("You are in the other terminal now, at “{place}”; the key o leads back."),
    "learn.free": N_("The live terminal is yours, and still in the lesson. Ctrl-] brings you back."),
    "learn.free-in": N_("The other terminal is yours, at “{place}”, and still in the lesson. Ctrl-] brings you back."),
    "learn.back": N_("Back in the lesson, at step {index} of {total}: {title}"),
    "learn.done-already": N_("What you did there is what this step is about: it counts as done."),
    "learn.true-already": N_("All that this step is about is true already: it counts as done."),
    "learn.first": N_("This is the first step; there is nothing to undo."),
    "learn.undone": N_("Undone. You are one step back, and so is the machine."),
    "learn.undone-try": N_("Undone. The lab is as the lesson leaves it, before you tried this step."),
    "learn.not-yet": N_("Not yet: what is missing, and where to look, is told above."),
    "learn.not-yet-exit": N_("Not yet. The command did not end as it should; its own message, above, says why."),
    "learn.what-now": N_("Enter or t tries again, h gives a hint, b undoes this try."),
    "learn.in-the-way": N_(
        "Something done before may be in the way: b, and the machine is as the lesson leaves it before this step."
    ),
    "learn.looking": N_("Looking at what that did …"),
    "learn.restart": N_("Start a fresh lab and repeat the steps up to here? [Y/n]"),
    "learn.restarting": N_("Making a fresh lab, and doing the steps up to here again …"),
    "learn.undoing": N_("Undoing …"),
    "learn.restarted": N_("A fresh lab, with everything up to this step done again."),
    "learn.challenge": N_(
        "Challenge: “{title}”. The same task without the commands; facts are the judge. y begins it, Enter goes on."
    ),
    "learn.next": N_("On to the next lesson, “{title}”? [Y/n]"),
    "learn.yes-or-no": N_("“{typed}” is no answer; y is yes, n is no."),
    "learn.resuming": N_(
        "Picking up where you left off: lesson {lesson}. The steps before “{step}” are done again, silently."
    ),
    "learn.opening": OPENING,
    "learn.resuming-quiz": N_("Picking up where you left off: the questions of lesson {lesson}."),
    "learn.only-questions": P_(
        "You have done every step of this lesson; {count} question is open. Answer it now? [Y/n]",
        "You have done every step of this lesson; {count} questions are open. Answer them now? [Y/n]",
    ),
    "learn.place-kept": N_("Your place is kept: “semdocker learn” goes on here."),
    "learn.lesson-done": N_("Lesson {lesson} complete: {steps}, {questions}."),
    "learn.lesson-over": N_("Lesson {lesson} is over. Still missing: {missing}"),
    "learn.course-done": N_("You have completed the whole course. Well done!"),
    "learn.course-next": N_(
        "What next: “semdocker show --map” tells what Docker and Kubernetes call each thing that you built, “semdocker "
        "practice” gives you broken containers to fix, “semdocker report” shows what you did, and “semdocker learn "
        "LESSON” repeats a lesson."
    ),
    "learn.last": N_("That was the last lesson. “semdocker learn” takes you to what is still missing."),
    "learn.yes": N_("y"),
    "learn.no": N_("n"),
    # where the terminal is, and where it should be
    "learn.inside": N_(
        "This step is typed outside, in the machine's shell, but the terminal is in “{place}”. “exit” leaves it."
    ),
    "learn.outside": N_("This step is typed in “{wanted}”, but the terminal is outside, in the machine's shell."),
    "learn.elsewhere": N_("This step is typed in “{wanted}”, but the terminal is in “{place}”."),
    "learn.other-terminal": N_(
        "This step is typed in “{wanted}”, but this terminal is in “{place}”: Esc, then o, leads to the other one."
    ),
    "learn.inside-a-try": N_(
        "You are in what this try has started. Leave it by “exit” before you try again; Enter alone shows how it is "
        "done."
    ),
    "learn.back-in": N_("You are in “{place}” again, where this step is typed."),
    "learn.deeper": N_(
        "This step is typed in “{wanted}”, but another program has the terminal: “{command}”. "
        "A shell is left by “exit”, other programs by Ctrl-C."
    ),
    "learn.leads-there": N_("The key f leads to the shell."),
    "learn.gone": N_("The shell that the lesson was in has ended."),
    # questions
    "learn.question": N_("Question {index} of {total}"),
    "learn.question-again": N_("Question {index} of {total}, once more"),
    "learn.answer.one": N_("Your answer, a letter or a number (l {language}, q to leave):"),
    "learn.answer.many": N_("Your answer, one or more letters (l {language}, q to leave):"),
    "learn.answer.number": N_("Your answer, a number (l {language}, q to leave):"),
    "learn.answer.text": N_("Your answer, a word, an option or a path (l {language}, q to leave):"),
    "learn.right": N_("{letter}: right."),
    "learn.wrong": N_("{letter}: no."),
    "learn.typed-right": N_("“{typed}”: right."),
    "learn.typed-wrong": N_("“{typed}”: no, not that."),
    "learn.lacking": P_("A right choice is missing from your answer.", "Right choices are missing from your answer."),
    "learn.solution": N_("The answer is: {answer}"),
    "learn.review": P_("{count} question once more:", "{count} questions once more:"),
    "learn.quiz-right": N_("All questions answered."),
    "learn.quiz-missed": N_("Some questions are still open; they are asked again when you come back to this lesson."),
    # the typed command beside the command of the lesson
    "nearmiss.nothing": N_("Nothing was typed. t lets you try again; Enter alone, here, runs the command for you."),
    "nearmiss.prompt": N_("“{typed}” is only the prompt; type what comes after it."),
    "nearmiss.quote": N_("A quotation mark is never closed in what you typed."),
    "nearmiss.quotes": N_(
        "The words are right, the quotation marks are not: in double quotes this shell replaces “$” before "
        "the command sees it; in single quotes it does not."
    ),
    "nearmiss.sudo": N_("“sudo” is not needed in the lab: type the command without it."),
    "nearmiss.typo": N_("You typed “{typed}”; did you mean “{wanted}”?"),
    "nearmiss.program": N_("You typed the command “{typed}”; this step is about “{wanted}”."),
    "nearmiss.unfinished": N_("That is only the beginning of the command; it goes on with “{words}”."),
    "nearmiss.rest": N_("That was only the beginning of the command; type the rest, too: “{words}”"),
    "nearmiss.later": N_("That is a later part of the command; this comes before it: “{words}”"),
    "nearmiss.background": N_("A “&” is missing at the end: without it, the shell waits until the program ends."),
    "nearmiss.directory": N_(
        "The shell is in “{here}”. The steps so far left it in “{there}”; “cd {there}” leads back."
    ),
    "nearmiss.beyond": N_("Your command goes on too far, with “{words}”."),
    "nearmiss.missing-flag": N_("Missing: {wanted}"),
    "nearmiss.extra-flag": N_("Too much, or another option than the lesson's: {typed}"),
    "nearmiss.missing-word": N_("Something is missing from the command: “{wanted}”."),
    "nearmiss.extra-word": N_("The command has something extra: “{typed}”."),
    "nearmiss.path": N_("You wrote “{typed}”; the path here is “{wanted}”."),
    "nearmiss.word": N_("You wrote “{typed}” where the lesson has “{wanted}”."),
    "nearmiss.as-inside": N_("“{typed}” is the machine's own; seen from here, the tree's is “{wanted}”."),
    "nearmiss.as-outside": N_("Seen from in here the path is “{wanted}”; “{typed}” is how it looks from outside."),
}
