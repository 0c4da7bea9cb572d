"""The command `semdocker`: it chooses the language, reads the command line, and runs one verb in an error boundary."""

from __future__ import annotations

import errno
import fcntl
import gc
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO, cast

from runner import __version__

if TYPE_CHECKING:
    import click

    from runner.messages.language import Language
    from runner.records.errors import ExitStatus, RunnerError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # for our output
# These say that we asked for what makes no sense. All others say that the machine cannot do what we asked for.
MISTAKES = (errno.EBADF, errno.EINVAL, errno.EFAULT, errno.ENOTTY, errno.ESRCH, errno.ECHILD)
KERNEL = ("/proc/", "/sys/", "/dev/")  # What is missing there, this machine lacks.
UMASK = 0o022
READER_GONE = 128 + 13  # the status that a shell reports for a program that SIGPIPE ended


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status. `argv` is the command line without the program's name."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    status = guarded(lambda: _begun(arguments))
    for stream in (sys.stdout, sys.stderr):
        _flush(stream)
    return status


def _begun(arguments: list[str]) -> int:
    _stand_on_firm_ground()
    gc.set_threshold(
        100_000
    )  # Of a course all objects stay: to look for garbage among them took an eighth of the time.
    if arguments == ["--version"]:
        return sys.stdout.write(f"semdocker {__version__}\n") * 0
    if not arguments and (sys.stdout.isatty() or not sys.stdin.isatty()):
        arguments = ["learn" if sys.stdin.isatty() else "run"]  # a person at a keyboard wants to learn
    from runner.messages import language

    chosen = language.negotiate(arguments, os.environ)
    language.install(chosen)
    return _parsed(arguments, chosen)


def _stand_on_firm_ground() -> None:
    """Put right what a careless parent may have left us: standard streams that are closed, open the wrong way or do not
    wait, a SIGCHLD that is ignored, low limits, an unusual umask, and Python's warnings to programmers as errors.

    A file that we open must never become a standard stream; and with SIGCHLD ignored nobody could wait for a child.
    Limits bite long before a lab is open: where no file may grow, not even its lock can be signed. The umask is the
    lab's: a stricter one would shut its `/` to all but root. Other files get their modes from us.
    """
    from runner.host import limits

    limits.provide()
    warnings.simplefilter("ignore")
    os.umask(UMASK)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, (name, mode, wrong) in enumerate(
        (("stdin", "r", os.O_WRONLY), ("stdout", "w", os.O_RDONLY), ("stderr", "w", os.O_RDONLY))
    ):
        if getattr(sys, name) is None:
            # The lowest free descriptor is the one that is missing. It lives as long as we do.
            setattr(sys, name, open(os.open(os.devnull, os.O_RDWR), mode))  # noqa: PTH123, SIM115
        elif fcntl.fcntl(number, fcntl.F_GETFL) & os.O_ACCMODE == wrong:
            _lead_nowhere(number)
        else:
            os.set_blocking(number, True)


def _lead_nowhere(number: int) -> None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, number)
    os.close(nowhere)


def _flush(stream: TextIO) -> None:
    """Write what waits in a stream. What cannot be written is lost, or Python would fail with it at exit."""
    try:
        stream.flush()
    except OSError:
        _lead_nowhere(stream.fileno())


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
        return _told(error)
    if callable(action):
        return cast(Callable[[], int], action)()
    return int(action or 0)


def _told(error: click.ClickException) -> int:
    """Write an error of Click as we write ours: what was typed may hold characters that a terminal obeys."""
    import io

    from runner.screen.error_page import complain

    words = io.StringIO()
    error.show(words)
    with suppress(OSError):  # Nobody can be told on a stream that is full.
        complain(words.getvalue().removesuffix("\n"), sys.stderr)
    return error.exit_code


def guarded(action: Callable[[], int]) -> int:
    """Run an action and return its exit status. Every error becomes one sentence on stderr and an exit status."""
    from runner.records.errors import ExitStatus, Interrupted, RunnerError

    try:
        status = action()
        sys.stdout.flush()
        return status
    except RunnerError as error:
        return _explained(error)
    except Interrupted as error:
        return _complained("interrupted", error.status)
    except KeyboardInterrupt:
        return _complained("interrupted", ExitStatus.INTERRUPTED)
    except OSError as error:
        return _refused(error)
    except MemoryError:
        return _refused(OSError(errno.ENOMEM, os.strerror(errno.ENOMEM)))
    except Exception as error:
        return _unexpected(error)


def _explained(error: RunnerError) -> ExitStatus:
    from runner.screen.error_page import explain

    with suppress(OSError):
        explain(error, sys.stderr)
    return error.status


def _complained(key: str, status: ExitStatus, **values: str | float) -> ExitStatus:
    from runner.messages.catalog import text
    from runner.screen.error_page import complain

    with suppress(OSError):
        complain(text("error", sentence=text(key, **values)), sys.stderr)
    return status


def _refused(error: OSError) -> int:
    """Say what the machine refused, and which file it was about, if it was about one."""
    from runner.records.errors import ExitStatus

    detail = error.strerror or str(error)
    if os.environ.get("SEMDOCKER_DEBUG"):
        return _unexpected(error)
    if isinstance(error.filename, str | bytes):
        path = os.fsdecode(error.filename)
        if path.startswith(KERNEL):
            return _complained("refused-kernel", ExitStatus.UNFIT, path=path, detail=detail)
        return _complained("refused-file", ExitStatus.FAILED, path=path, detail=detail)
    if error.errno in (errno.EPIPE, errno.EIO):
        return READER_GONE if error.errno == errno.EPIPE else ExitStatus.HANGUP
    if error.errno in NO_ROOM:
        return _complained("output-failed", ExitStatus.FAILED, detail=detail)
    return _unexpected(error) if error.errno in MISTAKES else _complained("refused", ExitStatus.UNFIT, detail=detail)


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
