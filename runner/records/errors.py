"""What can go wrong, as keys and data. The sentences are in `runner/messages`; the exit codes are in one enum."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """The exit codes of the command. They do not change from version to version."""

    OK = 0
    FAILED = 1  # A check failed, or something could not be done; the machine is clean.
    USAGE = 2
    INVALID_LESSON = 3
    UNFIT = 4  # The user is not root, or the kernel lacks something that a lesson needs.
    DIRTY = 5  # The rollback left something behind.
    BUSY = 6  # Another run holds the seat.
    UNTRUSTED = 7
    NO_LAB = 8  # No lab is live that could be looked at or joined.
    UNKNOWN = 9  # Something could not be checked, and nothing else was wrong.
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


class RunnerError(Exception):
    """A fault that `cli` turns into one sentence and an exit code.

    `key` names a sentence in `runner/messages`, and `values` fill its placeholders.
    """

    status = ExitStatus.FAILED

    def __init__(self, key: str, **values: str | float) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


class UsageError(RunnerError):
    """The command line asks for something that does not exist."""

    status = ExitStatus.USAGE


class InvalidLesson(RunnerError):
    """Lesson files break the format. `faults` has every fault of every file."""

    status = ExitStatus.INVALID_LESSON

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("invalid-lesson", count=len(faults))
        self.faults = faults


class Unfit(RunnerError):
    """This machine or user cannot do what was asked."""

    status = ExitStatus.UNFIT


class Untrusted(RunnerError):
    """Nobody has agreed that these lessons from elsewhere may run here."""

    status = ExitStatus.UNTRUSTED


class Dirty(RunnerError):
    """Something of ours is still on the machine."""

    status = ExitStatus.DIRTY


class NoLab(RunnerError):
    """There is no live lab to look at, or to join."""

    status = ExitStatus.NO_LAB


class Uncheckable(RunnerError):
    """There is a live lab, and nothing about it can be checked."""

    status = ExitStatus.UNKNOWN


class Busy(RunnerError):
    """Another run holds the seat."""

    status = ExitStatus.BUSY


class Interrupted(BaseException):
    """A signal asked us to stop. Like KeyboardInterrupt, it is not caught by `except Exception`."""

    def __init__(self, status: ExitStatus) -> None:
        super().__init__(status)
        self.status = status


class TimeOver(BaseException):
    """The time of an exam is over. Like Interrupted, it is not caught by `except Exception`."""


class Fault:
    """One fault of a lesson file: its place, the key of its sentence, and the values for the sentence."""

    __slots__ = ("column", "file", "key", "line", "values")

    def __init__(self, file: str, line: int, column: int, key: str, **values: str | float) -> None:
        self.file = file
        self.line = line
        self.column = column
        self.key = key
        self.values = values

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.key} {self.values}"
