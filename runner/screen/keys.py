"""The keyboard and its mode, which no other module changes. All of this needs a terminal.

An answer is one key on a terminal, and one letter with Enter in plain mode.
"""

from __future__ import annotations

import select
import signal
import sys
import termios
import tty
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, NamedTuple

from runner.messages.catalog import text
from runner.screen import key_bytes

# Indexes in the list that tcgetattr returns: modes of the input, local modes, control characters.
INPUT, LOCAL, CONTROL = 0, 3, 6
UTF8 = 0o40000  # IUTF8 of termios(3): Backspace erases a whole letter
ALONE = 0.25  # seconds in which no other key follows a letter that is meant as a command
PAUSE = 0.7  # seconds without a key after which somebody has ended a word that we do not take
ENTER = "\n"
BACK = "b"
ESCAPE = "\x1b"  # in `pressed` it stands for every key without a meaning here, too
INTERRUPT = "\x03"  # Ctrl-C, where we read it ourselves
END = "q"  # Ctrl-D and a keyboard that is gone mean the same
GONE = "\x04"  # one of those two
AWAY = {b"\x1d": ESCAPE, b"\x03": INTERRUPT}  # what else leads away from a line, as Escape does
ALSO = {"quit": ("Ctrl-D",)}  # keys of no table, by the name of the action that they start
RESIZED = "resized"  # not a key: the window has another size now
NAMES = {
    **dict.fromkeys((b"\r", b"\n", b" ", b"\x1b[6~", b"\x1b[C", b"\x1bOC"), ENTER),
    **dict.fromkeys((b"\x1b[5~", b"\x1b[D", b"\x1bOD", b"\x7f", b"\x08"), BACK),
    b"\x04": END,
}


class Binding(NamedTuple):
    """A key of a page, and the action that it starts.

    `name` selects its sentence in the list of all keys. `offer` selects its words in the line of the keys that are
    useful now; it is empty for a key that this line leaves out. A key that is not `listed` would do nothing now but say
    why; neither the line nor the list has it.
    """

    key: str
    name: str
    action: Callable[[], object]
    offer: str = ""
    listed: bool = True

    @property
    def label(self) -> str:
        return {ENTER: "Enter", ESCAPE: "Esc"}.get(self.key, self.key)


def listed(table: Sequence[Binding]) -> list[tuple[str, str]]:
    """Return the names of a table's actions, each once, with all the keys that start it."""
    labels: dict[str, list[str]] = {}
    for one in table:
        if one.listed:
            labels.setdefault(one.name, []).append(one.label)
    return [(", ".join([*found, *ALSO.get(name, ())]), name) for name, found in labels.items()]


class StudentLeaves(Exception):
    """The student wants to go."""


def press(
    allowed: str, *, line: bool, numbered: str = "", refuse: Callable[[str], None] | None = None, alone: bool = False
) -> str:
    """Wait for one of the `allowed` keys, which may include ENTER, and return it.

    With `line`, whole lines are read instead of keys, and a number, counted from 0, selects a key of `numbered`.
    `refuse` is called with anything else that was typed. `alone`: a letter counts only when no other follows at once;
    a word that somebody types where keys are asked for is refused as a whole. The Enter that ends a refused word is
    part of it.
    """
    while True:
        key = letters() if line else _key()
        if not line and (alone or key not in allowed):
            key = _alone(key, refused=key not in allowed)
        key = END if key == GONE else key
        if line and key.isdecimal() and int(key) < len(numbered):
            key = numbered[int(key)]
        if len(key) == 1 and key in allowed:
            return key
        if refuse and key not in ("", ESCAPE):
            refuse(key)


def _alone(key: str, *, refused: bool) -> str:
    """Return a key, or the whole word when it is only the first letter of one. After a letter that is `refused` anyway
    there is more time for the rest.
    """
    if key in ("", ENTER, ESCAPE, GONE):
        return key
    word, silence = key, PAUSE if refused or len(key) > 1 else ALONE
    while select.select([sys.stdin.fileno()], [], [], silence)[0]:
        more = _key()
        if more == GONE:
            return GONE
        if more and (more != key or word != key):  # a key that is held down repeats
            word, silence = word + more, PAUSE
    return word.strip() or ENTER


def pressed(data: bytes) -> list[str]:
    """Return the keys in the bytes that were read: ENTER, BACK, END, ESCAPE, or the character in lower case."""
    if not data:
        return [END]
    return [
        NAMES.get(key, key.decode(errors="replace").lower() if key[0] > 0x1F else ESCAPE)
        for key in key_bytes.split(data)
    ]


def single() -> AbstractContextManager[None]:
    """Let keys come one by one and unseen. Only Ctrl-C keeps its meaning for the terminal, not Ctrl-Z."""

    def change(mode: list[Any]) -> None:
        mode[LOCAL] &= ~(termios.ECHO | termios.ICANON)
        for key in (termios.VSUSP, termios.VQUIT, termios.VSTOP, termios.VLNEXT, termios.VDISCARD):
            mode[CONTROL][key] = b"\0"

    return _changed(change)


def any_within(seconds: float) -> bool:
    """Wait so many seconds for any key, and tell whether there was one, which is taken. `single` sets the mode."""
    keyboard = sys.stdin.fileno()
    if not select.select([keyboard], [], [], seconds)[0]:
        return False
    with suppress(OSError):  # a keyboard that is gone counts as a key
        key_bytes.read(keyboard)
    return True


def forget() -> None:
    """Throw away the keys that were pressed before we asked, so that an impatient hand answers nothing."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def line() -> str:
    """Return a line that the student types, without blanks around it; END when the keyboard is gone."""
    with _echo(on=True):
        return (_read_line() or END).strip()


def line_or_away(ask: Callable[[], object]) -> str:
    """Return a line as `line` does, or ESCAPE as soon as a key leads away from it: Esc, Ctrl-], Ctrl-C."""
    typed = _edited_line(ask)
    return ESCAPE if typed == INTERRUPT else typed


def line_to_its_end(ask: Callable[[], object]) -> str:
    """Return a line as `line` does, and begin it anew after a key that would lead away from it. Ctrl-C is SIGINT here,
    too.
    """
    while (typed := _edited_line(ask)) == ESCAPE:
        pass
    if typed == INTERRUPT:
        signal.raise_signal(signal.SIGINT)
    return typed


def _edited_line(ask: Callable[[], object]) -> str:
    """Return a line, or ESCAPE or INTERRUPT as soon as a key leads away from it.

    The line is edited here, because the kernel's own editing would pass on no Esc, write what an arrow sends, and end
    us at Ctrl-C. So `ask`, which shows where it is typed, is called when the terminal leaves that to us.
    """
    keyboard, typed = sys.stdin.fileno(), ""
    with raw(keyboard):
        ask()
        while True:
            try:
                data = key_bytes.read(keyboard)
            except OSError:  # the keyboard is gone
                data = b""
            if not data:
                return _shown("\r\n", END)
            if data in key_bytes.ESCAPES:
                return _shown("\r\n", ESCAPE)
            for key in key_bytes.split(data):
                if key in AWAY:
                    return _shown("\r\n", AWAY[key])
                if key in (b"\r", b"\n") or (key == GONE.encode() and not typed):
                    return _shown("\r\n", END if key == GONE.encode() else typed.strip())
                typed = _edited(typed, key)


def _edited(line: str, key: bytes) -> str:
    """Return the line after a key, and show what the key did."""
    if key in (b"\x7f", b"\x08", b"\x15", b"\x17"):  # Backspace; Ctrl-U and Ctrl-W, which take more
        word = line.rstrip().rpartition(" ")
        left = "" if key == b"\x15" else word[0] + word[1] if key == b"\x17" else line[:-1]
        return _shown("\b \b" * (_columns(line) - _columns(left)), left)
    letter = key.decode(errors="replace")
    return _shown(letter, line + letter) if letter.isprintable() else line


def _columns(line: str) -> int:
    return sum(0 if unicodedata.combining(one) else 1 + (unicodedata.east_asian_width(one) in "WF") for one in line)


def _shown(words: str, value: str) -> str:
    sys.stdout.write(words)
    sys.stdout.flush()
    return value


def agreed(question: str) -> bool:
    """Ask a question, and return whether the answer was yes. Anything else is a no, also an empty line."""
    return bool(answered(question))


def answered(question: str) -> bool | None:
    """Ask a question as `agreed` does; return None when the keyboard is gone, so that nobody asks for ever."""
    sys.stdout.write(question + " ")
    sys.stdout.flush()
    with _echo(on=True):
        typed = _read_line()
    return typed.strip().lower() in text("cleanup.yes").split() if typed else None


def hushed() -> AbstractContextManager[None]:
    """Hide what is typed while we do not ask, so that it does not appear between our lines. `line` shows its own."""
    return _echo(on=False)


def _echo(*, on: bool) -> AbstractContextManager[None]:
    def change(mode: list[Any]) -> None:
        mode[INPUT] |= UTF8
        mode[LOCAL] = mode[LOCAL] | termios.ECHO if on else mode[LOCAL] & ~termios.ECHO

    return _changed(change)


@contextmanager
def raw(keyboard: int) -> Iterator[None]:
    """Let keys come one by one and unchanged, also Ctrl-C, so that the caller can pass them on to a shell."""
    with kept(keyboard):
        tty.setraw(keyboard, termios.TCSADRAIN)
        yield


@contextmanager
def kept(keyboard: int) -> Iterator[None]:
    """Put the keyboard's mode back at the end, whatever has changed it meanwhile."""
    before = termios.tcgetattr(keyboard)
    try:
        yield
    finally:
        with suppress(termios.error):  # the keyboard is gone
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextmanager
def _changed(change: Callable[[list[Any]], None]) -> Iterator[None]:
    keyboard = sys.stdin.fileno()
    mode = termios.tcgetattr(keyboard)
    change(mode)
    with kept(keyboard):
        termios.tcsetattr(keyboard, termios.TCSADRAIN, mode)
        yield


def letter() -> str:
    """Read a line, and return its first letter."""
    return letters()[:1]


def letters() -> str:
    """Read a line, and return it in lower case; ENTER when it is empty, END when the keyboard is gone."""
    with _echo(on=True):
        typed = _read_line()
    return END if typed == "" else typed.strip().lower() or ENTER


def _read_line() -> str:
    """Return a line with its newline; empty when the keyboard is gone. A byte that is not UTF-8 becomes U+FFFD."""
    try:
        return sys.stdin.buffer.readline().decode(errors="replace")
    except OSError:
        return ""


def _key() -> str:
    """Return one key; several characters for pasted text; empty for those without a meaning, such as arrows and Tab."""
    keyboard = sys.stdin.fileno()
    with single():
        try:
            data = key_bytes.read(keyboard)
        except OSError:  # the keyboard is gone
            data = b""
    if not data:
        return GONE
    if data in key_bytes.ESCAPES:
        return ESCAPE
    typed = b"".join(key for key in key_bytes.split(data) if not key.startswith(b"\x1b"))
    if typed == b"\x04":
        return GONE
    shown = typed.decode(errors="replace").replace("\r", "\n").lower()
    characters = "".join(one for one in shown if one.isprintable() or one == ENTER)
    if not characters:
        return ""
    # A key that is held down repeats, and counts once.
    return characters[0] if len(set(characters)) == 1 else characters.strip("\n")
