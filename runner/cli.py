"""The command `semdocker`: it chooses the language, reads the command line, and runs one verb in an error boundary."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from runner import __version__

if TYPE_CHECKING:
    from runner.messages.language import Language
    from runner.records.errors import ExitStatus

UNWRITABLE = (errno.EPIPE, errno.EIO, errno.ENOSPC, errno.EDQUOT)  # of our output: no reader, no terminal, no room
READER_GONE = 128 + 13  # the status that a shell reports for a program that SIGPIPE ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. `argv` is the command line without the program's name."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _stand_on_firm_ground()
    if arguments == ["--version"]:
        return guarded(lambda: sys.stdout.write(f"semdocker {__version__}\n") * 0)
    if not arguments and (sys.stdout.isatty() or not sys.stdin.isatty()):
        arguments = ["learn" if sys.stdin.isatty() else "run"]  # a person at a keyboard wants to learn
    from runner.messages import language

    chosen = language.negotiate(arguments, os.environ)
    language.install(chosen)
    return guarded(lambda: _parsed(arguments, chosen))


def _stand_on_firm_ground() -> None:
    """Put right what a careless parent may have left us: closed standard streams, and a SIGCHLD that is ignored.

    A file that we open must never become a standard stream; and with SIGCHLD ignored nobody could wait for a child.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # The lowest free descriptor is the one that is missing. It lives as long as we do.
            setattr(sys, name, open(os.open(os.devnull, os.O_RDWR), mode))  # noqa: PTH123, SIM115
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def _parsed(arguments: list[str], chosen: Language) -> int:
    """Let Click parse, and run the action that it returns. The action runs outside Click, which treats interrupts and
    broken pipes in its own way.
    """
    import click

    from runner.messages import language
    from runner.verbs.app import command_line

    language.refuse_unknown(arguments)
    try:
        guessed = not language.chosen(arguments, os.environ)
        line = command_line(chosen, arguments, guessed=guessed)
        action = line.main(arguments, prog_name="semdocker", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    if callable(action):
        return cast(Callable[[], int], action)()
    return int(action or 0)


def guarded(action: Callable[[], int]) -> int:
    """Run an action and return its exit status. Every error becomes one sentence on stderr and an exit status."""
    from runner.records.errors import ExitStatus, Interrupted, RunnerError

    try:
        status = action()
        sys.stdout.flush()
        return status
    except RunnerError as error:
        from runner.screen.error_page import explain

        explain(error, sys.stderr)
        return error.status
    except Interrupted as error:
        return _complained("interrupted", error.status)
    except KeyboardInterrupt:
        return _complained("interrupted", ExitStatus.INTERRUPTED)
    except OSError as error:
        if error.filename or error.errno not in UNWRITABLE:
            return _unexpected(error)
        # Our output goes nowhere. Without this, Python would fail again when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return _complained("output-failed", ExitStatus.FAILED, detail=error.strerror)
        return READER_GONE if error.errno == errno.EPIPE else ExitStatus.HANGUP
    except Exception as error:
        return _unexpected(error)


def _complained(key: str, status: ExitStatus, **values: object) -> ExitStatus:
    from runner.messages.catalog import text
    from runner.screen.error_page import complain

    complain(text("error", sentence=text(key, **values)), sys.stderr)
    return status


def _unexpected(error: Exception) -> ExitStatus:
    """Report a bug of ours. The traceback goes to a file, or to the screen if SEMDOCKER_DEBUG is set."""
    import tempfile
    import traceback

    from runner.records.errors import ExitStatus

    if os.environ.get("SEMDOCKER_DEBUG"):
        traceback.print_exc()
        return ExitStatus.FAILED
    detail = f"{type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="semdocker-", suffix=".log", delete=False) as log:
            traceback.print_exc(file=log)
    except OSError:
        return _complained("unexpected-unsaved", ExitStatus.FAILED, detail=detail)
    return _complained("unexpected", ExitStatus.FAILED, detail=detail, path=log.name)
