"""Everything that can be known of lessons without running them: the loader's faults, and what good lessons owe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from runner.author import translation
from runner.course import dangerous_commands, load, render
from runner.course.documents import Document, Draft, Way
from runner.course.folders import EXERCISES, FOLDER, in_order
from runner.course.nodes import Faults
from runner.records.errors import Fault, UsageError

# Faults that keep no lesson from being run, and are no danger: worth a look, and no failure.
WARNINGS = frozenset(
    (
        "allow-unused",
        "code-lacking",
        "fails-unexplained",
        "hint-holds-command",
        "step-unchecked",
        "translation-stale",
        "translation-unrecorded",
        "variable-unused",
    )
)
WORDS_IN_HINT = 2  # a command of so many words, whole in a hint, leaves nothing to find


class Report(NamedTuple):
    """What was found in the files looked at."""

    lessons: int
    faults: tuple[Fault, ...]

    @property
    def errors(self) -> int:
        return len(self.faults) - self.warnings

    @property
    def warnings(self) -> int:
        return sum(fault.key in WARNINGS for fault in self.faults)


def lint(paths: tuple[Path, ...]) -> Report:
    """Courses, or some lessons of them, with every fault in the order of the files."""
    lessons, faults = 0, []
    for folder, wanted in targets(paths).items():
        reading = load.read(folder)
        exercises = _exercises(folder, reading) if wanted is None else []
        judge(reading)
        drafts = _meant(reading, wanted)
        lessons += len(drafts)
        # what else lies in the folder is of no interest to whoever asked for one lesson
        files = [reading.general] if wanted is None or len(drafts) < len(wanted) else []
        files.append(reading.heading.faults)
        files += [document.faults for draft in drafts for document in draft.documents]
        faults += in_order([*files, *exercises])
    return Report(lessons, tuple(faults))


def _exercises(folder: Path, reading: load.Reading) -> list[Faults]:
    """What is wrong with the exercises of a course; only one without faults can tell."""
    if not (folder / EXERCISES).is_dir() or any(file.found for file in reading.files):
        return []
    source, drafts = load.read_exercises(folder, load.built(reading))
    for draft in drafts:
        _exercise_hazards(draft.lesson)
    return [source.faults, *(document.faults for draft in drafts for document in draft.documents)]


def _exercise_hazards(exercise: Document) -> None:
    """Commands that we type ourselves; what must stay wrong may be as wrong as it likes."""
    for name in ("breaks", "fix", "also"):
        for way, command in _forms((name,), (exercise.value or {}).get(name)):
            for hazard, words in dangerous_commands.hazards(command):
                exercise.fault(way, hazard, words=words)


def drafts(paths: tuple[Path, ...]) -> list[Draft]:
    """The lessons that are meant."""
    return [draft for folder, wanted in targets(paths).items() for draft in _meant(load.read(folder), wanted)]


def _meant(reading: load.Reading, wanted: set[Path] | None) -> list[Draft]:
    return [draft for draft in reading.drafts if wanted is None or draft.folder in wanted]


def targets(paths: tuple[Path, ...]) -> dict[Path, set[Path] | None]:
    """The courses to read, each with the lessons that are meant (None: all)."""
    found: dict[Path, set[Path] | None] = {}
    for path in paths:
        if not path.exists():
            raise UsageError("no-such-path", path=str(path))
        folder = path if path.is_dir() else path.parent
        if _is_lesson(folder):
            wanted = found.setdefault(folder.absolute().parent, set())
            if wanted is not None:
                wanted.add(folder.absolute())
        else:
            found[folder.absolute()] = None
    return found


def _is_lesson(folder: Path) -> bool:
    return FOLDER.fullmatch(folder.absolute().name) is not None and not (folder / "course.yaml").exists()


def judge(reading: load.Reading) -> None:
    """These rules on top of the loader's: more faults for the files that were read."""
    for draft in reading.drafts:
        _steps(draft)
        _hints(draft)
        translation.compare(draft)
    _course(reading)


def _course(reading: load.Reading) -> None:
    """The runner itself needs two variables; and one that nobody uses is a leftover, or a slip of the pen."""
    variables = (reading.heading.value or {}).get("variables")
    if variables is None:
        return
    for name, type_ in (("root", "path"), ("cgroup", "name")):
        if name not in variables:
            reading.heading.fault_at_key(("variables",), "variable-needed", name=name, type=type_)
    documents = [document for draft in reading.drafts for document in draft.documents]
    if not documents or any(document.value is None for document in documents):
        return  # what was not understood may use anything
    unused = {*variables} - {"root", "cgroup", *render.MACHINE}
    for document in documents:
        if not unused:
            return
        unused -= {name for text in translation.texts(document.value) for name in render.names(text)}
    for name in variables:
        if name in unused:
            reading.heading.fault_at_key(("variables", name), "variable-unused", name=name)


def _steps(draft: Draft) -> None:
    steps = draft.lesson.entries("steps")
    for place, (way, step) in enumerate(steps):
        following = steps[place + 1][1] if place + 1 < len(steps) else {}
        _hazards(draft.lesson, way, step, following)
        _undone(draft.lesson, way, step)
        if "fails" not in step and not step.get("checks") and not draft.lesson.refused(way, "fails", "checks"):
            draft.lesson.fault(way, "step-unchecked", name=step.get("id", ""))
        if "fails" in step:
            _explained(draft, step.get("id", ""))


def _explained(draft: Draft, step: str) -> None:
    """Where one language tells what was seen, the loader asks the others to; where none does, all are asked."""
    told = [(document, ((document.value or {}).get("steps") or {}).get(step)) for document in draft.words.values()]
    if not any(words and "after" in words for _, words in told):
        for document, words in told:
            if words and not document.refused(("steps", step), "after"):
                document.fault_at_key(("steps", step), "fails-unexplained")


def _hazards(lesson: Document, way: Way, step: dict[str, Any], following: dict[str, Any]) -> None:
    allowed = dict.fromkeys(name for name in step.get("allow") or () if name)
    met = set()
    for place, command, after in _commands(way, step, following):
        found = [
            *dangerous_commands.hazards(command),
            *(("shared-rbind", point) for point in dangerous_commands.shared_rbinds(command, after)),
        ]
        for name, words in dict(found).items():
            met.add(name)
            if name not in allowed:
                lesson.fault(place, name, words=words)
    for name in allowed:
        if name not in met and not lesson.refused(way, "run", "undo"):
            lesson.fault((*way, "allow"), "allow-unused", name=name)


def _commands(way: Way, step: dict[str, Any], following: dict[str, Any]) -> Iterator[tuple[Way, str, str]]:
    """Every command of a step with its place, and what is typed next where it stands."""
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
    """A step that changed something must have a way back."""
    if step.get("undo") != "nothing":
        return
    changes = [name for name in ("enters", "creates") if step.get(name)]
    kinds = [kind for check in step.get("checks") or () for kind in check or () if kind != "within"]
    changes += [kind for kind in kinds if kind != "output"]
    if changes:
        lesson.fault((*way, "undo"), "undo-nothing", names=", ".join(dict.fromkeys(changes)))


def _hints(draft: Draft) -> None:
    """The last hint may come close, but the command itself is for the student to find."""
    commands = {step["id"]: _long_commands(step) for _, step in draft.lesson.entries("steps") if "id" in step}
    for document in draft.words.values():
        for name, words in ((document.value or {}).get("steps") or {}).items():
            for index, hint in enumerate((words or {}).get("hints") or ()):
                said = f" {_flat(hint or '')} "
                if any(f" {command} " in said and f" {command} " != said for command in commands.get(name, ())):
                    document.fault(("steps", name, "hints", index), "hint-holds-command")


def _long_commands(step: dict[str, Any]) -> list[str]:
    flat = (_flat(form) for _, form in _forms((), step.get("run")))
    return [command for command in flat if command.count(" ") + 1 >= WORDS_IN_HINT]


def _flat(text: str) -> str:
    return " ".join(text.replace("`", " ").split()).strip("$ .")
