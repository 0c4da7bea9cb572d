"""The sentences around the format reference. The sentence on each key stands where the key is declared."""

from __future__ import annotations

from runner.messages.translatable import N_, Sentence

REFERENCE: dict[str, Sentence] = {
    "reference.title": N_("The format of lessons"),
    "reference.intro": N_(
        "A course is a folder with `course.yaml` and one folder for each lesson, `NN-id`. A lesson is `lesson.yaml` "
        "(what is typed and checked) and one file of words for each language (`pt.yaml`, `en.yaml`). Everything is "
        "strict YAML: no anchors, no tags, no key twice; `no` and `0755` are texts. In texts marked *template*, "
        "`{{{{ name }}}}` stands for a variable of the course or of the machine: {machine}. "
        "An *identifier* begins with a lower-case letter; letters, digits and hyphens follow."
    ),
    "reference.required": N_("required"),
    "reference.optional": N_("optional"),
    "reference.one-of": N_("exactly one of {names}"),
    "reference.at-least-one-of": N_("at least one of {names}"),
    "reference.one-of-many": N_("exactly one of these {count}"),
    "reference.at-least-one-of-many": N_("at least one of these {count}"),
    "reference.needs": N_(", with {other}"),
    "reference.unless": N_(", not beside {beside}"),
    "reference.default": N_("{sentence}; {value} when not given."),
    "reference.course": N_("course.yaml: the course"),
    "reference.lesson": N_("lesson.yaml: what is typed and checked"),
    "reference.words": N_("pt.yaml, en.yaml: the words"),
    "reference.exercise": N_("exercise.yaml: what is prepared, and which facts are to become true"),
    "reference.exercise-words": N_("pt.yaml, en.yaml of an exercise: the words"),
    "reference.syllabus": N_("course.yaml of lessons from elsewhere: which lessons, in which order"),
    "reference.hazards": N_("What a command must not do unless `allow` says so"),
    # types
    "type.text": N_("text"),
    "type.template": N_("text (template)"),
    "type.form-id": N_("identifier"),
    "type.form-command": N_("command (template)"),
    "type.form-line": N_("one line (template)"),
    "type.form-place": N_("a short name, as it stands in a prompt"),
    "type.form-heading": N_("one line without variables"),
    "type.form-path": N_("absolute path (template)"),
    "type.form-address": N_("address or network (template)"),
    "type.form-port": N_("number of a port (template)"),
    "type.form-link": N_("name of a network link (template)"),
    "type.form-capability": N_("name of a capability, such as CAP_SYS_ADMIN"),
    "type.form-who": N_("number, or four of them (template)"),
    "type.form-number": N_("number (template)"),
    "type.form-owner": N_("number, or two with a colon (template)"),
    "type.form-map": N_("“inside outside count” (template)"),
    "type.choice": N_("one of {options}"),
    "type.integer": N_("whole number, {minimum} to {maximum}"),
    "type.from": N_("whole number from {minimum}"),
    "type.number": N_("number, {minimum} to {maximum}"),
    "type.flag": N_("true or false"),
    "type.list": N_("list of: {item}"),
    "type.list-minimum": N_("list of {minimum} or more: {item}"),
    "type.map": N_("names of your own, each with {value}"),
    "type.record": N_("keys"),
    "type.pair": N_("one form for v1 and one for v2"),
    "type.or": N_("{one}, or {other}"),
    # allow
    "hazard.recursive-removal": N_("Removing a tree that is not below a variable's directory."),
    "hazard.lazy-unmount": N_("Unmounting with `-l`, which only hides the mount."),
    "hazard.swallowed-error": N_("Hiding errors: `|| true`, `2>/dev/null`, `set +e`. (`wait PID || true` is fine.)"),
    "hazard.shared-rbind": N_(
        "A recursive bind mount without `mount --make-rslave` after it, at latest in the next step."
    ),
    "hazard.kill-by-name": N_(
        "Ending processes by name (`pkill`, `killall`), unless they are in this session (`-s 0`)."
    ),
    "hazard.whole-machine": N_(
        "Changing what the lab shares with the machine: loop devices, the kernel's log (`dmesg -C`), "
        "`/proc/sysrq-trigger`."
    ),
    "hazard.out-of-the-lab": N_(
        "Going through process 1 (`nsenter -t 1`, `/proc/1/root`) to files that are not sealed."
    ),
}
