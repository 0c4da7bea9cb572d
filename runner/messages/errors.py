"""What went wrong, by the key that a RunnerError carries."""

from __future__ import annotations

from runner.messages.mark import N_, P_

ERRORS = {
    "invalid-lesson": P_(
        "{count} fault in the lesson files; nothing was run.", "{count} faults in the lesson files; nothing was run."
    ),
    "unknown-lesson": N_("There is no lesson called {name}. Did you mean {suggestion}?"),
    "no-such-lesson": N_("There is no lesson called {name}. “semdocker list” shows them all."),
    "not-root": N_("This needs the root user. Type:\n\n    {command}"),
    "path-taken": N_(
        "{path} already exists and semdocker did not make it, so it was not touched. "
        "Move it away, or choose another place with --set root=/another/path."
    ),
    "seat-busy": N_("Another run holds this machine: {holder}. Wait until it ends, or stop it first."),
    "journal-version": N_(
        "{path} was written by another version of semdocker, which alone knows how to undo it. "
        "Run “semdocker cleanup” with that version."
    ),
    "lab-failed": N_("The lab could not be started: {detail}"),
    "interrupted": N_("Interrupted. The machine was put back as it was."),
    "interrupted-before": N_("Interrupted before anything was changed."),
    "rolled-back": N_("The machine was put back as it was."),
    "dirty": N_(
        "Something of ours is still on this machine. No lesson starts until it is gone: run “sudo semdocker cleanup”."
    ),
    "bad-setting": N_("“{setting}” is not of the form NAME=VALUE, as in --set memory=128M."),
    "report-extension": N_("{path}: a report ends in .json or in .xml (JUnit)."),
    "report-folder": N_("{path}: that folder does not exist."),
    "report-failed": N_("The report {path} could not be written: {detail}"),
    "not-on-pipe": N_("This output was closed before everything was written."),
    "unexpected": N_(
        "This should not have happened: {detail}\nThe details were written to {path}; please send them with a report."
    ),
    "unexpected-unsaved": N_("This should not have happened: {detail}\nSEMDOCKER_DEBUG=1 shows the details."),
}
