"""The sentences of `prove`."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

PROVE: dict[str, Sentence] = {
    "help.prove": N_(
        "Prove lessons by running them. Each check red before its step, green after, red again after its undo and "
        "after every sabotage; the machine clean; then all but the sabotage again. Also exercises, by name: "
        "broken, mended, mended wrongly. Also takes the folder of a lesson. Needs root (asks sudo)."
    ),
    "help.pairs": N_("Then run each lesson right after each other one too."),
    "prove.lesson": N_("{lesson}, round {number} of {total}"),
    "prove.pairs": N_("Each lesson right after each other one"),
    "prove.exercise": N_("Exercise {exercise}"),
    "prove.pair": N_("{lesson} after {previous}"),
    "prove.first": N_("{lesson} first"),
    # the phases of a step in which everything went well
    "prove.stage.before": N_("red before"),
    "prove.stage.instead": P_("red with {count} other command", "red with {count} other commands"),
    "prove.stage.step": N_("green after"),
    "prove.stage.after": P_("red after {count} sabotage", "red after {count} sabotages"),
    "prove.stage.undo": N_("red undone"),
    "prove.stage.kept": N_("nothing to undo"),
    "prove.stage.again": N_("green again"),
    "prove.stage.prepared": N_("red as it is prepared"),
    "prove.stage.mended": N_("green"),
    "prove.stage.mistaken": N_("red, as it should be"),
    # the doubts
    "prove.doubt.green-before": N_(
        "check {check} cannot fail: it is green before this step is done (what a step keeps true stands under “keeps”)"
    ),
    "prove.doubt.kept-red": N_(
        "check {check} is under “keeps”, but it is not true before this step, or when it is undone"
    ),
    "prove.doubt.green-undone": N_("check {check} is still green after the undo: one of the two is wrong"),
    "prove.doubt.green-sabotaged": N_("check {check} is still green after the sabotage “{command}”"),
    "prove.doubt.unseen": N_("check {check} could not look before this step is done"),
    "prove.doubt.not-green": N_("check {check} does not pass after this step"),
    "prove.doubt.not-as-told": N_("the command does not end as the lesson says: “{command}”"),
    "prove.doubt.sabotage-failed": N_("the sabotage itself failed: “{command}”"),
    "prove.doubt.undo-failed": N_("the undo itself failed: “{command}”"),
    "prove.doubt.true-before": N_("fact {check} is true although nothing was done yet"),
    "prove.doubt.fact-false": N_("fact {check} is not true after this way"),
    "prove.doubt.way-troubled": N_("a command of this way does not end"),
    "prove.doubt.solved-itself": N_("every fact became true although nothing was done"),
    "prove.doubt.wrong-solves": N_("every fact became true, although this way is said to be wrong: “{command}”"),
    "prove.doubt.trouble": N_("it could not go on"),
    "prove.doubt.left": N_("the machine is not as it was"),
    "prove.clean": N_("machine as it was"),
    # the end
    "prove.table.rounds": N_("Rounds"),
    "prove.table.steps": N_("Steps"),
    "prove.table.sabotages": N_("Sabotages"),
    "prove.proven": N_("proven"),
    "prove.not-proven": N_("not proven"),
    "prove.all": P_("{count} lesson is proven.", "{count} lessons are proven."),
    "prove.some": P_(
        "{proven} of {count} lesson is proven; the doubts are above.",
        "{proven} of {count} lessons are proven; the doubts are above.",
    ),
    "prove.all-exercises": P_("{count} exercise is proven.", "{count} exercises are proven."),
    "prove.some-exercises": P_(
        "{proven} of {count} exercise is proven; the doubts are above.",
        "{proven} of {count} exercises are proven; the doubts are above.",
    ),
    "prove.none-tried": N_("This machine lacks what the lessons need; nothing was proven."),
}
