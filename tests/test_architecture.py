"""Who may import whom: one direction, no cycles, effects and printing behind their doors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

RUNNER = Path(__file__).parent.parent / "runner"
PACKAGES = ("authoring", "course", "drivers", "host", "lab")  # whose files are rooms of their own

# From the ground up: a room may import only rooms on floors below its own.
FLOORS: tuple[tuple[str, ...], ...] = (
    ("errors", "login", "spec", "data", "syscalls", "hazards"),
    ("model", "kernel", "elf", "language", "nodes", "signals", "locks", "record", "marks"),
    ("results", "progress", "quiz", "cgroups", "journal", "render", "yamlfile", "messages", "options", "nearmiss"),
    ("notice", "exercise", "keys"),
    ("effects", "checks", "terminal", "machine", "walk", "cards", "prediction", "notebook", "trust"),
    ("tasks", "format", "drafts", "typist"),
    ("undo", "questions"),
    ("guardian", "snapshot", "rules", "syllabus", "build", "handover", "reference", "translation", "spelling"),
    ("lab", "exercise_rules", "remedy", "schema", "acceptance", "shelf", "remote"),
    ("load", "inventory", "xray", "engine", "capability", "facts"),
    ("attempt", "selection", "lint", "scaffold", "trial", "position"),
    ("proof",),
    ("view",),
    ("report", "elevate", "lecture", "gate", "exam", "workbench"),
    ("session",),
    ("commands",),
    ("launch",),
    ("arguments",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
FILES = sorted(path for path in RUNNER.rglob("*.py") if "_data" not in path.parts)


def room(path: Path) -> str:
    first, *rest = path.relative_to(RUNNER).with_suffix("").parts
    return rest[0] if first in PACKAGES and rest != ["__init__"] else first


def imports(path: Path) -> set[str]:
    """Rooms that a file imports, also inside functions and for types."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "runner":
            found |= _named(node.module.split(".")[1:], {alias.name for alias in node.names})
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[-1] for alias in node.names if alias.name.startswith("runner.")}
    return {name for name in found if name in FLOOR} - {room(path)}


def _named(module: list[str], names: set[str]) -> set[str]:
    """The rooms behind `from runner.module import names`."""
    if not module:
        return names
    if module[0] not in PACKAGES:
        return {module[0]}
    if len(module) > 1:
        return {module[1]}
    files = {name for name in names if (RUNNER / module[0] / f"{name}.py").exists()}
    return files if files == names else files | {module[0]}


def test_every_room_has_its_floor() -> None:
    assert {room(path) for path in FILES} - {"__init__", *PACKAGES} == set(FLOOR) - {"lab"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(RUNNER)))
def test_imports_go_down(path: Path) -> None:
    if room(path) not in FLOOR:  # a package's face
        assert not imports(path) or path.parent == RUNNER
        return
    for other in imports(path):
        assert FLOOR[other] < FLOOR[room(path)], f"{path.name} imports {other}"


def calls(path: Path) -> set[str]:
    """Dotted names of everything a file calls."""
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}


def test_only_the_view_and_machine_readable_results_print() -> None:
    writers = {room(path) for path in FILES if {"print", "sys.stdout.write"} & calls(path)}
    assert writers <= {"view", "report", "cli", "commands"}
    assert all("print" not in calls(path) for path in FILES)


def test_only_the_named_rooms_change_the_machine() -> None:
    """What outlives processes is made in `effects` (and the journal's own folder), and unmade in `undo`."""
    changing = {"path.mkdir", "mkdir", "os.mkdir", "os.rmdir", "path.rmdir", "os.setxattr", "socket.sethostname"}
    assert {room(path) for path in FILES if changing & calls(path)} <= {"effects", "undo"}
    mounting = {"syscalls.mount", "syscalls.unshare"}
    assert {room(path) for path in FILES if mounting & calls(path)} <= {"guardian", "capability"}


def test_files_stay_small() -> None:
    sizes = {str(path.relative_to(RUNNER)): len(path.read_text().splitlines()) for path in FILES}
    assert {name for name, lines in sizes.items() if lines > 300} == set()
