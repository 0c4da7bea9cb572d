"""The rules that a declaration cannot say, because they concern several keys, files or lessons."""

from __future__ import annotations

import re
import warnings
from collections.abc import Collection, Iterator
from typing import Any

from runner.checks.check_context import PLACE
from runner.course import quiz_rules, render
from runner.course.drafts import Document, Draft, Understood, Way, items
from runner.course.format import CHECK
from runner.course.yaml_nodes import Mapping, Node, Scalar, Sequence, short
from runner.host import capability
from runner.records.shapes import Record, Spec


def apply(course: Document, drafts: list[Draft], languages: tuple[str, ...], more: Collection[str] = ()) -> None:
    """Apply every rule, as far as the files were understood. `more` are variables that another file declares."""
    variables = _course(course, languages)
    others: dict[str, Draft] = {}
    for draft in drafts:
        others.setdefault(draft.name, draft)  # When a name is there twice, the first one counts.
    variables = None if variables is None else variables | set(more)
    for draft in drafts:
        _identity(draft, others[draft.name])
        requires(draft.lesson)
        _needs(draft, others)
        _leaves(draft.lesson)
        _engines(draft.lesson, others)
        _places(draft.lesson)
        _predictions(draft)
        _patterns(draft.lesson)
        _unchecked(draft.lesson)
        quiz_rules.apply(draft)
        _words(draft)
        _sentences(draft)
        _same_words(draft)
        _hints(draft)
        folder = {render.FOLDER} if (draft.lesson.value or {}).get("folder") else set()
        for document in (draft.lesson, *draft.all_words):
            templates(document, variables if variables is None else variables | folder)


def _course(course: Document, languages: tuple[str, ...]) -> set[str] | None:
    """Check course.yaml, and return the names of all variables; None when they were not understood."""
    value = course.value or {}
    for language in languages:
        if "title" in value and language not in value["title"]:
            course.fault(("title",), "title-missing", language=language)
    variables = value.get("variables")
    for name, variable in (variables or {}).items():
        if name in render.RESERVED:
            course.fault_at_key(("variables", name), "variable-reserved", name=name)
        if variable and len(variable) == 2 and not render.valid(variable["type"], variable["default"]):
            way = ("variables", name, "default")
            course.fault(way, f"value-{variable['type']}", name=name, value=short(variable["default"]))
    return None if variables is None else {*variables, *render.MACHINE}


def parts(course: Document, own: list[Draft], others: list[Draft], languages: tuple[str, ...]) -> None:
    """Check that every part has a title, and that every lesson it names exists and is in no other part.

    A name stands for one thing. A lesson from elsewhere (one of `others`) yields to a part, for its author cannot
    change the course.
    """
    names = [draft.name for draft in own]
    course.unique(((*way, "id"), part.get("id")) for way, part in course.entries("parts"))
    listed: list[tuple[Way, Any]] = []
    for way, part in course.entries("parts"):
        for language in languages:
            if "title" in part and language not in part["title"]:
                course.fault((*way, "title"), "title-missing", language=language)
        if part.get("id") in names:
            course.fault((*way, "id"), "part-is-lesson", name=part["id"])
        for draft in others:
            not_a_part(draft, part.get("id"))
        lessons = [((*way, "lessons", index), name) for index, name in enumerate(part.get("lessons") or ())]
        for place, name in lessons:
            if name and name not in names:
                course.unknown(place, "unknown-lesson", name, names)
        listed += lessons
    course.unique(listed)


def not_a_part(draft: Draft, part: str | None) -> None:
    """Check that what a draft is about, a lesson or an exercise, is not called like this part."""
    if draft.name == part:
        draft.lesson.fault(("id",), "name-of-a-part", name=part)


def _identity(draft: Draft, first: Draft) -> None:
    id = (draft.lesson.value or {}).get("id", draft.name)
    if id != draft.name:
        draft.lesson.fault(("id",), "id-is-not-folder", id=id, folder=draft.folder.name)
    if first is not draft:
        draft.lesson.fault(("id",), "lesson-twice", name=draft.name, folder=first.folder.name)
    for name in ("steps", "quiz"):
        draft.lesson.unique(((*way, "id"), entry.get("id")) for way, entry in draft.lesson.entries(name))


def requires(lesson: Document) -> None:
    """Check that every capability in `requires` is one that we can look for."""
    for way, name in items(lesson.value or {}, "requires"):
        if not capability.known(name):
            lesson.unknown(way, "unknown-capability", name, (*capability.NAMES, "tool.NAME"))


def _needs(draft: Draft, others: dict[str, Draft]) -> None:
    for way, name in items(draft.lesson.value or {}, "needs"):
        other = others.get(name)
        if other is None:
            draft.lesson.unknown(way, "unknown-lesson", name, others)
        elif other.number >= draft.number:
            draft.lesson.fault(way, "needs-later", name=name)
        elif other.lesson.value is not None and "leaves" not in other.lesson.value:
            draft.lesson.fault(way, "needs-nothing", name=name)


def _leaves(lesson: Document) -> None:
    own = [step["id"] for _, step in lesson.entries("steps") if "id" in step]
    steps = items(lesson.value or {}, "leaves")
    lesson.unique(steps)
    for way, name in steps:
        if name not in own:
            lesson.unknown(way, "unknown-step", name, own)


def _engines(lesson: Document, others: dict[str, Draft]) -> None:
    """Check that each word of an engine belongs to a step, and leads to lessons that there are."""
    own = [step["id"] for _, step in lesson.entries("steps") if "id" in step]
    for way, word in lesson.entries("engines"):
        if "step" in word and word["step"] not in own:
            lesson.unknown((*way, "step"), "unknown-step", word["step"], own)
        for see, name in items(word, "see", way):
            if name not in others:
                lesson.unknown(see, "unknown-lesson", name, others)


def _places(lesson: Document) -> None:
    """Check that a place is used only after the step that gives it its name."""
    shells, known = ["host"], ["host"]
    if any(lesson.refused(way, "enters", "binds") for way, _ in lesson.entries("steps")):
        return
    for way, step in lesson.entries("steps"):
        if "at" in step and step["at"] not in shells:
            lesson.unknown((*way, "at"), "unknown-shell", step["at"], shells)
        for place, name in _named(way, step):
            if name == "host":
                lesson.fault_at_key(place, "host-is-taken")
            known.append(name)
        if "enters" in step:
            shells.append(step["enters"])
        for key in ("checks", "keeps"):
            for index, entry in enumerate(step.get(key) or ()):
                for place, name in places_in(entry, CHECK, (*way, key, index)):
                    if name not in known:
                        lesson.unknown(place, "unknown-place", name, known)
        of = (step.get("predict") or {}).get("of")
        if of and of not in known:
            lesson.unknown((*way, "predict", "of"), "unknown-place", of, known)


def _predictions(draft: Draft) -> None:
    """Check that a guess of a PID names its place, that no other guess does, and that every language asks for it."""
    for way, step in draft.lesson.entries("steps"):
        predict = step.get("predict")
        within = (*way, "predict")
        if draft.lesson.refused(way, "predict") or (predict is not None and draft.lesson.refused(within, "kind", "of")):
            continue  # Its own fault is enough.
        for document in draft.all_words:
            _asked(document, step.get("id", ""), predict is not None)
        if not predict:
            continue
        if predict.get("kind") == "pid" and "of" not in predict:
            draft.lesson.fault_at_key(within, "missing-key", name="of")
        if predict.get("kind") != "pid" and "of" in predict:
            draft.lesson.fault_at_key((*within, "of"), "predict-of")


def _asked(document: Document, step: str, predicts: bool) -> None:
    words = ((document.value or {}).get("steps") or {}).get(step)
    if words is None or document.refused(("steps", step), "predict"):
        return
    if predicts and "predict" not in words:
        document.fault_at_key(("steps", step), "words-missing", name="predict", section=step)
    if "predict" in words and not predicts:
        document.fault_at_key(("steps", step, "predict"), "words-not-predicted")


def _named(way: Way, step: Understood) -> Iterator[tuple[Way, str]]:
    if "enters" in step:
        yield (*way, "enters"), step["enters"]
    for name in step.get("binds", ()):
        yield (*way, "binds", name), name


def places_in(value: Any, spec: Spec, way: Way) -> Iterator[tuple[Way, str]]:
    """Find the names of places in a value, each with its way."""
    if spec is PLACE and value is not None:
        yield way, value
    elif isinstance(spec, Record):
        for name, inner in (value or {}).items():
            yield from places_in(inner, spec.fields[name].shape, (*way, name))


def _patterns(lesson: Document) -> None:
    """Check that regular expressions compile, so that none fails in the middle of a lesson."""
    for way, step in lesson.entries("steps"):
        for index, entry in enumerate(step.get("checks") or ()):
            pattern = ((entry or {}).get("output") or {}).get("matches")
            problem = _problem(render.fill(pattern, lesson.faults.samples)) if pattern else None
            if problem:
                lesson.fault((*way, "checks", index, "output", "matches"), "bad-expression", problem=problem)


def _problem(pattern: str | None) -> str | None:
    with warnings.catch_warnings(action="error"):  # Python warns when an expression will mean something else one day.
        try:
            re.compile(pattern or "")
        except (re.error, OverflowError, RecursionError, FutureWarning) as error:
            return str(error)
    return None


def _unchecked(lesson: Document) -> None:
    """Check that a step with sabotage has checks, because only a check can show that something broke; and one that
    keeps something, because only a check can show that the step was done."""
    for way, step in lesson.entries("steps"):
        for name in ("sabotage", "keeps"):
            if name in step and not step.get("checks") and not lesson.refused(way, "checks"):
                lesson.fault_at_key((*way, name), f"{name}-unchecked")


def _words(draft: Draft) -> None:
    """Check that exactly the steps and questions of the lesson have words."""
    for document in draft.all_words:
        if document.value is None or draft.lesson.value is None:
            continue
        for section in ("steps", "quiz"):
            entries = draft.lesson.entries(section)
            ids = dict.fromkeys(entry["id"] for _, entry in entries if "id" in entry)
            if entries and len(ids) == len(entries) and section in document.value:
                document.same_keys((section,), document.value[section], ids)


def _sentences(draft: Draft) -> None:
    """Check that every language has exactly the sentences that the checks of a step name."""
    for way, step in draft.lesson.entries("steps"):
        entries = [entry for name in ("checks", "keeps") for entry in step.get(name) or () if entry]
        if draft.lesson.refused(way, "checks", "keeps"):
            continue
        named = dict.fromkeys(entry["sentence"] for entry in entries if "sentence" in entry)
        for document in draft.all_words:
            words = ((document.value or {}).get("steps") or {}).get(step.get("id", ""))
            if words and (named or words.get("evidence")) and not document.refused(("steps", step["id"]), "evidence"):
                document.same_keys(("steps", step["id"], "evidence"), words.get("evidence") or {}, named)


def _same_words(draft: Draft) -> None:
    """Check that each language explains the same parts of a step as the required languages do."""
    for language, document in (draft.words | draft.spare).items():
        for other_language, other in draft.words.items():
            steps = (document.value or {}).get("steps", {})
            for step, theirs in (other.value or {}).get("steps", {}).items():
                if language != other_language and theirs and steps.get(step):
                    _lacking(document, step, theirs, other_language)


def _lacking(document: Document, step: str, theirs: Understood, language: str) -> None:
    mine = (document.value or {})["steps"][step]
    for part in theirs:
        if part in ("after", "why", "flags", "notes") and part not in mine:
            document.fault_at_key(("steps", step), "words-lacking", name=part, step=step, language=language)
    for flag in theirs.get("flags", ()):
        if "flags" in mine and flag not in mine["flags"]:
            document.fault_at_key(("steps", step, "flags"), "words-lacking", name=flag, step=step, language=language)


def _hints(draft: Draft) -> None:
    steps = [step for _, step in draft.lesson.entries("steps") if "id" in step and "run" in step]
    commands = {step["id"]: forms(step["run"]) for step in steps}
    for document in draft.all_words:
        for step, words in ((document.value or {}).get("steps") or {}).items():
            hints(document, words or {}, ("steps", step), commands.get(step, ()))


def hints(document: Document, words: Understood, way: Way, commands: Collection[str]) -> None:
    """Check that no hint is the command itself. It may be plain, but some thought must be left."""
    for place, hint in items(words, "hints", way):
        if " ".join(hint.strip(" \n`$").split()) in commands:
            document.fault(place, "hint-is-command")


def forms(run: str | dict[str, str]) -> set[str]:
    """Return the forms of a command, with one blank between words, so that they can be compared."""
    texts = [run] if isinstance(run, str) else run.values()
    return {" ".join(text.strip().split()) for text in texts}


def templates(document: Document, variables: set[str] | None) -> None:
    """Check that templates are plain variables, and declared ones unless `variables` is None."""
    for node in _scalars(document.node):
        if "{" not in node.text:
            continue
        odd = render.foreign(node.text)
        if odd:
            document.faults.add(node, "template-not-plain", text=odd)
        for name in render.names(node.text):
            if variables is not None and name == render.FOLDER and name not in variables:
                document.faults.add(node, "folder-undeclared")
            elif variables is not None and name not in variables:
                document.faults.unknown(node, "unknown-variable", name, sorted(variables))


def _scalars(node: Node | None) -> Iterator[Scalar]:
    """Find every text of a file, without recursion, because recursion would be slow for so many values."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Scalar):
            yield current
        elif isinstance(current, Mapping):
            waiting.extend(current.values.values())
        elif isinstance(current, Sequence):
            waiting.extend(current.items)
