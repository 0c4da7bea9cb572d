"""The sentences of faults in lesson files and in values of variables. The keys are those of Fault and RunnerError."""

from __future__ import annotations

from runner.messages.translatable import N_, Sentence

FAULTS: dict[str, Sentence] = {
    # reading the file
    "file-missing": N_("This file does not exist."),
    "file-unreadable": N_("This file cannot be read: {reason}."),
    "not-a-file": N_("This is not a regular file."),
    "too-big": N_("This file is larger than {limit} KiB."),
    "not-utf8": N_("The byte {byte} is not UTF-8 text; save the file as UTF-8."),
    "control-character": N_("The invisible control character {code} is not allowed here."),
    "too-deep": N_("More than {limit} levels of nesting."),
    "too-many-values": N_("More than {limit} values in one file."),
    "too-many-faults": N_("More than {limit} faults in this file; the rest is not shown."),
    "yaml-empty": N_("This file is empty."),
    "yaml-syntax": N_("This is not valid YAML from here on ({problem})."),
    "yaml-character": N_(
        "A value cannot begin with this character (a tab, @, ` or %): put the value in quotes, indent with spaces."
    ),
    "yaml-colon": N_("A “: ” inside an unquoted value: put the whole value in quotes."),
    "yaml-dash": N_("A list cannot begin on this line: put each “- ” on a line of its own."),
    "yaml-quote": N_("The quotation mark opened here is never closed."),
    "yaml-escape": N_(
        "Unknown escape after “\\”: in double quotes write “\\\\” for a backslash, or use single quotes."
    ),
    "yaml-bracket": N_("The bracket or brace opened here is not closed, or a comma is missing."),
    "yaml-indent": N_("This line is not indented like its neighbours."),
    "yaml-no-colon": N_("A key without “:” after it."),
    "yaml-documents": N_("A second document (“---”) begins here; one file holds one."),
    "yaml-alias": N_("References (“*{name}”) are not allowed; write the value out."),
    "yaml-anchor": N_("Anchors (“&{name}”) are not allowed."),
    "yaml-tag": N_("Tags (“{name}”) are not allowed."),
    "yaml-merge": N_("Merging with “<<” is not allowed."),
    "yaml-key": N_("A key must be plain text, not a list or a mapping."),
    "yaml-duplicate": N_("“{name}” appears twice; the first is on line {first}."),
    # shapes
    "unknown-key": N_("“{name}” is not known here. Known: {known}."),
    "unknown-key-near": N_("“{name}” is not known here; did you mean “{near}”?"),
    "missing-key": N_("“{name}” is missing here."),
    "missing-one-of": N_("At least one of these is missing here: {names}."),
    "more-than-one": N_("“{name}” is one too many: only one of {names} can be given here."),
    "without-other": N_("“{name}” says nothing here without “{other}”."),
    "idle-beside": N_("“{name}” says nothing beside “{beside}”."),
    "empty": N_("A value is missing here."),
    "want-text": N_("Expected text here."),
    "want-integer": N_("Expected a whole number, without quotes or leading zeros."),
    "want-number": N_("Expected a number, such as 3 or 0.5."),
    "want-flag": N_("Expected true or false."),
    "want-list": N_("Expected a list here."),
    "want-mapping": N_("Expected keys with values here."),
    "want-text-or-list": N_("Expected text or a list here."),
    "want-text-or-mapping": N_("Expected text here, or one form for v1 and one for v2."),
    "want-text-or-list-or-mapping": N_("Expected text, a list, or one form for v1 and one for v2."),
    "want-choice": N_("“{name}” is not possible here. Possible: {known}."),
    "want-choice-near": N_("“{name}” is not possible here; did you mean “{near}”?"),
    "out-of-range": N_("{value} is out of range: from {minimum} to {maximum}."),
    "too-few": N_("The list needs at least {minimum}."),
    "form": N_("“{text}” does not have the expected form ({pattern})."),
    "form-id": N_("“{text}” is not an identifier: begin with a lower-case letter, then letters, digits and hyphens."),
    "form-key": N_("“{text}” cannot be a key here."),
    "form-command": N_("A command cannot contain a tab: the interactive shell would complete names."),
    "form-line": N_("This must fit on one line."),
    "form-place": N_("This must be at most 24 characters, without quotes, brackets, braces or any of \\ $ ` !."),
    "form-heading": N_("This must be one line without braces or variables; the catalogue shows it as it is."),
    "form-path": N_("“{text}” is not an absolute path."),
    "part-is-lesson": N_("A lesson is called “{name}”; a part needs another name."),
    "name-of-a-part": N_("A part of the course is called “{name}”; choose another name."),
    "form-address": N_("“{text}” is not an address or a network: write 10.0.0.2, 10.0.0.2/24 or 10.0.0.0/24."),
    "form-port": N_("“{text}” is not the number of a port, from 1 to 65535."),
    "form-link": N_("“{text}” is not the name of a network link: up to 15 characters, no blank and no slash."),
    "form-capability": N_("“{text}” is no capability; capabilities(7) has their names, such as CAP_SYS_ADMIN."),
    "form-who": N_(
        "“{text}” is not the number of a user or a group: one number, or real, effective, saved and for files."
    ),
    "form-number": N_("“{text}” is not a number."),
    "form-owner": N_("“{text}” is no owner: write the numbers of user and group, 1000:1000, or of the user alone."),
    "form-map": N_("“{text}” is not a row of a map: write “inside outside count”, such as “0 100000 65536”."),
    # rules between values and files
    "no-lessons": N_("There are no lessons in this folder."),
    "folder-name": N_("The folder “{name}” is not named like a lesson: two digits, a hyphen, the lesson's id."),
    "outside": N_("“{name}” is a link that leads out of its folder."),
    "format-version": N_("Format “{found}” is not known to this version; it reads format {known}."),
    "id-is-not-folder": N_("The id “{id}” does not fit the folder “{folder}”."),
    "twice": N_("“{name}” appears twice."),
    "lesson-twice": N_("The lesson “{name}” exists already, in “{folder}”."),
    "course-twice": N_("A second course file; the first is {first}, and only one can order the lessons."),
    "variable-other-type": N_("The variable “{name}” is already declared, with the type “{type}”."),
    "title-missing": N_("The title is missing in “{language}”."),
    "folder-undeclared": N_("The variable “folder” is only for a lesson with the key “folder”, and for its exercises."),
    "variable-reserved": N_("“{name}” is given by the runner and cannot be declared."),
    "unknown-variable": N_("The variable “{name}” is not declared. Declared: {known}."),
    "unknown-variable-near": N_("The variable “{name}” is not declared; did you mean “{near}”?"),
    "template-not-plain": N_("Only plain variables such as “{{{{ root }}}}” are allowed, not “{text}”."),
    "unknown-capability": N_("“{name}” is not a known requirement. Known: {known}."),
    "unknown-capability-near": N_("“{name}” is not a known requirement; did you mean “{near}”?"),
    "unknown-lesson": N_("There is no lesson “{name}”. There are: {known}."),
    "unknown-lesson-near": N_("There is no lesson “{name}”; did you mean “{near}”?"),
    "needs-later": N_("The lesson “{name}” does not come before this one."),
    "needs-nothing": N_("The lesson “{name}” leaves nothing to others (it has no “leaves”)."),
    "unknown-step": N_("This lesson has no step “{name}”. It has: {known}."),
    "unknown-step-near": N_("This lesson has no step “{name}”; did you mean “{near}”?"),
    "unknown-shell": N_("No shell is called “{name}” before this step. Known: {known}."),
    "unknown-shell-near": N_("No shell is called “{name}” before this step; did you mean “{near}”?"),
    "unknown-place": N_("Nothing is called “{name}” at this step. Known: {known}."),
    "unknown-place-near": N_("Nothing is called “{name}” at this step; did you mean “{near}”?"),
    "host-is-taken": N_("“host” is the lab's own shell; choose another name."),
    "unknown-choice": N_("“{name}” is not one of the choices: {known}."),
    "unknown-choice-near": N_("“{name}” is not one of the choices; did you mean “{near}”?"),
    "bad-expression": N_("This is not a valid regular expression ({problem})."),
    "sabotage-unchecked": N_("This step has no “checks”, so nothing would see what the sabotage breaks."),
    "keeps-unchecked": N_(
        "This step has no “checks”, and what it keeps is true before it, too: nothing tells it done."
    ),
    "hint-is-command": N_("This hint is the command itself; a hint should leave something to find."),
    "unwritten-both": N_("No words yet for: {missing}. Words for what the lesson does not have: {left}."),
    "unwritten-missing": N_("No words yet for: {missing}."),
    "unwritten-left": N_("Words for what the lesson does not have: {left}."),
    "words-missing": N_("“{name}” has no words under “{section}”."),
    "words-unknown": N_("Words for “{name}”, which the lesson does not have. It has: {known}."),
    "words-unknown-near": N_("Words for “{name}”, which the lesson does not have; did you mean “{near}”?"),
    "words-not-predicted": N_("This step has no “predict” in lesson.yaml, so there is nothing to ask."),
    "predict-of": N_("“of” belongs only to “kind: pid”; it says whose PID is guessed."),
    "words-other": N_("“{name}” does not belong to this sort of question; its words are: {known}."),
    "question-key": N_("“{name}” belongs only to a question with “{needed}”."),
    "remark-right": N_("“{name}” is a right answer; a remark on it would never be seen."),
    "remark-number": N_("“{name}” is no number, and only numbers can be answered here."),
    "remark-lacking": N_("The remark on “{name}” at the question “{question}” exists in “{language}” but not here."),
    "words-lacking": N_("“{name}” of the step “{step}” exists in “{language}” but not here."),
    # values of variables
    "value-path": N_("“{name}” must be an absolute path of letters, digits and . _ + @ - without “..”, not “{value}”."),
    "value-name": N_(
        "“{name}” must be a name of letters, digits, “_” and “-” that begins with a letter, not “{value}”."
    ),
    "value-hostname": N_(
        "“{name}” must be a hostname of letters, digits, “-” and “.”, at most 63 characters, not “{value}”."
    ),
    "value-link": N_(
        "“{name}” must be a name for a network link: letters, digits, “_”, “-” and “.”, at most 15, not “{value}”."
    ),
    "value-count": N_("“{name}” must be a whole number, 1 or more, not “{value}”."),
    "value-size": N_("“{name}” must be a size such as 64M (K, M or G; no “MB”), not “{value}”."),
    "value-token": N_("“{name}” must be one word of letters, digits and “_”, not “{value}”."),
    # errors raised by render.py, not faults
    "root-place": N_(
        "root cannot be {path}: in the lab, what is in the folder above it cannot be seen, and programs need that. "
        "Choose a folder such as /containers/NAME, /tmp/NAME or /srv/NAME."
    ),
    "set-syntax": N_("--set takes name=value, not “{text}”."),
    "set-unknown": N_("There is no variable “{name}”. There are: {known}."),
    "value-machine": N_("This machine gives “{name}” a value that cannot be used safely: “{value}”."),
}
