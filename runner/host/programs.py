"""Programs by the way the lessons use them: others have the same names, such as busybox's, and not the same options.

What a lesson needs of them follows from what it types and checks, so a lesson from elsewhere is judged like ours.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from runner.host import elf, shell_environment, shell_line
from runner.records.course import Check
from runner.records.texts import Dual

PLACE = "/tmp/programs"  # noqa: S108 -- the lab's own, in a mount namespace that ends with it
TEXT = f"{PLACE}/text"  # what they are tried on: of a file that the machine lacks, they would be blamed for it
WORD = re.compile(r"[^\s|;&()`\"'<>=$]+")


def _starts(launcher: str) -> str:
    """Return what tells whether a program starts those of the PATH: busybox prefers to be them itself."""
    who = "readlink /proc/self/exe"
    return f"""{{ [ "$({launcher} {who})" = "$({who})" ] || ! echo 'starts no programs of the PATH' >&2; }}"""


# Each with the options that the lessons and exercises use, where another of the same name may not have them.
USES = {
    "cp": f"cp --parents /bin/sh {PLACE} && cp --parents /bin/sh {PLACE} && cp -a -x -r -P /bin/sh {PLACE}/copy",
    "ps": "ps aux --cols 76 && ps -C bash -o pid,ppid,s,user,pidns,args && ps -eo pid && ps -o pid -p $$ && "
    "ps -o pid --ppid $PPID",
    "chroot": _starts("chroot /"),
    "unshare": _starts("unshare -m"),
    "nsenter": f"{_starts('nsenter -t $$ -m')} && nsenter -t $$ -m -u -i -r --net=/proc/$$/ns/net "
    "--preserve-credentials true",
    "setpriv": f"{_starts('setpriv --no-new-privs')} && setpriv --reuid=0 --regid=0 --clear-groups --pdeathsig KILL "
    "--inh-caps=-all --ambient-caps=-all --bounding-set=-all,+chown true && "
    "setpriv --keep-groups true && setpriv --dump",
    "timeout": f"{_starts('timeout 5')} && {{ timeout 0.01 sleep 1; [ $? -eq 124 ]; }}",
    "sh": _starts("sh -c 'true; \"$@\"' sh"),
    "xargs": '[ "$(echo /proc/self/exe | xargs readlink)" = "$(readlink /proc/self/exe)" ]',
    "head": "head -c 1M /dev/null && head -n 1 /dev/null",
    "tail": "tail -n 1 /dev/null",
    "ls": "ls -A -d -l -n /",
    "grep": f"grep -a -o -m 1 -E r {TEXT} && grep -v -q : {TEXT} || [ $? -eq 1 ]",
    "sort": "sort -u /dev/null",
    "find": f"find {PLACE} -depth -type f -name copy -exec true ';'",
    "readlink": "readlink -f /proc/self/exe",
    "stat": "stat -c %i /",
    "du": "du -shx /dev/null",
    "sed": f"sed -n p {TEXT} && sed -i -z s/root/root/ {TEXT}",
    "cut": "cut -d/ -f1 /dev/null && cut -c-64 /dev/null",
    "mktemp": "mktemp && mktemp -d",
    "mknod": f"mknod -m 600 {PLACE}/null c 1 3",
    "install": f"install -m 600 {TEXT} {PLACE}/one && install -C --backup=numbered {TEXT} {PLACE}/one",
    "sha256sum": f"sha256sum {TEXT} > {PLACE}/sum && sha256sum -c {PLACE}/sum && sha256sum -c --status {PLACE}/sum",
    "tar": f"tar -C {PLACE} --one-file-system -czf {PLACE}/t.tgz text && tar -C {PLACE} -xf {PLACE}/t.tgz && "
    f"tar --quoting-style=literal -tf {PLACE}/t.tgz && tar -xOf {PLACE}/t.tgz text",
    "ip": "ip -brief address && ip netns add try && ip -n try link && ip netns del try",
    "tc": "tc -s qdisc show dev lo && ip netns add tried && tc -n tried qdisc show && ip netns del tried",
    "nstat": "nstat -asz",
    "dpkg": "dpkg --print-architecture",
    "id": "id -u",
    "wc": "wc -l /dev/null",
    "sysctl": "sysctl -q kernel.ostype",
    "pgrep": "pgrep -P 0 -x no || pgrep -s 0 -x -f no || [ $? -eq 1 ]",
    "mountpoint": "mountpoint -q /proc",
    "ipcs": "ipcs -m",
}


def use(name: str) -> str:
    """Return the command that tries a program as the lessons use it; empty for one that is only to be there."""
    return f"mkdir -p {PLACE} && echo root: > {TEXT} && {{ {USES[name]}; }} > /dev/null" if name in USES else ""


def needed(commands: Iterable[Dual], checks: Iterable[Check]) -> Iterator[str]:
    """Give the capabilities that a lesson needs of programs, by what is typed in it and by what it checks."""
    words = {word for command in commands for form in command for word in WORD.findall(form)}
    yield from (f"tool.{name}" for name in USES if name in words)
    for check in checks:
        name = Path(check.params.get("path", "")).name
        brought = {name, f"/bin/{name}"} & words  # by its name or path; another program is made by the lesson itself
        if check.kind == "file" and check.params.get("interpreter") == "present" and brought:
            yield f"linked.{name}"


def unlinked(name: str) -> str:
    """Return what is wrong with a program whose libraries a lesson shows; empty when nothing is."""
    path = find(name)
    return "absent" if path is None else "" if elf.interpreter(Path(path)) else f"{path}: not dynamically linked"


def find(name: str) -> str | None:
    """Return the path of the program that the lab's shell starts by this name."""
    return shutil.which(name, path=shell_environment.PATH)


def another(name: str) -> str:
    """Return the command that takes away what stands before the program in the PATH; empty when nothing does."""
    first = find(name)
    there = [Path(folder, name) for folder in shell_environment.PATH.split(os.pathsep) if Path(folder, name).exists()]
    if first is None or all(path.samefile(first) for path in there):
        return ""
    return shell_line.line("mv", first, f"{first}.away")
