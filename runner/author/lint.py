"""The linter: it finds faults in lessons without running them, by the loader's rules and by more for good lessons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from runner.author import translation, typed_places, vain_checks
from runner.course import dangerous_commands, load, render, yaml_reader
from runner.course.drafts import Document, Draft, Way
from runner.course.lesson_folders import EXERCISES, FOLDER, in_order
from runner.course.yaml_nodes import Faults, Mapping
from runner.host import package_files
from runner.messages import place_names
from runner.messages.glossary import AVOIDED
from runner.messages.language import SOURCE
from runner.records.course import BESIDE_THE_KIND, Course
from runner.records.errors import Fault, UsageError

# Faults with which a lesson still runs safely. They are shown, but lint does not fail for them.
WARNINGS = frozenset(
    (
        "allow-unused",
        "code-lacking",
        "compared-with-itself",
        "fails-unexplained",
        "hint-holds-command",
        "place-unnamed",
        "step-unchecked",
        "translation-stale",
        "translation-unrecorded",
        "untranslated",
        "word-avoided",
        "variable-unused",
    )
)
_CODE = re.compile(r"(`+)(?!`)[^\0]*?(?<!`)\1(?!`)|\{\{[^}]*\}\}")
WORDS_IN_HINT = 2  # a hint must not contain a whole command of at least so many words


class Report(NamedTuple):
    """The number of lessons that were read, and their faults."""

    lessons: int
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> int:
        return len(self.faults) - self.warnings

    @property
    def warnings(self) -> int:
        return sum(fault.key in WARNINGS for fault in self.faults)


def lint(paths: tuple[Path, ...]) -> Report:
    """Read courses, or some lessons of them, and return every fault, in the order of the files."""
    lessons, faults = 0, []
    for folder, folders in targets(paths).items():
        reading = _read(folder)
        exercises = _chosen(_exercises(folder, reading), folders)
        judge(reading)
        drafts = _meant(reading, folders)
        lessons += len(drafts)
        # Faults elsewhere in the folder do not matter to an author who named one lesson.
        whole = folders is None or len(drafts) + len(exercises) < len(folders)
        files = [reading.folders[-1].faults] if whole else []
        files += [heading.faults for heading in reading.headings[len(reading.folders) - 1 :]]
        files += [file for draft in (*drafts, *exercises) for file in (*draft.files, *translation.spare(draft))]
        faults += in_order(files)
    return Report(lessons, tuple(faults))


def _read(folder: Path) -> load.Reading:
    """Read a folder as it would run: a course by itself, or else lessons beside the built-in ones (`--lessons`).

    Its own folder is the last of the reading, and its course file, if it has one, the last of the headings.
    """
    return load.read(folder) if _is_course(folder) else load.read(package_files.lessons(), extra=(folder,))


def _is_course(folder: Path) -> bool:
    """Tell whether a folder is a course by itself: its course file declares variables and chooses no lessons."""
    heading = folder / "course.yaml"
    if not heading.exists():
        return False
    node = yaml_reader.read(heading, Faults(str(heading)))
    return not isinstance(node, Mapping) or "lessons" not in node.values


def _exercises(folder: Path, reading: load.Reading) -> list[Draft]:
    """Return the exercises, judged; none if the course has faults, since exercises need a valid course."""
    if not (folder / EXERCISES).is_dir() or any(file.found for file in reading.files):
        return []
    course = load.built(reading)  # It has judged those from elsewhere.
    drafts = reading.exercises or load.read_exercises(reading.folders[-1], course)
    for draft in drafts:
        _exercise_hazards(draft.lesson)
        _exercise_places(draft.lesson, course)
        _terms(draft)
        _place_names(draft)
        for way, fact in draft.lesson.entries("facts"):
            _vain(draft.lesson, way, fact)
    return drafts


def _exercise_hazards(exercise: Document) -> None:
    """Add a fault for each dangerous command, except under `wrong`: those ways may be as wrong as they like."""
    value = exercise.value or {}
    allowed = dict.fromkeys(name for name in value.get("allow") or () if name)
    commands = [found for way, entry in exercise.entries("breaks") for found in _forms((*way, "run"), entry.get("run"))]
    for name in ("fix", "also"):
        commands += _forms((name,), value.get(name))
    met = set()
    for way, command in commands:
        for hazard, words in dangerous_commands.hazards(command):
            met.add(hazard)
            if hazard not in allowed:
                exercise.fault(way, hazard, words=words)
    for name in allowed:
        if name not in met and not exercise.faults.found:
            exercise.fault(("allow",), "allow-unused", name=name)


def _exercise_places(exercise: Document, course: Course) -> None:
    """Check that the shell of each step in `start` and of each break waits for it."""
    if exercise.faults.found:
        return
    value = exercise.value or {}
    steps: list[tuple[Way, typed_places.Typed]] = []
    for index, start in enumerate(value.get("start", ())):
        lesson = course.lesson(start["lesson"])
        done = map(lesson.step, start.get("steps", lesson.leaves))
        steps += [(("start", index), typed_places.of_record(step)) for step in done]
    steps += [(way, typed_places.of({"id": "breaks", **entry})) for way, entry in exercise.entries("breaks")]
    for (way, _), obstacle in zip(steps, typed_places.obstacles(step for _, step in steps), strict=True):
        if obstacle:
            exercise.fault(way, obstacle.key, **obstacle.values)


def drafts(paths: tuple[Path, ...]) -> list[Draft]:
    """Return the lessons that these paths mean."""
    return [draft for folder, folders in targets(paths).items() for draft in _meant(_read(folder), folders)]


def _meant(reading: load.Reading, folders: set[Path] | None) -> list[Draft]:
    return _chosen(_own(reading), folders)


def _chosen(drafts: list[Draft], folders: set[Path] | None) -> list[Draft]:
    return [draft for draft in drafts if folders is None or draft.folder in folders]


def _own(reading: load.Reading) -> list[Draft]:
    """Return the lessons of the folder that is judged, without the built-in ones beside it."""
    return [draft for draft in reading.drafts if draft.folder.parent == reading.folders[-1].folder]


def targets(paths: tuple[Path, ...]) -> dict[Path, set[Path] | None]:
    """Return the courses to read, each with the folders of the lessons that are meant (None: all).

    Raises UsageError for a path that does not exist.
    """
    courses: dict[Path, set[Path] | None] = {}
    for path in paths:
        if not path.exists():
            raise UsageError("no-such-path", path=str(path))
        folder = path if path.is_dir() else path.parent
        course = _course_of(folder.absolute())
        if course is None:
            courses[folder.absolute()] = None
            continue
        folders = courses.setdefault(course, set())
        if folders is not None:
            folders.add(folder.absolute())
    return courses


def _course_of(folder: Path) -> Path | None:
    """Return the folder of the course of a lesson or an exercise; None for the folder of a course itself."""
    if (folder / "course.yaml").exists():
        return None
    if folder.parent.name == EXERCISES:
        return folder.parent.parent
    return folder.parent if FOLDER.fullmatch(folder.name) else None


def judge(reading: load.Reading) -> None:
    """Apply the rules of lint to the files that were read. Their faults are added to those of the loader."""
    for draft in _own(reading):
        _steps(draft)
        _hints(draft)
        _terms(draft)
        _place_names(draft)
        translation.compare(draft)
    if len(reading.folders) == 1:
        _course(reading)


def _course(reading: load.Reading) -> None:
    """Check the variables: the runner needs two of them, and an unused one is a leftover or a typing error."""
    variables = (reading.heading.value or {}).get("variables")
    if variables is None:
        return
    for name, type_ in (("root", "path"), ("cgroup", "name")):
        if name not in variables:
            reading.heading.fault_at_key(("variables",), "variable-needed", name=name, type=type_)
    documents = [document for draft in reading.drafts for document in draft.documents]
    if not documents or any(document.value is None for document in documents):
        return  # a file that is not valid may use any variable
    unused = {*variables} - {"root", "cgroup", *render.RESERVED}
    for document in documents:
        if not unused:
            return
        unused -= {name for text in translation.texts(document.value) for name in render.names(text)}
    for name in variables:
        if name in unused:
            reading.heading.fault_at_key(("variables", name), "variable-unused", name=name)


def _steps(draft: Draft) -> None:
    steps = draft.lesson.entries("steps")
    _typed_places(draft.lesson)
    for place, (way, step) in enumerate(steps):
        following = steps[place + 1][1] if place + 1 < len(steps) else {}
        _hazards(draft.lesson, way, step, following)
        _undone(draft.lesson, way, step)
        _vain(draft.lesson, way, step)
        if "fails" not in step and not step.get("checks") and not draft.lesson.refused(way, "fails", "checks"):
            draft.lesson.fault(way, "step-unchecked", name=step.get("id", ""))
        if "fails" in step:
            _explained(draft, step.get("id", ""))


def _vain(lesson: Document, way: Way, step: dict[str, Any]) -> None:
    """Check that the checks of a step, or of a fact of an exercise, can be true and can be false."""
    for name in ("checks", "keeps"):
        for index, check in enumerate(step.get(name) or ()):
            for place, key, value in vain_checks.find(check or {}):
                lesson.fault((*way, name, index, *place), key, name=value)


def _typed_places(lesson: Document) -> None:
    """Check that each step's shell waits for it. An unknown shell has its fault already."""
    steps = lesson.entries("steps")
    if any(lesson.refused(way, "at", "run", "enters", "checks") for way, _ in steps):
        return
    for (way, _), obstacle in zip(
        steps, typed_places.obstacles(typed_places.of(step) for _, step in steps), strict=True
    ):
        if obstacle:
            lesson.fault((*way, "at"), obstacle.key, **obstacle.values)


def _explained(draft: Draft, step: str) -> None:
    """Check that a step that fails on purpose is explained. If only some languages do, the loader names the others."""
    languages = [(document, ((document.value or {}).get("steps") or {}).get(step)) for document in draft.words.values()]
    if not any(words and "after" in words for _, words in languages):
        for document, words in languages:
            if words and not document.refused(("steps", step), "after"):
                document.fault_at_key(("steps", step), "fails-unexplained")


def _hazards(lesson: Document, way: Way, step: dict[str, Any], following: dict[str, Any]) -> None:
    allowed = dict.fromkeys(name for name in step.get("allow") or () if name)
    met = set()
    for place, command, after in _commands(way, step, following):
        hazards = [
            *dangerous_commands.hazards(command),
            *(("shared-rbind", point) for point in dangerous_commands.shared_rbinds(command, after)),
        ]
        for name, words in dict(hazards).items():
            met.add(name)
            if name not in allowed:
                lesson.fault(place, name, words=words)
    for name in allowed:
        if name not in met and not lesson.refused(way, "run", "undo"):
            lesson.fault((*way, "allow"), "allow-unused", name=name)


def _commands(way: Way, step: dict[str, Any], following: dict[str, Any]) -> Iterator[tuple[Way, str, str]]:
    """Yield every command of a step with its place, and the command that is typed after it, if there is one."""
    next_run = following.get("run") or ""
    for place, command in _forms((*way, "run"), step.get("run")):
        after = next_run.get(place[-1], "") if isinstance(next_run, dict) else next_run
        yield place, command, after
    for place, command in _forms((*way, "undo"), step.get("undo")):
        yield place, command, ""


def _forms(way: Way, value: Any) -> Iterator[tuple[Way, str]]:
    if isinstance(value, str):
        yield way, value
    elif value:
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for name, inner in pairs:
            yield from _forms((*way, name), inner)


def _undone(lesson: Document, way: Way, step: dict[str, Any]) -> None:
    """Check that a step which changes something has an undo."""
    if step.get("undo") != "nothing":
        return
    changes = ["enters"] if step.get("enters") else []
    kinds = [kind for check in step.get("checks") or () for kind in check or () if kind not in BESIDE_THE_KIND]
    changes += [kind for kind in kinds if kind != "output"]
    if changes:
        lesson.fault((*way, "undo"), "undo-nothing", names=", ".join(dict.fromkeys(changes)))


def _hints(draft: Draft) -> None:
    """Check that no hint contains the whole command, because the student shall find it."""
    commands = {step["id"]: _long_commands(step) for _, step in draft.lesson.entries("steps") if "id" in step}
    for document in draft.words.values():
        for name, words in ((document.value or {}).get("steps") or {}).items():
            for index, hint in enumerate((words or {}).get("hints") or ()):
                flat = f" {_flat(hint or '')} "
                if any(f" {command} " in flat and f" {command} " != flat for command in commands.get(name, ())):
                    document.fault(("steps", name, "hints", index), "hint-holds-command")


def _terms(draft: Draft) -> None:
    """Check that the words, but for code, call things as the glossary does."""
    for language, document in draft.words.items():
        avoided = AVOIDED.get(language, {})
        pattern = _any_of(tuple(avoided))
        for way, text in _forms((), document.value) if avoided else ():
            for word in dict.fromkeys(
                " ".join(found[0].lower().split()) for found in pattern.finditer(_CODE.sub("``", text))
            ):
                document.fault(way, "word-avoided", word=word, better=avoided[word])


def _place_names(draft: Draft) -> None:
    """Check that each place has a name in each language, but in that of the ids or where the catalog has one; and that
    no other thing has one."""
    value = draft.lesson.value
    if value is None or draft.lesson.faults.found:
        return
    shells = [name for _, step in draft.lesson.entries("steps") for name in _bound(step)]
    shells += [name for _, step in draft.lesson.entries("breaks") for name in _bound(step)]
    ids = dict.fromkeys([*(value.get("places") or ()), *shells])
    for language, document in draft.words.items():
        names = (document.value or {}).get("places") or {}
        for id in names:
            if id not in ids:
                document.unknown(("places", id), "unknown-place", id, [*ids], at_key=True)
        for id in ids:
            if document.value and language != SOURCE and id not in names and id not in place_names.COMMON:
                document.fault(("places",) if names else (), "place-unnamed", name=id)


def _bound(step: dict[str, Any]) -> Iterator[str]:
    if step.get("enters"):
        yield step["enters"]
    yield from step.get("binds") or ()


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return an expression that finds any of these words, also where a line ends in the middle of one."""
    spaced = (r"\s+".join(map(re.escape, word.split())) for word in words)
    return re.compile(rf"\b(?:{'|'.join(spaced)})\b", re.IGNORECASE)


def _long_commands(step: dict[str, Any]) -> list[str]:
    flat = (_flat(form) for _, form in _forms((), step.get("run")))
    return [command for command in flat if command.count(" ") + 1 >= WORDS_IN_HINT]


def _flat(text: str) -> str:
    return " ".join(text.replace("`", " ").split()).strip("$ .")
