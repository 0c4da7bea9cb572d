"""The check `file`: a file as a process sees it, with type, permissions, content, and what it needs in order to run."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from runner.checks.check_context import PATH, PLACE, Scene, asked, compare, judge, presence, view, yes
from runner.host import credentials, elf, files, namespaced_values, rooted_path
from runner.messages.translatable import N_
from runner.records.results import ABSENT, NOT_REGULAR, PRESENT, Finding
from runner.records.shapes import Choice, Flag, Key, Record, Text, Unless

TYPES = {
    "file": stat.S_ISREG,
    "directory": stat.S_ISDIR,
    "symlink": stat.S_ISLNK,
    "character": stat.S_ISCHR,
    "block": stat.S_ISBLK,
}
READ = 65536  # `holds` looks through so many bytes.
OWNER = Text(template=True, pattern=r"[0-9]+(?::[0-9]+)?", form="form-owner")
LISTED = 5  # So many missing libraries are named.
SHOWN = 80  # Of the nearest line so many characters are shown.

MEANING = N_("A file as a process sees it.")
PARAMS = Record(
    {
        "path": Key(PATH, "Its absolute path, as seen from there."),
        "of": view("host"),
        "exists": Key(Flag(), "Whether it is there.", None),
        "type": Key(Choice(tuple(TYPES)), "What it is.", None),
        "mode": Key(Text(pattern=r"[0-7]{4}"), "Its permissions as four octal digits, such as 0666 or 1777.", None),
        "device": Key(Text(pattern=r"\d+:\d+"), "Major and minor number of a device, such as 1:3.", None),
        "owner": Key(
            OWNER, "Its user and group, by the numbers that the host sees: 1000:1000, or 1000 for the user alone.", None
        ),
        "owner_inside": Key(OWNER, "The same, by the numbers in the user namespace of the process.", None),
        "holds": Key(Text(template=True), "What must be in its first 64 KiB.", None),
        "lacks": Key(Text(template=True), "What must not be in its first 64 KiB.", None),
        "same_content": Key(PATH, "A file with the same bytes, be it a copy or the file itself.", None),
        "same_file": Key(PATH, "A path to the very same file: its device and inode are compared.", None),
        "than": Key(PLACE, "The place whose view of that path counts.", "host"),
        "interpreter": Key(
            Choice((PRESENT, "missing")), "Whether the loader that the program asks for is there.", None
        ),
        "libraries": Key(
            Choice((PRESENT,)),
            "Whether the libraries that the program needs, and theirs, are where a loader without a cache looks.",
            None,
        ),
        "root": Key(PATH, "The directory that stands for `/` when the loader and libraries are looked for.", None),
        "elf": Key(Choice(("native",)), "`native`: a program built for this machine's processor.", None),
    },
    at_least_one=(
        (
            *("exists", "type", "mode", "device", "owner", "owner_inside"),
            *("holds", "lacks", "same_content", "same_file", "interpreter", "libraries", "elf"),
        ),
    ),
    unless=dict.fromkeys(
        (
            "type",
            "mode",
            "device",
            "owner",
            "owner_inside",
            "holds",
            "lacks",
            "same_content",
            "same_file",
            "interpreter",
            "libraries",
            "elf",
        ),
        Unless("exists", (False,)),
    ),
)


_SELF = re.compile(r"/proc/(?:self|thread-self|(net))(?=/|\Z)")


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    place, path = scene.pid(params["of"]), params["path"]
    kind = namespaced_values.kind(path)
    look = partial(_findings, params, place, scene)
    yield from asked(place, kind, lambda: (*look(),)) if kind else look()


def _seen(place: int, path: str, *, follow: bool) -> str:
    """Return the path by which we open what a process sees at a path. `/proc/self` is that process, not we."""
    match = _SELF.match(path)
    if match and os.path.lexists(f"/proc/{place}/root/proc/self"):  # else no proc is mounted there
        return f"/proc/{place}/{match[1] or ''}{path[match.end() :]}"
    return rooted_path.resolve(f"/proc/{place}/root", path, follow=follow)


def _findings(params: Mapping[str, Any], place: int, scene: Scene) -> Iterator[Finding]:
    path = params["path"]
    status = _lstat(_seen(place, path, follow=False))
    if "exists" in params or status is None:
        yield compare("file.exists", presence(params.get("exists", True)), presence(status), path)
    if params.get("exists") is False or status is None:
        return
    if "type" in params:
        kind = next((name for name, matches in TYPES.items() if matches(status.st_mode)), "other")
        yield compare("file.type", params["type"], kind, path)
    if "mode" in params:
        yield compare("file.mode", params["mode"], f"{stat.S_IMODE(status.st_mode):04o}", path)
    if "device" in params:
        yield compare("file.device", params["device"], f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}", path)
    yield from _owner(params, place, status)
    content = Path(_seen(place, path, follow=True))
    if "holds" in params or "lacks" in params:
        yield from _text(params, content)
    yield from _compared(params, content, scene)
    if "elf" in params:
        expected = elf.machine(Path(f"/proc/{os.getpid()}/exe"))
        yield compare("file.elf", expected, elf.machine(content) if stat.S_ISREG(status.st_mode) else None, path)
    root = rooted_path.resolve(f"/proc/{place}/root", params.get("root", "/"))
    if "interpreter" in params:
        yield _interpreter(params, content, root)
    if "libraries" in params:
        yield _libraries(path, content, root)


def _owner(params: Mapping[str, Any], place: int, status: os.stat_result) -> Iterator[Finding]:
    """Judge the owner by numbers: what they are called depends on who looks them up, and in which /etc/passwd."""
    ids = dict(zip(credentials.IDS, (status.st_uid, status.st_gid), strict=True))
    for name in ("owner", "owner_inside"):
        if name in params:
            wanted = params[name].split(":")
            shown = ids if name == "owner" else {kind: credentials.inside(place, kind, id) for kind, id in ids.items()}
            observed = [*shown.values()][: len(wanted)]
            yield compare(
                f"file.{name}", ":".join(str(int(id)) for id in wanted), ":".join(map(str, observed)), params["path"]
            )


def _text(params: Mapping[str, Any], content: Path) -> Iterator[Finding]:
    path = params["path"]
    text, trouble = "", ABSENT  # a link to nothing
    if content.exists():
        stream = files.opened(content)
        trouble = "" if stream else NOT_REGULAR
        if stream:
            with stream:
                text = stream.read(READ).decode(errors="replace")
    for name in ("holds", "lacks"):
        if name in params:
            wanted = params[name]
            there = wanted in text
            observed = trouble or (_nearest(wanted, text) if there or name == "holds" else ABSENT)
            yield judge(f"file.{name}", wanted, observed, not trouble and there == (name == "holds"), path)


def _compared(params: Mapping[str, Any], content: Path, scene: Scene) -> Iterator[Finding]:
    """Compare with other files. A path to them is followed from the root of the process whose view of them counts."""
    for name in ("same_content", "same_file"):
        if name in params:
            other = params[name]
            real = Path(_seen(scene.pid(params["than"]), other, follow=True))
            observed = _alike(name, content, real) if real.exists() and content.exists() else ABSENT
            yield compare(f"file.{name}.{other}", yes(True), observed, params["path"])


def _alike(name: str, one: Path, other: Path) -> str:
    if name == "same_file":
        return yes(one.samefile(other))
    same = files.same_content(one, other)
    return NOT_REGULAR if same is None else yes(same)


def _nearest(wanted: str, text: str) -> str:
    """Return the line of a file that has the most words of what is wanted, and the first line if none has any."""
    lines = [line.strip() for line in text.splitlines() if line.strip()] or [""]
    words = {*wanted.split()}
    return max(lines, key=lambda line: (wanted in line, len(words & {*line.split()})))[:SHOWN]


def _interpreter(params: Mapping[str, Any], binary: Path, root: str) -> Finding:
    loader = elf.interpreter(binary)
    there = loader is not None and _is_file(root, loader)
    must_exist = params["interpreter"] == PRESENT
    expected, observed = (PRESENT if exists else ABSENT for exists in (must_exist, there))
    if loader:
        expected, observed = f"{loader} {expected}", f"{loader} {observed}"
    elif must_exist:
        observed = "static"
    return judge("file.interpreter", expected, observed, there == must_exist, params["path"])


def _libraries(path: str, binary: Path, root: str) -> Finding:
    missing = elf.missing_libraries(str(binary), root)[:LISTED]
    return compare("file.libraries", PRESENT, f"{', '.join(missing)} {ABSENT}" if missing else PRESENT, path)


def _is_file(root: str, path: str) -> bool:
    """Tell whether a path leads to a regular file. A link to nothing or in a circle does not, nor does a directory."""
    try:
        status = _lstat(rooted_path.resolve(root, path))
    except OSError as error:
        if error.errno == errno.ELOOP:
            return False
        raise
    return status is not None and stat.S_ISREG(status.st_mode)


def _lstat(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
        return None
