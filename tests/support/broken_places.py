"""Places in which a program can be started and in which something that everybody takes for granted is missing.

Each is a line of bash that prepares the place, in mount and host name namespaces of its own, and then runs `"$@"`.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.command import COMMAND, environment

VERBS = (
    "--help",
    "--version",
    "list",
    "list --json",
    "show chroot",
    "show chroot --json",
    "show --format-reference",
    "doctor",
    "doctor --json",
    "status",
    "status --json",
    "cleanup",
    "cleanup --json",
    "cleanup --distrust",
    "report",
    "report --json",
    "report --csv",
    "report --html page.html",
    "export hostname --no-run --to page.html",
    "reset hostname",
    "reset --yes",
    "lint",
    "lint --json",
    "lint --schema lesson",
    "lint --lessons shelf",
    "new mine",
    "practice --list",
    "check",
    "check --json",
    "xray",
    "xray --json",
    "class",
    "class --json",
    "class init aula pc01=maria",
    "class report . --csv class.csv",
    "class report . --json",
    "demo --notes",
    "learn",
    "practice own-name",
    "practice own-name --exam 50 --to exam.json",
    "demo",
    "shell",
)
LABS = ("run hostname --report result.json", "run hostname --json", "run rootfs")  # these open a lab

DOES_NOT_WAIT = """
import fcntl, os, sys
fcntl.fcntl(1, fcntl.F_SETPIPE_SZ, 4096)
os.set_blocking(1, False)
os.execvp(sys.argv[1], sys.argv[1:])
"""
EXEC = 'exec "$@"'
KEPT = 'exec setpriv --bounding-set=-sys_resource --inh-caps=-sys_resource "$@"'  # so no limit can be raised
STREAMS = {
    "no stdin": '"$@" <&-',
    "no stdout": '"$@" >&-',
    "no stderr": '"$@" 2>&-',
    "no streams": '"$@" <&- >&- 2>&-',
    "full stdout": '"$@" >/dev/full',
    "full stderr": '"$@" 2>/dev/full',
    "both full": '"$@" >/dev/full 2>&1',
    "a reader who leaves": '"$@" | head -c 1; exit ${PIPESTATUS[0]}',
    "nobody reads": '"$@" | true; exit ${PIPESTATUS[0]}',
    "stdin is for writing": '"$@" 0>/dev/null',
    "stdout is for reading": '"$@" 1</dev/null',
    "stderr is for reading": '"$@" 2</dev/null',
    "stdout does not wait": f"{sys.executable} -c '{DOES_NOT_WAIT}' \"$@\" | (sleep 2; cat); exit ${{PIPESTATUS[0]}}",
}
PLACES = {
    "no folder": 'mkdir gone; cd gone; rmdir ../gone; exec "$@"',
    "8 files": f"ulimit -n 8; {KEPT}",
    "12 files": f"ulimit -n 12; {KEPT}",
    "files of no size": f"ulimit -f 0; {KEPT}",
    "files of no size, unless one asks": 'ulimit -Sf 0; exec "$@"',
    "a second of CPU, unless one asks": 'ulimit -St 1; exec "$@"',
    "warnings are errors": 'export PYTHONWARNINGS=error; exec "$@"',
    "development mode": 'export PYTHONDEVMODE=1 PYTHONWARNINGS=error; exec "$@"',
    "1 column": 'export COLUMNS=1 LINES=1; exec "$@"',
    "0 columns": 'export COLUMNS=0 LINES=0; exec "$@"',
    "70000 columns": 'export COLUMNS=70000 LINES=70000; exec "$@"',
    "odd columns": 'export COLUMNS=-5 LINES=x; exec "$@"',
    "no /proc": 'mount -t tmpfs none /proc; exec "$@"',
    "no /sys": 'mount -t tmpfs none /sys; exec "$@"',
    "empty /dev": 'mount -t tmpfs none /dev; exec "$@" </sys/kernel/notes',
    "no /dev/pts": 'mount -t tmpfs none /dev/pts; exec "$@"',
    "/ for reading": 'mount -o remount,bind,ro /; exec "$@"',
    "/run for reading": 'mount -t tmpfs -o ro none /run; exec "$@"',
    "/var/lib for reading": 'mount -t tmpfs -o ro none /var/lib; exec "$@"',
    "/tmp for reading": 'mount --bind /tmp /tmp; mount -o remount,bind,ro /tmp; exec "$@"',
    "/etc empty": 'mount -t tmpfs none /etc; exec "$@"',
    "a folder is the trust": 'mount -t tmpfs none /etc; mkdir /etc/semdocker-trusted; exec "$@"',
    "a file is /run/semdocker": 'mount -t tmpfs none /run; : >/run/semdocker; exec "$@"',
    "a file is /var/lib/semdocker": 'mount -t tmpfs none /var/lib; : >/var/lib/semdocker; exec "$@"',
    "a link is /var/lib/semdocker": 'mount -t tmpfs none /var/lib; ln -s /nowhere /var/lib/semdocker; exec "$@"',
    "odd host name": 'printf "h\\377" >/proc/sys/kernel/hostname; exec "$@"',
    "empty host name": f"{sys.executable} -c 'import socket; socket.sethostname(str())'; exec \"$@\"",
    "odd domain name": 'printf "h\\377" >/proc/sys/kernel/domainname; exec "$@"',
    "odd mount": "mkdir m; mount -t tmpfs none m; mkdir m/$'a\\377\\f'; mount -t tmpfs x m/$'a\\377\\f'; exec \"$@\"",
    "odd folder": "mkdir $'a\\377'; cd $'a\\377'; exec \"$@\"",
    "odd home": "export HOME=$'/\\377' XDG_STATE_HOME=$'/tmp/\\377/\\033[2J'; exec \"$@\"",
    "long state": 'export XDG_STATE_HOME=/$(printf "%05000d" 1); exec "$@"',
    "state is a device": 'export XDG_STATE_HOME=/dev/null; exec "$@"',
    "odd environment": "export LANG=$'\\377' TERM=$'\\377' SEMDOCKER_LANG=$'\\377' USER=$'\\377'; exec \"$@\"",
    "nothing in the environment": 'exec env -i "$@"',
    "no programs": 'export PATH=/nowhere; exec "$@"',
    "sudo of nobody": "export SUDO_UID=abc SUDO_GID=-1 SUDO_USER=$'\\377'; exec \"$@\"",
    "sudo below zero": 'export SUDO_UID=-1 SUDO_GID=1; exec "$@"',
    "sudo beyond": 'export SUDO_UID=99999999999 SUDO_GID=99999999999; exec "$@"',
    "nobody": 'exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"',
    "an unknown user": 'exec setpriv --reuid=54321 --regid=54321 --clear-groups "$@"',
    "root of no kind": 'exec setpriv --bounding-set=-all --inh-caps=-all "$@"',
    "nothing may be written": 'umask 777; exec "$@"',
    "ASCII": 'export LC_ALL=C PYTHONIOENCODING=ascii PYTHONUTF8=0 PYTHONCOERCECLOCALE=0; exec "$@"',
}
ODD_WORDS = (
    ("list", "--lessons", "x" * 5000),
    ("list", "--lessons", "\udcff"),
    ("list", "--lessons", "/root/\u202e"),
    ("run", "--report", "x" * 5000 + ".json"),
    ("run", "--report", "\udcff/\u202e.json"),
    ("run", "--set", "root=/" + "x" * 5000),
    ("run", "--seat", "\udcff\u202e"),
    ("run", "--trust", "\u202e\x9b"),
    ("report", "--html", "x" * 5000),
    ("report", "--html", "\udcff\u202e/\udcff"),
    ("export", "--no-run", "--to", "x" * 5000 + ".html"),
    ("export", "--no-run", "--to", "\udcff\u202e/\udcff.html"),
    ("show", "x" * 5000),
    ("show", "./" + "x" * 5000),
    ("show", "/root/\u202e"),
    ("new", "x" * 5000),
    ("new", "mine", "--into", "x" * 5000),
    ("new", "mine", "--into", "\udcff"),
    ("lint", "x" * 5000),
    ("lint", "/\udcff"),
    ("prove", "x" * 5000),
    ("practice", "x" * 5000),
    ("practice", "own-name", "--exam", "50", "--to", "x" * 5000 + ".json"),
    ("practice", "own-name", "--exam", "50", "--to", "\udcff\u202e/\udcff.json"),
    ("practice", "own-name", "--exam", "50", "--seed", "\udcff\u202e"),
    ("reset", "\udcff\u202e"),
    ("status", "--\u202e"),
    ("\u202e",),
    ("\x9b31m",),
    ("--lang", "\u202e\udcff", "list"),
    ("xray", "--seat", "x" * 5000),
    ("check", "--watch", "\u202e"),
)


def start(
    line: str, words: Sequence[str], folder: Path, seconds: float = 60, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the command in a place. Raises TimeoutExpired when it does not come to an end."""
    return subprocess.run(
        ["unshare", "-m", "-u", "bash", "-c", line, "bash", *COMMAND, *words],
        cwd=folder,
        env=environment(XDG_STATE_HOME=str(folder / "state"), TMPDIR=str(folder), **variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
        timeout=seconds,
    )
