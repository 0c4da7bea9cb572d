"""The sentences of `practice` and `check`."""

from __future__ import annotations

from runner.messages.learn import CALLS, OPENING
from runner.messages.translatable import N_, P_, Sentence

PRACTICE: dict[str, Sentence] = {
    "practice.title": N_("Practice · {title}"),
    "practice.title-broken": N_("Broken · {title}"),
    "practice.symptom": N_("**Symptom.** {symptom}"),
    "practice.facts": N_("Your goals; any way to reach them counts:"),
    "practice.repeat": P_(
        "Once more today, so that it stays: {names}. Begin with “semdocker practice {names}”.",
        "Once more today, so that they stay: {names}. Begin with “semdocker practice NAME”.",
    ),
    "practice.hidden-count": P_(
        "and one more, which would give the cause away; the first hint names it",
        "and {count} more, which would give the cause away; the first hint names them",
    ),
    "practice.hidden": N_("one that the first hint names"),
    "practice.causes": N_("Among your goals there is also, now that it gives nothing away any more:"),
    "practice.opening": OPENING,
    "practice.ready": N_("The lab is ready. Goals reached: {true} of {total}."),
    # keys; a line has those that matter at that moment
    "practice.press.shell": N_("Enter shell"),
    "practice.press.check": N_("c check"),
    "practice.press.hint": N_("h hint"),
    "practice.press.solve": N_("s solve"),
    "practice.press.reset": N_("r reset"),
    "practice.press.again": N_("r once more"),
    "practice.press.next": N_("n next exercise"),
    "practice.press.language": N_("l {language}"),
    "practice.press.other": N_("o other terminal"),
    "practice.press.keys": N_("?"),
    "practice.press.quit": N_("q quit"),
    "practice.key.shell": N_("the live terminal; Ctrl-] brings you back here"),
    "practice.key.other": N_("another live terminal of the same lab: the host beside the container"),
    "practice.key.check": N_("every fact: what is expected, what is there, where to look"),
    "practice.key.hint": N_("a hint"),
    "practice.key.solve": N_("see it solved, from a fresh start (counts as done with help)"),
    "practice.key.reset": N_("a fresh start, in less than a second"),
    "practice.key.xray": N_("the container from inside and outside"),
    "practice.key.next": N_("the next exercise"),
    "practice.key.language": N_("go on in another language"),
    **{f"practice.key.{name}": words for name, words in CALLS.items()},
    "practice.key.keys": N_("these keys"),
    "practice.key.quit": N_("leave; the machine is put back"),
    "practice.shell": N_("The live terminal is yours; the facts are looked at while you work. Ctrl-] brings you back."),
    "practice.no-shell": N_("“{typed}” went to no shell: Enter opens the lab's."),
    "practice.back": N_("Back from the shell."),
    "practice.true": N_("true"),
    "practice.look": N_("look"),
    "practice.not-true": N_("not yet"),
    "practice.count": N_("Facts that are true: {true} of {total}."),
    "practice.became-true": N_("facts {true}/{total} · {title}"),
    "practice.became-false": N_("facts {true}/{total} · no longer: {title}"),
    "practice.all-true": N_("All facts are true. Ctrl-] finishes; or stay and look around."),
    "practice.window": N_("{mark}facts {true}/{total} · {exercise}"),
    "practice.no-hints": N_("There are no more hints; s shows a solution, a asks the teacher."),
    "practice.solving": N_("From a fresh start, one way to do it:"),
    "practice.solved": N_("That is it: every fact is true."),
    "practice.reset": N_("Everything is as at the beginning ({milliseconds} ms)."),
    "practice.lost": N_("The lab's shell has ended. r starts afresh."),
    "practice.terminal-ended": N_("The shell of that terminal has ended. Enter leads to the host's."),
    "practice.last": N_("That was the last one of its kind."),
    # the catalog
    "practice.plain": N_("Practice: reach a goal"),
    "practice.broken": N_("Broken: find out why, and fix it"),
    "practice.exercise": N_("Exercise"),
    "practice.state": N_("State"),
    "practice.state.todo": N_("-"),
    "practice.state.open": N_("tried"),
    "practice.state.done": N_("done"),
    "practice.state.repeat": N_("repeat today"),
    "practice.state.assisted": N_("with help"),
    "practice.list-hint": N_(
        "Start one with “semdocker practice EXERCISE”, or what a lesson taught with “semdocker practice LESSON”; "
        "“--broken random” chooses for you."
    ),
    # check
    "check.exercise": N_("Facts of the exercise {exercise} · seat {seat}"),
    "check.step": N_("Facts of step {step}, lesson {lesson} · seat {seat}"),
    "check.nothing": N_("There is nothing to check from here: this step only prints something."),
    "check.over": N_("All steps of the lesson {lesson} are done."),
    # errors
    "unknown-exercise": N_("There is no exercise or lesson “{name}”. There are: {known}."),
    "unknown-exercise-near": N_("There is no exercise or lesson “{name}”; did you mean “{near}”?"),
    "not-broken": N_("“{name}” is not one of the broken ones: {known}."),
    "live-gone": N_("{name}, which is live on seat {seat}, is not one of this version's lessons and exercises."),
    "exercise-unfit": N_("The exercise {name} cannot run: this machine lacks something it needs."),
    "practice-forms": N_("Name one exercise only."),
    # faults of the files
    "only-causes": N_("All facts are causes, so the student would begin without a goal; leave “cause” out of one."),
    "exercise-twice": N_("The exercise “{name}” exists already, in “{folder}”."),
    "exercise-is-lesson": N_("“{name}” is the name of a lesson; an exercise needs one of its own."),
    # help
    "help.practice": N_(
        "Practise: reach a goal by any route. You work in a real shell, and facts are looked at meanwhile. "
        "With --broken, something is broken: find out why, and fix it."
    ),
    "help.check": N_(
        "See what is true of the live exercise or step. From a second terminal. Exit status: 0 when all of it is, "
        "1 when something is not, 8 when no lab is live, 9 when something could not be checked. "
        "Needs root (asks sudo)."
    ),
    "help.often": N_("Look again and again, every SECONDS (0.5 if not said), from the first lab until its run ends."),
    "help.exercise": N_(
        "An exercise by name, or a lesson whose practice is meant; the next one not done if none is said."
    ),
    "help.broken": N_("List what can be broken; or break EXERCISE, or “random”."),
    "help.practice-list": N_("List the exercises of both kinds, with what you have done."),
    "help.EXERCISE": N_("EXERCISE"),
}
