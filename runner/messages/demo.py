"""The sentences of `demo`, for the class and for the instructor."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

DEMO: dict[str, Sentence] = {
    "stage.ready": N_("Enter or → goes on · b or ← undoes · ? shows the keys"),
    "stage.reads-on": P_("{count} more line: Enter or → goes on", "{count} more lines: Enter or → goes on"),
    "stage.summary": N_("In short"),
    "stage.questions": P_("Enter or → goes on: {count} question", "Enter or → goes on: {count} questions"),
    "stage.answer-next": N_("What do you think? Enter or → shows the answer"),
    "stage.next-question": N_("Enter or → asks the next question · b or ← turns back"),
    "stage.last": N_("Enter or → ends the lesson · b or ← turns back"),
    "stage.log": N_("The commands so far"),
    "stage.log.empty": N_("None yet."),
    "stage.log.unseen": N_("prepared unseen"),
    "stage.where": N_("{lesson} · {title} · step {index} of {total} · in: {place}"),
    "stage.moment": N_("One moment…"),
    "stage.free": N_("Free shell · Ctrl-] comes back"),
    "stage.not-yet": N_("Not as it should be. Enter starts afresh and tries again; b goes one step back."),
    "stage.more": P_(
        "{count} more line: Enter shows it, any other key goes back",
        "{count} more lines: Enter shows them, any other key goes back",
    ),
    "stage.any-key": N_("any key goes back"),
    "stage.go": N_("Go to step (1 to {total}), and Enter:"),
    "stage.leave": N_("Leave? The machine is put back. q leaves, any other key stays."),
    "stage.closed": N_("Enter goes on · r gives this lesson again · q leaves"),
    "stage.key.next": N_("type the command; then run it; then the next step"),
    "stage.key.back": N_("one step back, undone for real"),
    "stage.key.go": N_("go to a step by its number; what it needs is prepared"),
    "stage.key.restart": N_("this lesson from its first step"),
    "stage.key.free": N_("free shell in the same terminal; Ctrl-] comes back"),
    "stage.key.explain": N_("the explanation of this step"),
    "stage.key.other": N_("the other live terminal: the host's, or the container's"),
    "stage.key.xray": N_("the container from inside and outside"),
    "stage.key.log": N_("the commands so far"),
    "stage.key.blank": N_("blank screen, and back"),
    "stage.key.language": N_("Portuguese or English"),
    "stage.key.quit": N_("leave; the machine is put back"),
    "presenter.status": N_("step {index} of {total} · {state} · checks {passed}/{checks}"),
    "presenter.opening": N_("first page · {total} steps"),
    "presenter.clock": N_("{clock} of {minutes} min"),
    "presenter.summary": N_("after the last step: the summary"),
    "presenter.question": N_("question {index} of {total} · asked"),
    "presenter.answer": N_("question {index} of {total} · answered"),
    "presenter.log": N_("The class sees the commands so far."),
    "presenter.blank": N_("THE SCREEN IS BLANK"),
    "presenter.next": N_("Next: {title}"),
    "presenter.next-question": N_("Next: question {index} of {total}"),
    "presenter.next-answer": N_("Next: its answer"),
    "presenter.last": N_("This is the last page."),
    "presenter.ended": N_("The demo has ended."),
    "presenter.opened": N_("not typed yet"),
    "presenter.typed": N_("typed, waits for you"),
    "presenter.running": N_("running"),
    "presenter.done": N_("done"),
    "presenter.failed": N_("failed"),
    "no-demo": N_(
        "No demo is going on (seat {seat}). Start “semdocker demo” before the class first, then “demo --notes” here."
    ),
    "no-terminal-demo": N_(
        "“semdocker demo” is given by somebody at a terminal. Without one, use “semdocker demo --autoplay”."
    ),
    "speed-form": N_(
        "“{speed}” is no speed: a number of characters a second (“20”), or a factor of the usual pace (“2x”)."
    ),
}
