"""The sentences of `lint` and `new`, and of the faults that only they find."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

LINT: dict[str, Sentence] = {
    # commands
    "recursive-removal": N_(
        "“{words}” removes whatever it finds, in an ordinary terminal host directories mounted there included. "
        "Name what goes, below a "
        "variable (“{{{{ root }}}}/tmp/x”), or say why not with “allow: [recursive-removal]”."
    ),
    "lazy-unmount": N_(
        "“{words}” only hides the mount, which lives on while it is in use. Unmount without “-l” once its users have "
        "ended, or say so with “allow: [lazy-unmount]”."
    ),
    "swallowed-error": N_(
        "“{words}” hides an error that nobody will then see. Let it show (“fails:” if it is meant), or say so with "
        "“allow: [swallowed-error]”."
    ),
    "shared-rbind": N_(
        "In an ordinary terminal, what is unmounted under “{words}” is unmounted on the host as well. "
        "Follow it with “mount --make-rslave {words}”, or say so with “allow: [shared-rbind]”."
    ),
    "kill-by-name": N_(
        "“{words}” ends whatever has that name on this machine, and in the labs of others. Bound it (“pkill -s 0 …” is "
        "this shell's session), name a number, or say so with “allow: [kill-by-name]”."
    ),
    "out-of-the-lab": N_(
        "“{words}” leaves the sealed lab for the machine's own files, unless process 1 is a container's. Then say so "
        "with “allow: [out-of-the-lab]”."
    ),
    "whole-machine": N_(
        "“{words}” changes what belongs to the whole machine, and nothing puts it back. Do without it, or undo it and "
        "say so with “allow: [whole-machine]”."
    ),
    "allow-unused": N_("Nothing here does what “{name}” allows; take it away."),
    "undo-nothing": N_("“undo: nothing”, but this step changes something ({names}). Write the way back, or “replay”."),
    "shell-left": N_(
        "“{step}” is typed in “{place}”, but that shell was left in step “{other}”. Enter it again, or say “at: host”."
    ),
    "shell-covered": N_(
        "“{step}” is typed in “{place}”, but the terminal is in “{inner}” since step “{other}” and nobody left it."
    ),
    "step-unchecked": N_("The step “{name}” has no check: nobody would notice if it did nothing. Add “checks”."),
    "has-and-lacks": N_("“{name}” must be there and must not: this can never be true. Take it away from one of both."),
    "compared-with-itself": N_("This compares “{name}” with itself, so no step can change it. Name another one."),
    # words
    "fails-unexplained": N_("This step fails on purpose, and nothing says what was seen. Add “after”."),
    "word-avoided": N_("The course says “{better}” and not “{word}”: one thing has one name (semdocker glossary)."),
    "hint-holds-command": N_("This hint has the whole command in it; leave something to find."),
    "variable-lacking": N_("“{{{{ {name} }}}}” is used here in “{language}”, but not in this language. Use it, too."),
    "code-lacking": N_(
        "`{code}` stands here in “{language}”, but not in this language. Say it in both, or in neither."
    ),
    "translation-stale": N_(
        "“{name}” says something else in “{language}” since this was translated. Compare them, then run "
        "“semdocker lint --accept”."
    ),
    "translation-unrecorded": N_(
        "It is not on record that “{name}” was translated from “{language}”. Compare them, then run "
        "“semdocker lint --accept”."
    ),
    "place-unnamed": N_("“{name}” has no name in this language: write one under “places”."),
    "untranslated": N_("“{name}” is not translated here yet; another language is shown instead."),
    "translation-source": N_("This is no translation from “{language}”. Name another language of this lesson."),
    # course.yaml
    "variable-needed": N_("The runner needs a variable “{name}” of the type “{type}”. Declare it here."),
    "variable-unused": N_("No lesson uses the variable “{name}”. Use it, or take it away."),
    # the report
    "lint.warning": N_("{file}:{line}:{column}: warning: {sentence}"),
    "lint.lessons": P_("{count} lesson", "{count} lessons"),
    "lint.errors": P_("{count} fault", "{count} faults"),
    "lint.warnings": P_("{count} warning", "{count} warnings"),
    "lint.clean": N_("{lessons}: nothing to complain about."),
    "lint.found": N_("{lessons}: {errors}, {warnings}."),
    "lint.reference": N_("What may stand where: semdocker show --format-reference"),
    "lint.accepted": N_("{file}: the translation is on record as it is today."),
    "lint.accepted-already": N_("Every translation was on record already."),
    # new
    "new-id": N_("“{id}” cannot be a lesson's id: begin with a lower-case letter, then letters, digits and hyphens."),
    "new-id-near": N_("“{id}” cannot be a lesson's id (lower-case letters, digits, hyphens); did you mean “{near}”?"),
    "new-exists": N_("There is a lesson “{id}” already, in “{path}”; it was left as it is."),
    "new-full": N_("The course in “{path}” has 99 lessons; begin another with --into."),
    "new.made": N_("{lesson} is a whole lesson: it runs as it is. Change it step by step."),
    "new.course-file": N_("the course: its title and variables"),
    "new.lesson-file": N_("what is typed and checked"),
    "new.pt-file": N_("the words in Portuguese"),
    "new.en-file": N_("the words in English"),
    "new.next": N_("After each change:"),
    "new.lint": N_("what is wrong in the files, with the line and what to do; in a second"),
    "new.prove": N_("each check red before its step, green after, red again when undone; as root"),
    "new.reference": N_("every key there is"),
    "new.course": N_(
        "A course: one folder for each lesson, NN-id, in the order of their numbers. The values are defaults of "
        "variables, which commands and words use between double braces."
    ),
    "new.lesson": N_(
        "What is typed and checked; what is said stands in pt.yaml and en.yaml, by the same names. "
        "Every key there is: semdocker show --format-reference"
    ),
    "new.words": N_(
        "What is said, by the names of steps and questions in lesson.yaml. Markdown; the same steps, flags and code in "
        "every language."
    ),
    # the command line
    "no-such-path": N_("There is no “{path}”."),
    "no-such-schema": N_("There is no schema “{name}”. There are: {known}."),
    "help.lint": N_(
        "Tell what is wrong with lessons without running them. "
        "For authors: the built-in ones, a folder of lessons, or one lesson."
    ),
    "help.new": N_("Make a new lesson that runs as it is. In both languages, with comments that teach the format."),
    "help.id": N_("The lesson's id, such as “my-lesson”; its number is chosen for you."),
    "help.ID": N_("ID"),
    "help.into": N_("The folder of the course; ./lessons when not given, or this folder if it is a course."),
    "help.FOLDER": N_("FOLDER"),
    "help.paths": N_("A folder of lessons or one lesson in it; the built-in lessons when none is named."),
    "help.PATH": N_("PATH"),
    "help.github": N_("Write the faults as annotations for GitHub Actions."),
    "help.schema": N_("Print the JSON Schema of a kind of file, for an editor: course, lesson or words."),
    "help.map": N_("Show what Docker, Podman, OCI and Kubernetes call what each lesson builds by hand."),
    "help.format-reference": N_("For authors: every key that a lesson file may have, and what it means."),
    "help.accept": N_("Put it on record that the translations fit what their source says today."),
    "help.KIND": N_("KIND"),
}
