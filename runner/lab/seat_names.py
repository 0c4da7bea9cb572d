"""What seats are called, and which one is whose. Light, because verbs that open no lab ask, too."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence

from runner.host import login, shell_environment, shell_line
from runner.host.login import Person
from runner.records.errors import UsageError

DEFAULT = shell_environment.SEAT
VARIABLE = "SEMDOCKER_SEAT"  # names a seat where no option does
LIMIT = 31  # characters
NAME = rf"[a-z0-9][a-z0-9-]{{0,{LIMIT - 1}}}"  # What a seat's name is; whoever must know asks here.
DIGEST = 4  # bytes


def mine() -> str:
    """Return the seat of whoever typed the command and named none: the variable's, or else the person's own."""
    return os.environ.get(VARIABLE, "") or login.given_to_sudo(VARIABLE) or own(login.person())


def own(who: Person) -> str:
    """Return the seat of a person who names none: called like the person, so that two who use sudo do not meet.

    A login that is no name for a seat is changed, and could then be a colleague's: a digest of it tells them apart. Who
    logs in as root may be anybody, and has the default seat.
    """
    return of_login(who.name) if who.uid else DEFAULT


def of_login(name: str) -> str:
    """Return the seat that is called like a login."""
    if re.fullmatch(NAME, name) and name != DEFAULT:
        return name
    import hashlib

    digest = hashlib.blake2s(os.fsencode(name), digest_size=DIGEST).hexdigest()
    similar = re.sub(r"[^a-z0-9-]", "-", name.lower())[: LIMIT - len(digest) - 1]
    return f"{similar}-{digest}".lstrip("-")


def is_own(who: Person, seat: str) -> bool:
    """Tell whether a seat is the person's own: then what is kept of it has the plain name, as it always had."""
    return seat in (DEFAULT, own(who))


def valid(name: str) -> str:
    """Return the name. Raises UsageError for one that would not do in the names of files and control groups."""
    if not re.fullmatch(NAME, name[:LIMIT]):
        raise UsageError("seat-name", name=name)
    if len(name) > LIMIT:
        raise UsageError("seat-name-long", name=name, limit=LIMIT)
    return name


def on_another(argv: Sequence[str]) -> str:
    """Return the same command on another seat, NAME, as a person types it."""
    words = iter(word for word in argv if word != "--guessed")
    kept = [word for word in words if not (word == "--seat" and next(words, "")) and not word.startswith("--seat=")]
    return shell_line.line("semdocker", *kept, "--seat", "NAME")
