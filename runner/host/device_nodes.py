"""What is in /dev, and the topmost of /proc and /sys: they are the whole machine's, wherever they are mounted.

Who mounts a devtmpfs, a proc or a sysfs, in whichever namespace, has the machine's own before them: `rm` and `chmod -R`
there change it (devtmpfs and kernfs keep entries, modes and owners once for all mounts).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

from runner.host import kernel, served_mounts, shell_line, syscalls

TOPS = ("/dev", "/proc", "/sys")
# Logins, daemons and the kernel give these to others, or they come and go.
MOVING = ("tty", "pts", "vcs", "console", "hvc", "shm", "mqueue", "snd", "input", "dri")
PTMX = "/dev/pts/ptmx"
STAYING = ("/dev/pts", PTMX)  # for as long as the machine runs
TYPES = {
    stat.S_IFCHR: "c",
    stat.S_IFBLK: "b",
    stat.S_IFDIR: "d",
    stat.S_IFREG: "f",
    stat.S_IFLNK: "l",
    stat.S_IFIFO: "p",
    stat.S_IFSOCK: "s",
}
MAKERS = {"d": "mkdir", "p": "mkfifo"}
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def read() -> dict[str, str]:
    """Return for each path its type, numbers, mode, owner and target, such as `c 1:3 666 0:0`, `l 0:0 777 0:0 pts/x`.

    /dev is read to its depth, without what is mounted in it, but for what makes the terminals.
    """
    found: dict[str, str] = {}
    unseen = served_mounts.at_risk(kernel.mounts())
    for top in TOPS:
        with opened(top) as folder:
            if folder >= 0:
                found[top] = shown(os.fstat(folder))
                found.update(_below(top, folder, unseen, deep=top == "/dev"))
    with suppress(OSError):
        found[PTMX] = shown(os.lstat(PTMX))
    return found


@contextmanager
def opened(top: str) -> Iterator[int]:
    """Give a descriptor of one of TOPS; -1 when there is none. /proc is a fresh mount: an older one caches modes."""
    folder = -1
    try:
        folder = syscalls.fresh_mount("proc") if top == "/proc" else os.open(top, FOLDER)
    except OSError:
        try:
            folder = os.open(top, FOLDER)
        except OSError:
            yield -1
            return
    try:
        yield folder
    finally:
        os.close(folder)


def _below(path: str, folder: int, unseen: Collection[str], *, deep: bool) -> Iterator[tuple[str, str]]:
    device = os.fstat(folder).st_dev
    for name in os.listdir(folder):
        if (name.isdecimal() and path == "/proc") or f"{path}/{name}" in unseen:
            continue
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            link = stat.S_ISLNK(status.st_mode)
            if not link or deep:
                yield f"{path}/{name}", shown(status, os.readlink(name, dir_fd=folder) if link else "")
            if deep and stat.S_ISDIR(status.st_mode) and status.st_dev == device:
                inner = os.open(name, FOLDER, dir_fd=folder)
                try:
                    yield from _below(f"{path}/{name}", inner, unseen, deep=True)
                finally:
                    os.close(inner)
        except OSError:  # it has gone meanwhile
            continue


def shown(status: os.stat_result, target: str = "") -> str:
    numbers = f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    kind = TYPES.get(stat.S_IFMT(status.st_mode), "?")
    known = f"{kind} {numbers} {stat.S_IMODE(status.st_mode):o} {status.st_uid}:{status.st_gid}"
    return f"{known} {target}" if target else known


def moves(path: str) -> bool:
    """Tell whether an entry may change at any time, by itself."""
    return path not in STAYING and any(part.startswith(MOVING) for part in path.split("/")[2:])


def remedy(path: str, was: str, now: str = "") -> str:
    """Return the command that makes an entry what it was; empty for a file or a socket, which no command brings back.

    `now` is what is there, if there is something. Of a folder in the place of a node only an empty one is taken away.
    """
    kind, numbers, mode, owner, *target = was.split(" ", 4)
    if kind == "l":
        return shell_line.line("ln", "-sfT", "--", *target, path)
    name = shell_line.word(path)
    owned = f"chown {owner} {name} && chmod {mode} {name}"
    if now.split(" ")[:2] == [kind, numbers]:
        return owned
    words = ("mknod", path, kind, *numbers.split(":")) if kind in "cb" else (MAKERS.get(kind, ""), path)
    outer = os.path.dirname(path)  # noqa: PTH120
    made = (
        [shell_line.line("rm", "-fd", path)] if now else [shell_line.line("mkdir", "-p", outer)] * (outer not in TOPS)
    )
    return " && ".join((*made, shell_line.line(*words), owned)) if words[0] else ""
