"""Engines that students might write: the reference, which does all that is asked, and others with one fault each."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from runner.records.grade import REQUIREMENTS

ENGINES = Path(__file__).parent.parent / "teacher" / "engines"
REFERENCE = (ENGINES / "reference.sh").read_text()
IN_PYTHON = (ENGINES / "reference-python").read_text()  # it does all in another way: overlayfs, kept layers
ALL = " ".join(requirement.id for requirement in REQUIREMENTS)

UNSHARE = "unshare --pid --mount --uts --ipc --net --fork --kill-child"
JOIN = """( for group in "${groups[@]}"; do echo "$BASHPID" > "$group/cgroup.procs" || exit 125; done
"""
PIVOT = """cd "$root" && mkdir .old && pivot_root . .old
hash -r
export PATH=/bin
umount -l /.old && rmdir /.old
mkdir -p "$folder" && cd "$folder"
exec env -i "${variables[@]}" "$@"
"""
CHROOT = """exec chroot "$root" /bin/env -i "${variables[@]}" /bin/sh -c 'cd "$0" && exec "$@"' "$folder" "$@"
"""
LATE = """    child=$!
    ( inner=
      while kill -0 $$ && ! { inner=$(pgrep -P "$child") && [ "$(cat "/proc/$inner/comm")" != mydocker ]; }; do
          sleep 0.05
      done
      for _ in {1..30}; do kill -0 $$ && sleep 0.05; done
      for group in "${groups[@]}"; do echo "$inner" > "$group/cgroup.procs"; done ) 2>/dev/null <&- >&- &
    late=$!
"""
SHARED = """mkdir -p /containers/mydocker/root && mount --bind /containers/mydocker/root "$root"
"""


class Wrong(NamedTuple):
    """The reference with some text of it replaced, and the requirements that it must lose: these and no others."""

    name: str
    loses: str
    changes: tuple[tuple[str, str], ...]

    @property
    def script(self) -> str:
        text = REFERENCE
        for old, new in self.changes:
            assert old in text, (self.name, old)
            text = text.replace(old, new)
        return text


def _wrong(name: str, loses: str, *changes: tuple[str, str]) -> Wrong:
    return Wrong(name, loses, changes)


LEFT = "clean-success clean-failure clean-kill"
FAKE = ("#!/bin/bash\n", '#!/bin/bash\nshift 2\n[ $# -gt 0 ] || set -- echo usual\nexec "$@"\n')
# It isolates nothing: the image's files cover those of the host, in sight of everybody.
COVERS = """#!/bin/bash
top=$2/blobs/sha256
shift 2
at=$(mktemp -d)
for layer in "$top"/*; do tar -xf "$layer" -C "$at" --exclude=dev/null 2>/dev/null; done
mount --bind "$at/etc" /etc
cd "$at/work"
exec env -i PATH="$at/bin" GREETING="hello $(cat /etc/image)" "$@"
"""
WRONG = (
    _wrong("prints-without-doing", ALL, FAKE),
    _wrong("runs-on-the-host", ALL, ("#!/bin/bash\n", '#!/bin/bash\nshift 2\nexec /bin/busybox "$@"\n')),
    _wrong("covers-the-host", ALL, ("#!/bin/bash\n", COVERS)),
    _wrong("no-fork", ALL, (UNSHARE, "unshare --pid --mount --uts --ipc --net")),
    _wrong("no-pid", "pid-namespace pid-1 proc clean-success", (" --pid", "")),
    _wrong("no-uts", "uts-namespace hostname", (" --uts", ""), ('hostname "$name"\n', "")),
    _wrong("no-name", "hostname", ('hostname "$name"\n', "")),
    _wrong("no-ipc", "ipc-namespace", (" --ipc", "")),
    _wrong("no-net", "network-namespace", (" --net", "")),
    _wrong("host-proc", "proc", ('mount -t proc proc "$root/proc"', 'mount --rbind /proc "$root/proc"')),
    _wrong("chroot-only", "escape", (PIVOT, CHROOT)),
    _wrong("old-root-stays", "escape", ("umount -l /.old && rmdir /.old\n", "")),
    _wrong("helper-as-pid-1", "pid-1 signal", ('exec env -i "${variables[@]}" "$@"', 'env -i "${variables[@]}" "$@"')),
    _wrong(
        "layers-reversed",
        "layers whiteouts opaque",
        ('manifest["layers"])', 'manifest["layers"][::-1])'),
        ("-mindepth 1 -delete", "-mindepth 1 -delete || true"),
    ),
    _wrong("whiteouts-ignored", "whiteouts opaque", (".wh..wh..opq) find", ".none) find"), (".wh.*) rm", ".none) rm")),
    _wrong("opaque-ignored", "opaque", (".wh..wh..opq) find", ".none) find")),
    _wrong("variables-leak", "environment", ("exec env -i", "exec env")),
    _wrong("no-folder", "folder", ('mkdir -p "$folder" && cd "$folder"\n', "")),
    _wrong("no-usual-command", "usual-command", ('set -- "${usual[@]}"', "set -- true")),
    _wrong("arguments-changed", "arguments", ("exec env -i", 'set -- "${@//\\\\/}"\nexec env -i')),
    _wrong("no-input", "streams", ("<&3 3<&-", "3<&-")),
    _wrong("talks", "streams", ("    child=$!\n", '    child=$!\n    echo "starting"\n')),
    _wrong("no-memory", "memory", ('limit memory $memory "$MYDOCKER_MEMORY"', "true")),
    _wrong("no-pids", "processes", ('limit pids pids.max "$MYDOCKER_PIDS"', "true")),
    _wrong(
        "joins-too-late",
        "memory processes in-time",
        (JOIN, "( \n"),
        ("    child=$!\n", LATE),
        ('        rmdir "$root"\n', '        rmdir "$root"\n        kill -9 $late 2>/dev/null\n'),
    ),
    _wrong("status-lost", "exit-status no-command signal", ('    exit "$status"\n', "    exit 0\n")),
    _wrong("no-term", "signal", ("    trap 'pkill -TERM -P $child' TERM INT\n", "")),
    _wrong(
        "waits-once",
        "signal",
        (
            '    while wait "$child"; status=$?; kill -0 "$child" 2>/dev/null; do :; done\n',
            '    wait "$child"; status=$?\n',
        ),
    ),
    _wrong("zombie", "zombies", ("exec env -i", "sleep 0.2 &\nexec env -i")),
    _wrong("one-root-for-all", "own-writes side-by-side", ('mount -t tmpfs mydocker "$root"\n', SHARED)),
    _wrong("writes-into-image", "image", ("image=$2 root", 'touch "$2/unpacked"\nimage=$2 root')),
    _wrong(
        "mount-left",
        f"{LEFT} engine-killed",
        ('mount -t tmpfs mydocker "$root"\n', ""),
        ("    clean() {\n", '    mount -t tmpfs mydocker "$root"\n    clean() {\n'),
    ),
    _wrong("folder-left", LEFT, ('        rmdir "$root"\n', "")),
    _wrong("cgroup-left", LEFT, ('do rmdir "$group" 2>/dev/null && break; sleep 0.05; done', "do break; done")),
    _wrong(
        "helper-survives", f"{LEFT} engine-killed", ("    child=$!\n", "    child=$!\n    sleep 500 <&- >&- 2>&- &\n")
    ),
    _wrong("outlives-the-engine", "engine-killed", ("setpriv --pdeathsig KILL ", "")),
)
