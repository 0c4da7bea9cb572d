"""The sentences of errors. The keys are those of RunnerError."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

ERRORS: dict[str, Sentence] = {
    "invalid-lesson": P_(
        "{count} fault in the lesson files; nothing was run.", "{count} faults in the lesson files; nothing was run."
    ),
    "not-root": N_("This needs the root user. Type:\n\n    {command}"),
    "inside-lab": N_(
        "You are inside a lab, where no other can be opened. Ctrl-] brings you back to the lesson; for other commands "
        "use a second terminal of the machine."
    ),
    "cgroup-taken": N_(
        "The cgroup {path} already exists and semdocker did not make it, so it was not touched. "
        "Remove it (rmdir {path}), or take another seat with --seat NAME."
    ),
    "cgroup-elsewhere": N_(
        "The cgroup {path} belongs to a lab that was not opened here: to a chroot, to a container or to the machine "
        "outside. It was not touched. Take another seat with --seat NAME."
    ),
    "seat-busy": N_("Another run (process {holder}) is using this seat. Wait until it ends."),
    "seat-busy-here": N_(
        "Another run (process {holder}) is using the seat {seat}. "
        "For a lab of your own beside it, type this with your name as NAME:\n\n    {command}"
    ),
    "no-terminal": N_("“semdocker {verb}” talks with you at a terminal. Without one, use “semdocker run”."),
    "seat-live": N_(
        "A run is going on (seat {seat}, process {holder}). "
        "“semdocker cleanup --seat {seat} --yes” ends it and puts the machine back."
    ),
    "seat-name": N_(
        "A seat cannot be called “{name}”: its name has lower-case letters, digits and -, and does not begin with -."
    ),
    "seat-name-long": N_("A seat cannot be called “{name}”: its name has at most {limit} characters."),
    "journal-version": N_(
        "{path} was written by another version of semdocker, which alone knows how to undo it. "
        "Run “semdocker cleanup” with that version."
    ),
    "journal-failed": N_("{path} could not be written, so nothing more was changed: {detail}"),
    "folder-not-kept": N_(
        "Your directory {path} cannot be used: {reason}. You have an empty one, and nothing in it is kept after this "
        "lab."
    ),
    "folder-mounts": N_(
        "Your directory {path} cannot be used: something is mounted in it, at {point}, and the lab could take that "
        "away. You have an empty one, and nothing in it is kept after this lab."
    ),
    "folder-owners": N_(
        "Your directory {path} cannot be used, for its file system cannot show your files as root's in the lab. You "
        "have an empty one, and nothing in it is kept after this lab."
    ),
    "lacks": N_("This machine lacks what the lesson needs: {names}. “semdocker doctor” tells how to get it."),
    "lab-failed": N_("The lab could not be started: {detail}"),
    "interrupted": N_("Interrupted."),
    "dirty": N_(
        "Something of ours is still on this machine. No lesson starts until it is gone: run “sudo semdocker cleanup”."
    ),
    "prepare-failed": N_("Step {step}, which this lesson needs first, failed: {command}\n{detail}"),
    "no-bash": N_("{path} is missing or static; the course needs a bash that uses shared libraries."),
    "report-extension": N_("{path}: a report ends in .json or in .xml (JUnit)."),
    "wrong-ending": N_("{path}: it must end in {ending}, so that no other file is written over by a slip."),
    "report-folder": N_("{path}: that folder does not exist."),
    "not-written": N_("“{path}” cannot be written: {reason}."),
    "output-failed": N_("The output could not be written: {detail}"),
    "refused": N_("The machine refuses what this needs: {detail}"),
    "refused-file": N_("{path}: {detail}"),
    "refused-kernel": N_("{path}: {detail}; “semdocker doctor” tells what this machine lacks"),
    "unexpected": N_(
        "This should not have happened: {detail}\nThe details were written to {path}; please send them with a report."
    ),
    "unexpected-unsaved": N_("This should not have happened: {detail}\nSEMDOCKER_DEBUG=1 shows the details."),
}
