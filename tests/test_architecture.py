"""Effects and printing behind their doors. Who may import whom is a contract in pyproject.toml (`lint-imports`)."""

from __future__ import annotations

import ast
from pathlib import Path

RUNNER = Path(__file__).parent.parent / "runner"
FILES = sorted(path for path in RUNNER.rglob("*.py") if "_data" not in path.parts)


def room(path: Path) -> str:
    """`lab/undo.py` is "lab/undo"."""
    return str(path.relative_to(RUNNER).with_suffix(""))


def calls(path: Path) -> set[str]:
    """Dotted names of everything a file calls."""
    return {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}


def test_every_package_is_in_the_contract() -> None:
    contract = (RUNNER.parent / "pyproject.toml").read_text()
    packages = {path.parent.name for path in RUNNER.glob("*/__init__.py")}
    assert packages == {name for name in packages if f"runner.{name}" in contract}


def test_no_package_keeps_its_code_in_init() -> None:
    for path in RUNNER.glob("*/**/__init__.py"):
        body = ast.parse(path.read_text()).body
        assert all(isinstance(node, ast.Expr) for node in body), room(path)


def test_only_screens_and_verbs_print() -> None:
    writers = {room(path) for path in FILES if {"print", "sys.stdout.write"} & calls(path)}
    rooms = ("screen/", "verbs/", "learner/", "teacher/", "author/")
    assert {name for name in writers if not name.startswith(rooms)} <= {"cli", "engine/run_report"}
    assert all("print" not in calls(path) for path in FILES)


def test_only_effects_change_the_machine() -> None:
    """What outlives processes is made and unmade in `lab/effects/` (and our own folders, and the student's).

    What `lab/seal`, `lab/own_mounts` and `lab/jail_keeper` make is in the lab's own namespaces, and what `lab/onlooker`
    makes is in those of whoever looks; `lab/kept_folder` makes one to look at, too.
    """
    changing = {"path.mkdir", "mkdir", "os.mkdir", "os.rmdir", "path.rmdir", "group.rmdir"}
    changing |= {"os.setxattr", "os.unlink", "socket.sethostname"}
    rooms = {room(path) for path in FILES if changing & calls(path)}
    assert {name for name in rooms if not name.startswith("lab/effects/")} <= {
        "lab/seal",
        "lab/own_mounts",
        "lab/private_folder",
        "lab/kept_folder",
    }
    mounting = {"syscalls.mount", "syscalls.unshare"}
    assert {room(path) for path in FILES if mounting & calls(path)} <= {
        "lab/seal",
        "lab/own_mounts",
        "lab/jail_keeper",
        "lab/onlooker",
        "lab/kept_folder",
        "lab/effects/lost_nodes",
        "lab/effects/superblocks",
    }
