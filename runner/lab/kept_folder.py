"""The student's own folder: the one place in the lab where what is written stays on the machine's disk.

It is a folder of the login user's, below $XDG_DATA_HOME or ~/.local/share, opened with their rights. In the lab a mount
of it alone stands in HOME, without devices and setuid programs, and what is mounted on it is seen nowhere else. To the
lab's root user, what the login user owns there is root's own; what root makes there is the login user's on the disk (an
idmapped mount, mount_setattr(2)). So nothing has to be handed over at the end, not even after a `kill -9`, and a file
with the setuid bit or with capabilities has no power that the student has not. Where the file system or the kernel
cannot do that, nothing is kept.
"""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from runner.host import kernel_files, login, mount_places, syscalls
from runner.host.login import Person
from runner.lab import private_folder, seat_names, signals
from runner.records.errors import RunnerError

HOME = "/root"  # where it stands in the lab
FOLDER = "semdocker"
ENTERED = private_folder.FOLDER


class Kept(NamedTuple):
    """Descriptors of an open folder. Whoever has them closes them."""

    mount: int  # of the folder, and nowhere yet
    hold: int  # a file without a name, open for writing: so nothing in the lab makes the file system read-only


def place(name: str) -> str:
    """Return where the folder of that name stands in the lab."""
    return f"{HOME}/{name}"


def path(name: str, seat: str) -> Path:
    """Return where the login user's folder of that name is. Another seat than the person's own has one for itself."""
    who = login.person()
    return who.data / FOLDER / (name if seat_names.is_own(who, seat) else f"{name}.{seat}")


def open_kept(name: str, seat: str) -> Kept:
    """Open the login user's folder, which is made when it is missing. Raises RunnerError when it cannot be kept."""
    who, place = login.person(), path(name, seat)
    try:
        return _opened(who, place)
    except OSError as error:
        raise RunnerError("folder-not-kept", path=str(place), reason=error.strerror or str(error)) from error


def _opened(who: Person, place: Path) -> Kept:
    folder = login.opened(who, lambda: _entered(place.parents[1], place.parent.name, place.name))
    try:
        _refuse_mounts_in(folder, place)
        mount = syscalls.clone_folder(folder)
    finally:
        os.close(folder)
    try:
        _tame(mount, who, place)
        return Kept(mount, _held(mount))
    except BaseException:
        os.close(mount)
        raise


def _refuse_mounts_in(folder: int, place: Path) -> None:
    """Raise RunnerError when something is mounted below a folder. The lab would see an empty directory there, and who
    removes that, unmounts for everybody what is on it (rmdir(2) asks only for the mounts of its own namespace).
    """
    for point in mount_places.below(Path(f"/proc/self/fd/{folder}").readlink()):
        raise RunnerError("folder-mounts", path=str(place), point=point)


def _entered(base: Path, *names: str) -> int:
    """Go down from a folder, make what is missing, and return the descriptor of the last one.

    Raise OSError for what is no folder of the calling user's own; a link is none.
    """
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = os.open(base, ENTERED & ~os.O_NOFOLLOW)  # the person's own setting, and with their own rights
    for name in names:
        with suppress(FileExistsError):
            os.mkdir(name, 0o700, dir_fd=folder)
        outer, folder = folder, os.open(name, ENTERED, dir_fd=folder)
        os.close(outer)
        if os.fstat(folder).st_uid != os.geteuid():
            raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
    return folder


def _tame(mount: int, who: Person, place: Path) -> None:
    if not who.uid:
        syscalls.tame(mount, None)
        return
    with _roots(who) as owners:
        try:
            syscalls.tame(mount, owners)
        except OSError as error:  # the kernel says no more than "invalid argument" of a file system that cannot do it
            raise RunnerError("folder-owners", path=str(place)) from error


def _held(mount: int) -> int:
    """Open a file that holds the file system: the kernel makes none read-only in which somebody writes (mount(2)).

    The lab's root could do so through this mount, with a `remount,ro` that forgets the `bind`, to the whole machine.
    """
    return os.open(".", os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600, dir_fd=mount)


@contextmanager
def _roots(who: Person) -> Iterator[int]:
    """Give a user namespace in which the numbers of a person are those of root outside. Raises OSError."""
    ours, theirs = socket.socketpair()
    with ours, signals.unstoppable():
        child = os.fork()
        if child == 0:
            _wait_in_namespace(ours, theirs)
        theirs.close()
        try:
            namespace = _mapped(ours, child, who)
        finally:
            ours.close()  # which ends the child
            os.waitpid(child, 0)
    try:
        yield namespace
    finally:
        os.close(namespace)


def _mapped(ours: socket.socket, child: int, who: Person) -> int:
    """Write the numbers of the child's namespace, which it tells that it has made, and open it. Raises OSError."""
    trouble = int(ours.recv(16) or errno.ECHILD)
    if trouble:
        raise OSError(trouble, os.strerror(trouble))
    for kind, number in (("uid", who.uid), ("gid", who.gid)):
        kernel_files.write(f"/proc/{child}/{kind}_map", f"{number} 0 1")
    return os.open(f"/proc/{child}/ns/user", os.O_RDONLY | os.O_CLOEXEC)


def _wait_in_namespace(ours: socket.socket, theirs: socket.socket) -> NoReturn:
    try:
        ours.close()
        try:
            syscalls.unshare(syscalls.CLONE_NEWUSER)
            theirs.send(b"0")
        except OSError as error:
            theirs.send(str(error.errno).encode())
        theirs.recv(1)
    finally:
        os._exit(0)
