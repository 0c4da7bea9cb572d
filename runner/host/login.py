"""Find the person who typed the command, also behind sudo, and act with their rights and not with root's."""

from __future__ import annotations

import errno
import os
import pwd
import signal
import stat
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

from runner.host import files, kernel_files
from runner.records.errors import RunnerError

DONE, REFUSED, BROKEN = b"+", b"-", b"!"  # The answer of the child begins with one of these.


class Person(NamedTuple):
    """The person who typed the command, and whether we are root in their place."""

    name: str
    uid: int
    gid: int
    state: Path  # Programs keep their state here: $XDG_STATE_HOME or ~/.local/state. The path is absolute.
    data: Path  # And here what the person makes with them: $XDG_DATA_HOME or ~/.local/share.
    behind_sudo: bool


def person() -> Person:
    """Return the person who typed the command. When sudo names an account that does not exist, that is root."""
    account = _account_behind_sudo() if os.geteuid() == 0 else None
    if account:
        return Person(*_ids(account), *_folders(Path(account.pw_dir), given_to_sudo), behind_sudo=True)
    try:
        name, uid, gid = _ids(pwd.getpwuid(os.geteuid()))
    except KeyError:
        name, uid, gid = str(os.geteuid()), os.geteuid(), os.getegid()
    state, data = _folders(_home(), lambda _: "")
    if uid == 0 and not (_roots(state) and _roots(data)):  # plain su(1) keeps the variables of who called it
        home = Path(pwd.getpwuid(0).pw_dir)
        state, data = home / ".local" / "state", home / ".local" / "share"
    return Person(name, uid, gid, state, data, behind_sudo=False)


def _roots(folder: Path) -> bool:
    """Say whether nobody but root can have made any part of this path, as far as it is there."""
    with suppress(OSError):
        return all(part.lstat().st_uid == 0 for part in (folder, *folder.parents) if os.path.lexists(part))
    return False


def name(uid: int) -> str:
    """Return the name of an account; its number when it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except (KeyError, OverflowError):
        return str(uid)


def _account_behind_sudo() -> pwd.struct_passwd | None:
    uid = os.environ.get("SUDO_UID", "")
    if not (uid.isascii() and uid.isdecimal()) or int(uid) == 0 or not os.environ.get("SUDO_GID"):
        return None
    try:
        return pwd.getpwuid(int(uid))
    except (KeyError, OverflowError):
        return None


def _ids(account: pwd.struct_passwd) -> tuple[str, int, int]:
    return account.pw_name, account.pw_uid, account.pw_gid


def _folders(home: Path, given: Callable[[str], str]) -> tuple[Path, Path]:
    """Return the folders for state and data; `given` comes before our own environment.

    The XDG base directory specification says that a relative path must be ignored.
    """
    named = {name: given(name) or os.environ.get(name, "") for name in ("XDG_STATE_HOME", "XDG_DATA_HOME")}
    state, data = (Path(setting) if setting.startswith("/") else None for setting in named.values())
    return state or home / ".local" / "state", data or home / ".local" / "share"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # There is neither $HOME nor an account.
        return Path("/nonexistent")


def given_to_sudo(variable: str) -> str:
    """Return a variable from the environment of sudo, our parent, because sudo does not pass it on to us.

    Without it, the same command would mean one thing to root and another to the user: another file of progress, another
    seat. It is the user's word, and is to be trusted no further.
    """
    parent = Path("/proc") / str(os.getppid())
    with suppress(OSError):
        if kernel_files.text(parent / "comm").strip() == "sudo":
            words = kernel_files.text(parent / "environ").split("\0")
            return dict(word.partition("=")[::2] for word in words).get(variable, "")
    return ""


def write(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file that the person named, whole or not at all. Raise RunnerError when they may not, or it is no file of
    theirs that is there already. A link of theirs is replaced, and what it leads to stays as it is.
    """

    def replace() -> None:
        with suppress(FileNotFoundError):
            there = path.lstat()
            if not (stat.S_ISREG(there.st_mode) or stat.S_ISLNK(there.st_mode)):
                raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))
            if there.st_uid != os.geteuid():
                raise OSError(errno.EPERM, os.strerror(errno.EPERM))
        files.replace(path, content, mode)

    write_by(path, replace)


def create(path: Path, content: bytes, mode: int) -> None:
    """Write a file that the person named, and that is not there. Raise FileExistsError when it is, or RunnerError."""

    def make() -> bytes:
        files.create(path, content, mode)
        return b""

    try:
        act(person(), make)
    except FileExistsError:
        raise
    except OSError as error:
        raise _not_written(path, error) from error


def write_by(path: Path, action: Callable[[], object]) -> None:
    """Let `action` write a file that the person named, with their rights. Raise RunnerError when it cannot."""
    try:
        act(person(), lambda: (action(), b"")[1])
    except OSError as error:
        raise _not_written(path, error) from error


def _not_written(path: Path, error: OSError) -> RunnerError:
    return RunnerError("not-written", path=str(path), reason=error.strerror or str(error))


def act(who: Person, action: Callable[[], bytes]) -> bytes:
    """Call `action` with the rights of a person, and return its result. Raise OSError when `action` does.

    Behind sudo it runs in a child process that can never be root again, so no link and no race in a folder of that
    person can mislead root. `action` must not import anything, because that person may not be allowed to read our
    Python.
    """
    if not who.behind_sudo:
        return action()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _act_in_child(who, action, writer)
    os.close(writer)
    try:
        with open(reader, "rb") as pipe:  # noqa: PTH123 -- a descriptor
            answer = pipe.read()
    finally:
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
    return _result(answer)


def opened(who: Person, action: Callable[[], int]) -> int:
    """Call `action`, which opens something, with the rights of a person, and return its descriptor. See `act`."""
    import socket

    ours, theirs = socket.socketpair()

    def hand_over() -> bytes:
        found = action()
        socket.send_fds(theirs, [DONE], [found])
        os.close(found)
        return b""

    with ours, theirs:
        act(who, hand_over)
        return socket.recv_fds(ours, 1, 1)[1][0]


def _act_in_child(who: Person, action: Callable[[], bytes], writer: int) -> NoReturn:
    answer = BROKEN
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # The parent answers to Ctrl-C; the child ends in milliseconds.
        os.initgroups(who.name, who.gid)
        os.setresgid(who.gid, who.gid, who.gid)
        os.setresuid(who.uid, who.uid, who.uid)
        answer = DONE + action()
    except OSError as error:
        answer = REFUSED + f"{error.errno or 0} {error.strerror or error}".encode()
    except BaseException as error:
        answer = BROKEN + repr(error).encode(errors="backslashreplace")
    finally:
        with suppress(BaseException), os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)


def _result(answer: bytes) -> bytes:
    """Return what the child's `action` returned, or raise what it raised."""
    kind, rest = answer[:1], answer[1:]
    if kind == DONE:
        return rest
    words = rest.decode(errors="replace")
    if kind == REFUSED:
        number, _, reason = words.partition(" ")
        raise OSError(int(number), reason)
    raise RuntimeError(f"the child that acts for the login user failed: {words}")
