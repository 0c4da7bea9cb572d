"""The person who typed the command, also behind sudo, and work in their name: with their rights, never with root's."""

from __future__ import annotations

import os
import pwd
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple, NoReturn

DONE, REFUSED, BROKEN = b"+", b"-", b"!"  # first byte of what the child answers


class Person(NamedTuple):
    """The login user: name, ids, the folder for state that programs keep, and whether we are root in their place."""

    name: str
    uid: int
    gid: int
    state: Path  # absolute: $XDG_STATE_HOME or ~/.local/state
    behind_sudo: bool


def person(environ: Mapping[str, str] = os.environ) -> Person:
    """Who typed the command. An account that sudo names and nobody knows is no one's: then it is root's own."""
    account = _behind_sudo(environ) if os.geteuid() == 0 else None
    if account:
        wished = _said_to_sudo() or environ.get("XDG_STATE_HOME", "")
        return Person(*_ids(account), _state(wished, Path(account.pw_dir)), behind_sudo=True)
    try:
        name, uid, gid = _ids(pwd.getpwuid(os.geteuid()))
    except KeyError:
        name, uid, gid = str(os.geteuid()), os.geteuid(), os.getegid()
    return Person(name, uid, gid, _state(environ.get("XDG_STATE_HOME", ""), _home()), behind_sudo=False)


def _behind_sudo(environ: Mapping[str, str]) -> pwd.struct_passwd | None:
    uid = environ.get("SUDO_UID", "")
    if not (uid.isascii() and uid.isdecimal()) or int(uid) == 0 or not environ.get("SUDO_GID"):
        return None
    try:
        return pwd.getpwuid(int(uid))
    except (KeyError, OverflowError):
        return None


def _ids(account: pwd.struct_passwd) -> tuple[str, int, int]:
    return account.pw_name, account.pw_uid, account.pw_gid


def _state(wished: str, home: Path) -> Path:
    """By the XDG base directory specification a relative path counts as none."""
    return Path(wished) if wished.startswith("/") else home / ".local" / "state"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # neither $HOME nor an account
        return Path("/nonexistent")


def _said_to_sudo() -> str:
    """XDG_STATE_HOME as sudo itself was given it, for it hands nothing of the kind on.

    Else progress made as root and progress shown to the user would be two files. Nothing is trusted here: whatever
    it names is opened with the user's own rights.
    """
    parent = Path("/proc") / str(os.getppid())
    with suppress(OSError):
        if (parent / "comm").read_text().strip() == "sudo":
            words = os.fsdecode((parent / "environ").read_bytes()).split("\0")
            return dict(word.partition("=")[::2] for word in words).get("XDG_STATE_HOME", "")
    return ""


def act(who: Person, action: Callable[[], bytes]) -> bytes:
    """What `action` gives. Behind sudo it runs in a child that is that person for good, so that no link and no race in
    a folder of theirs can lead root anywhere. Raises OSError as `action` does.

    `action` must not import: that person may not be allowed to read our Python.
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
    return _understood(answer)


def _act_in_child(who: Person, action: Callable[[], bytes], writer: int) -> NoReturn:
    answer = BROKEN
    try:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a Ctrl-C is for the parent; this takes milliseconds
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


def _understood(answer: bytes) -> bytes:
    kind, rest = answer[:1], answer[1:]
    if kind == DONE:
        return rest
    words = rest.decode(errors="replace")
    if kind == REFUSED:
        number, _, reason = words.partition(" ")
        raise OSError(int(number), reason)
    raise RuntimeError(f"the child that acts for the login user failed: {words}")
