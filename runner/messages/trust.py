"""The sentences on lessons from elsewhere, on other languages, and on trust."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

ELSEWHERE: dict[str, Sentence] = {
    "help.DIR": N_("DIR"),
    "help.DIGEST": N_("DIGEST"),
    "help.LANGUAGE": N_("LANGUAGE"),
    "help.folders": N_("Lessons from DIR beside the built-in ones. Before they first run they are shown, and it asks."),
    "help.trust": N_(
        "Let lessons from elsewhere with this digest run without asking, for this command only. With “mine”: those "
        "whose files are yours or root's and which nobody else can write."
    ),
    "help.distrust": N_("Also forget which lessons from elsewhere may run here."),
    "help.show-watch": N_("Show it again whenever one of its files changes, faults included. Ctrl-C ends it."),
    "origin.title": N_("Lessons from elsewhere: {folder}"),
    "origin.why": N_(
        "These lessons do not come with semdocker. **Everything below would be typed as root on this machine.** "
        "Read it, and let it run only if you know who wrote it."
    ),
    "origin.left-out": N_("Left out, because their files have faults (“semdocker lint” tells them): {names}"),
    "origin.undo": N_("{place}, to undo"),
    "origin.solution": N_("solution"),
    "origin.prove": N_("{place}, only in “prove”"),
    "origin.digest": N_("Digest of all their files: {digest}"),
    "origin.ask": N_("May they run on this machine, as they are now? [y/N]"),
    "trust.kept": P_(
        "Still trusted: {count} folder of lessons from elsewhere ({path}); “cleanup --distrust” forgets it.",
        "Still trusted: {count} folders of lessons from elsewhere ({path}); “cleanup --distrust” forgets them.",
    ),
    "trust.forgotten": N_("No lessons from elsewhere are trusted any more."),
    "words.fallback": N_("This lesson is not written in “{language}”; it is shown in “{shown}”."),
    "words.partly": N_("Not all of this lesson is written in “{language}” yet; the rest is shown in “{shown}”."),
    "show.changed": N_("Shown again when a file changes; Ctrl-C ends it."),
    "show.faulty": N_("Not shown as it is now; below is how it was before."),
    # errors
    "no-folder": N_("{path}: there is no such folder."),
    "trust-form": N_("--trust takes the digest that is shown (64 digits and letters a to f), or “mine”; not “{text}”."),
    "trust-mine": N_("Only you and root can write the lessons in {folder}, so they run (--trust mine)."),
    "trust-not-mine": N_(
        "--trust mine is for lessons that nobody but you and root can write, but {path} is {user}'s and has the mode "
        "{mode}. Nothing was run."
    ),
    "trust-failed": N_("{path} could not be written: {detail}"),
    "untrusted": N_(
        "The lessons in {folder} are not trusted on this machine, so nothing was run. Their commands are above. "
        "To let them run, add --trust {digest} (or --trust mine, if you alone write them), or type the command at a "
        "terminal, where it asks."
    ),
    "untrusted-refused": N_("The lessons in {folder} were not run."),
    "unknown-language": N_("Nothing is written in the language “{name}”. There are: {known}."),
    "unknown-language-near": N_("Nothing is written in the language “{name}”; did you mean “{near}”?"),
    "show-one": N_("“show” shows one lesson; there are: {known}."),
    "watch-json": N_("“show --watch” shows a page again and again; --json is one document."),
}
