"""Names of seats, held in /run: one holder each, whose other files stand beside the lock.

NAME.lock is locked until its holder releases it or the last process that has it open is gone (flock(2)). Of a
killed holder the files stay, unlocked: the name's next holder takes them over, and `sweep` takes them away. Files
are removed only by who has the lock on them, so nobody's newer ones are ever hit.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import stat
import time
import zlib
from contextlib import suppress
from pathlib import Path

from runner.host import kernel, kernel_files, served_mounts
from runner.host.kernel import Identity
from runner.lab import private_folder
from runner.lab.private_folder import SAFE, open_private
from runner.records.errors import Busy, Unfit

RUN = Path("/run/semdocker")  # root's own, 0700
VISITORS = ".look"
KINDS = (".json", ".new", VISITORS, ".lock")  # a notice, one that is being written, and last what guards them
NOBODY = Identity(0, 0)
PAUSE = 0.05
MACHINE = 0xEFFFFFFC  # the machine's own PID namespace, from which all processes are seen (PROC_PID_INIT_INO)
MARK = "[0-9a-f]{12}"  # what `mark` returns
LOCKED = re.compile(r"\.lock( \(deleted\))?\Z")  # where the link of a lock that is open leads (proc_pid_fd(5))
LOCK_ROW = re.compile(r"lock:.* ([0-9a-f]+):([0-9a-f]+):\d+ \d+ \w+\Z")


def hold(name: str, deadline: float) -> int:
    """Lock a name; returns the lock's descriptor.

    Raises Busy when others hold it past `deadline` (monotonic), Unfit where the file cannot be made (a full disk,
    or one that is read-only).
    """
    while True:
        with suppress(FileNotFoundError):  # a holder that ends takes file and folder away
            fd = _open(name)
            if _locked(fd, name):
                _sign(name, fd)
                return fd
            holder = _living(name, fd)
            os.close(fd)
            if time.monotonic() >= deadline:
                raise Busy("seat-busy", holder=str(holder.pid or "?"))
        time.sleep(PAUSE)


def release(name: str, fd: int) -> None:
    """Let go of a name. Nothing stays in /run of a run that has ended."""
    if is_at(fd, _lock(name)):
        for kind in KINDS:
            private_folder.remove((RUN,), f"{name}{kind}")
    os.close(fd)
    _leave()


def holder(name: str) -> Identity | None:
    """Return who holds a name, all zeros if it has not said so yet; None when nobody does.

    When who took it has ended, and a guardian holds it on, that is the guardian.
    """
    try:
        fd = private_folder.open_file((RUN,), _lock(name).name)
    except OSError:  # there is none, or what is there is none of ours
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two that look do not see each other
    except BlockingIOError:
        return _living(name, fd)
    finally:
        os.close(fd)
    return None


def keepers(name: str) -> list[int]:
    """Return the processes that hold the lock of a name: who took it, and who got it open from that one.

    Who has merely opened the file, such as root with `tail -f`, does not hold it.
    """
    lock = kernel_files.file_id(str(_lock(name)))
    return _keeping(_short(*lock)) if lock else []


def mark(fd: int) -> str:
    """Return the word by which what is made under a lock is known to be of it, wherever it is looked at.

    The lock itself lies in a /run that a chroot or a container does not share; its device and inode are the kernel's.
    The PID namespace tells who can see the processes that keep it.
    """
    status = os.fstat(fd)
    return f"{_short(status.st_dev, status.st_ino)}{_short(kernel.namespace('self', 'pid') or 0)[-4:]}"


def keeper(marked: str) -> int | None:
    """Return a process besides us that keeps the lock of a mark; None when nobody does, 0 when nobody here can tell."""
    if not marked:
        return None
    here = kernel.namespace("self", "pid") or 0
    if here != MACHINE and _short(here)[-4:] != marked[-4:]:
        return 0
    return next(iter(_keeping(marked[:-4])), None)


def _short(*numbers: int) -> str:
    return f"{zlib.crc32(repr(numbers).encode()):08x}"


def _keeping(lock: str) -> list[int]:
    return [pid for pid in kernel.pids() if pid != os.getpid() and _keeps(pid, lock)]


def _keeps(pid: int, lock: str) -> bool:
    """Tell whether a process has that very opening of a file which is locked (`lock:` in proc_pid_fdinfo(5)).

    What it has open may lie where nobody answers (see `served_mounts`), so only what is locked, has the name of a lock
    and lies elsewhere is looked at itself.
    """
    return any(
        LOCKED.search(kernel_files.target(f"/proc/{pid}/fd/{fd}"))
        and (devices := _locked_on(f"/proc/{pid}/fdinfo/{fd}"))
        and devices.isdisjoint(served_mounts.devices((*kernel.mounts(pid), *kernel.mounts())))
        and (found := kernel_files.file_id(f"/proc/{pid}/fd/{fd}"))
        and _short(*found) == lock
        for fd in kernel_files.names(f"/proc/{pid}/fd")
    )


def _locked_on(info: str) -> set[str]:
    """Return the device of a file that an opening has locked, as the list of mounts writes it; nothing of another.

    Such a row ends in "812 00:1c:3041 0 EOF": process, device, inode, range (proc_locks(5)).
    """
    rows = filter(None, map(LOCK_ROW.match, kernel_files.rows(info)))
    return {f"{int(row[1], 16)}:{int(row[2], 16)}" for row in rows}


def _living(name: str, fd: int) -> Identity:
    """Return who signed a lock that is held; when that one has ended, who holds it on."""
    words = os.pread(fd, 64, 0).split()
    signed = Identity(int(words[0]), int(words[1])) if len(words) == 2 and all(map(bytes.isdigit, words)) else NOBODY
    if signed is NOBODY or kernel.alive(signed):
        return signed
    return next(filter(None, map(kernel.identity, keepers(name))), signed)


def files(name: str) -> tuple[Path, ...]:
    """Return the files that a name has in /run."""
    return tuple(RUN / f"{name}{kind}" for kind in KINDS if private_folder.mode((RUN,), f"{name}{kind}"))


def names() -> tuple[str, ...]:
    """Return all names that have files in /run, held or not."""
    files = map(Path, private_folder.names(RUN))
    return tuple(sorted({file.stem for file in files if file.suffix in KINDS}))


def sweep() -> None:
    """Take away what killed holders left, and what is none of ours in the place of a file."""
    _clear()
    for name in names():
        with suppress(Busy, Unfit):  # held, or wanted again just now; or the disk is full
            release(name, hold(name, time.monotonic()))
    _leave()  # a holder may have been killed between its last file and the folder


def in_the_way() -> tuple[Path, ...]:
    """Return the folders that have names of our files."""
    return tuple(path for name in names() for path in files(name) if private_folder.is_folder((RUN,), path.name))


def _clear() -> None:
    """Remove each link and FIFO that has the name of a file of ours. Nobody holds such a thing as a lock.

    One clears at a time, lest a lock be hit that is made where another has just cleared.
    """
    with suppress(OSError), private_folder.inside(RUN) as folder:
        fcntl.flock(folder, fcntl.LOCK_EX)
        for path in (path for name in names() for path in files(name)):
            found = private_folder.mode((RUN,), path.name)
            if found and not stat.S_ISREG(found):
                private_folder.remove((RUN,), path.name)


def is_at(fd: int, path: Path) -> bool:
    """Tell whether the file that we have open is the one that has this path now."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(fd), path.stat())
    return False


def _leave() -> None:
    """Remove the folder, if nobody's files are in it."""
    private_folder.leave(RUN)


def _lock(name: str) -> Path:
    return RUN / f"{name}.lock"


def _open(name: str) -> int:
    try:
        folder = open_private(RUN)
        try:
            fd = os.open(_lock(name).name, os.O_RDWR | os.O_CREAT | SAFE, 0o600, dir_fd=folder)
        finally:
            os.close(folder)
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            os.close(fd)
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return fd
    except FileNotFoundError:
        raise
    except OSError as error:
        _leave()  # it may have been made just now
        raise _unfit(name, error) from error


def _locked(fd: int, name: str) -> bool:
    """Tell whether the lock is ours, and on the file that is there now."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return is_at(fd, _lock(name))


def _sign(name: str, fd: int) -> None:
    try:
        os.truncate(fd, 0)
        mine = kernel.identity(os.getpid()) or NOBODY
        os.pwrite(fd, f"{mine.pid} {mine.start}".encode(), 0)
    except OSError as error:
        release(name, fd)
        raise _unfit(name, error) from error


def _unfit(name: str, error: OSError) -> Unfit:
    return Unfit("journal-failed", path=str(_lock(name)), detail=error.strerror or str(error))
