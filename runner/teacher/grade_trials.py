"""The trials of an engine: what it is asked to run, and what the kernel tells of it meanwhile and afterwards.

Each trial proves some requirements. What a process prints proves only what was passed on; that it is isolated, the
kernel must say. A trial never proves that nothing was left, or is missing, of an engine that has not run its command.
"""

from __future__ import annotations

import os
import signal
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from runner.checks.check_context import ABSENT, compare, judge, yes
from runner.host import cgroups, credentials, files, kernel
from runner.lab.jail import Running
from runner.records.results import Finding
from runner.teacher.grade_bench import SETTLE, Trial, ended, has, printed
from runner.teacher.grade_image import BUSYBOX, WORKDIR

MEMORY, PIDS = "32M", "16"
HOG = 'BEGIN { s = "x"; for (i = 0; i < 26; i++) s = s s; print "survived " length(s) }'  # 64 MiB
TRIES = 40  # processes that are started where PIDS are allowed
READ = "read -r salt < /etc/image; "  # What nobody but the image knows proves that a command runs in it.
HEARS = 5.0  # seconds in which a command that gets TERM must have ended
TERMINATED = 128 + signal.SIGTERM
UNKNOWN = 127  # the status of a shell for a command that is not there
ESCAPES = frozenset(
    map(credentials.number, ("CAP_SYS_CHROOT", "CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_DAC_READ_SEARCH"))
)


class Ask(NamedTuple):
    """A trial, and the requirements that it proves, or helps to prove."""

    do: Callable[[Trial], None]
    proves: tuple[str, ...]


def look(trial: Trial) -> None:
    """Look at a container that sleeps: by then the engine has done all that it does before."""
    running = trial.run("sh", "-c", f"sleep {trial.short} & exec sleep {trial.long}", memory=MEMORY, pids=PIDS)
    trial.await_process(running, "container", f"sleep {trial.long}")
    trial.await_process(running, "child", f"sleep {trial.short}")
    trial.add("runs", *trial.facts("process", of="container", alive=True), _program(trial))
    for name, kind in _NAMESPACES.items():
        trial.add(name, *trial.facts("namespace", of="container", differ=[kind]))
    inside, outside = (kernel.hostname(pid) if pid else None for pid in map(trial.pid, ("container", "host")))
    told = inside or ABSENT
    trial.add("hostname", judge("grade.hostname", f"≠ {outside}", told, inside not in (None, outside)))
    trial.add("pid-1", *trial.facts("process", of="container", alive=True, pid_inside=1))
    trial.add("proc", *trial.facts("mount", of="container", point="/proc", fstype="proc", shared=False))
    trial.add("proc", _own_processes(trial))
    salt = trial.salt
    trial.add("root", *trial.facts("file", of="container", path="/etc/image", holds=salt), _root(trial))
    trial.add("escape", *_old_root(trial))
    trial.add("layers", *trial.facts("file", of="container", path="/etc/order", holds=f"third {salt}"))
    trial.add("layers", *trial.facts("file", of="container", path="/bin/sh", exists=True))
    _without(trial, "whiteouts", "/etc/again", "/etc/removed", "/etc/.wh.removed", "/etc/.wh.again")
    _without(trial, "opaque", "/etc/shade/new", "/etc/shade/old", "/etc/shade/deep", "/etc/shade/.wh..wh..opq")
    trial.add("environment", *_variables(trial))
    trial.add("folder", _folder(trial))
    _limits(trial)
    _in_the_image(trial, "zombies")
    trial.add("zombies", *trial.facts("process", SETTLE, of="engine", zombies=0))


_NAMESPACES: Mapping[str, str] = {
    "pid-namespace": "pid",
    "mount-namespace": "mnt",
    "uts-namespace": "uts",
    "ipc-namespace": "ipc",
    "network-namespace": "net",
}


def _program(trial: Trial) -> Finding:
    """Compare the program that runs with the busybox of its own root directory: it is the same, byte by byte."""
    pid, same = trial.pid("container"), None
    if pid:
        with suppress(OSError):
            same = files.same_content(Path(f"/proc/{pid}/exe"), Path(f"/proc/{pid}/root/{BUSYBOX}"))
    seen = (kernel.program(pid) if pid else None) or ABSENT
    return judge("grade.program", "busybox", seen, bool(same), f"/proc/{pid}/exe")


def _own_processes(trial: Trial) -> Finding:
    """Compare what /proc shows in the container with what is in its PID namespace; zombies may be there, or not."""
    pid = trial.pid("container")
    members = kernel.in_pid_namespace(pid) if pid else []
    wanted = {str(numbers[-1]) for numbers in map(kernel.nested_pids, members) if numbers}  # none: it has ended since
    shown: set[str] = set()
    if pid:
        with suppress(OSError):
            shown = {name for name in os.listdir(f"/proc/{pid}/root/proc") if name.isdigit()}
    own = bool(pid) and kernel.namespace(pid, "pid") != kernel.namespace(trial.pid("host"), "pid")
    same = own and wanted == shown - trial.zombies("container")
    return judge("grade.proc", _numbers(wanted), _numbers(shown), same, f"/proc/{pid}/root/proc")


def _numbers(pids: set[str]) -> str:
    return " ".join(sorted(pids, key=int)[:8]) or ABSENT


def _root(trial: Trial) -> Finding:
    pid, host = trial.pid("container"), trial.pid("host")
    own = kernel.root(pid) if pid else None
    other = own is not None and own != kernel.root(host)
    return judge("grade.root", "≠ /", (kernel.root_path(pid) if pid else None) or ABSENT, other, f"/proc/{pid}/root")


def _old_root(trial: Trial) -> tuple[Finding, ...]:
    """Look for the old root among the mounts of the container's namespace, and among what its process holds open.

    With the old root still mounted (chroot(2)), it is safe only without the capabilities that lead back there.
    """
    pid, host = trial.pid("container"), trial.pid("host")
    device = next((mount.device for mount in reversed(kernel.mounts(host)) if mount.point == "/"), "")
    if not pid:
        return (compare("grade.old-root", "gone", None),)
    mounts = kernel.namespace_mounts(pid)
    seen = [mount.point for mount in mounts if mount.device == device]
    found = credentials.read(pid)
    bound = found is not None and not any(ESCAPES & found.sets[name] for name in ("effective", "permitted", "bounding"))
    gone = bool(mounts) and not seen
    told = "gone" if gone else f"{seen[0] if seen else '?'} ({device})"
    opened = [link for link in _folders(pid) if _device(link) == device]
    return (
        judge("grade.old-root", "gone", told, gone or bound, f"/proc/{pid}/mountinfo"),
        judge("grade.open", "none", " ".join(opened) or "none", not opened, f"/proc/{pid}/fd"),
    )


def _folders(pid: int) -> list[str]:
    """Return the links to the folders that a process has open, and to its working directory."""
    links = [f"/proc/{pid}/cwd"]
    with suppress(OSError):
        links += [f"/proc/{pid}/fd/{name}" for name in os.listdir(f"/proc/{pid}/fd")]
    return [link for link in links if _is_folder(link)]


def _is_folder(link: str) -> bool:
    try:
        return stat.S_ISDIR(os.stat(link).st_mode)  # noqa: PTH116
    except OSError:
        return False


def _device(link: str) -> str:
    device = os.stat(link).st_dev  # noqa: PTH116
    return f"{os.major(device)}:{os.minor(device)}"


def _without(trial: Trial, requirement: str, there: str, *gone: str) -> None:
    """Ask for a file that must be there, and for some that must not."""
    trial.add(requirement, *trial.facts("file", of="container", path=there, holds=trial.salt))
    for path in gone:
        trial.add(requirement, *trial.facts("file", of="container", path=path, exists=False))


def _variables(trial: Trial) -> tuple[Finding, ...]:
    """Look for the image's variables, and for one of the engine's own that must not come along."""
    pid = trial.pid("container")
    rows = kernel.environment(pid).splitlines() if pid else []
    wanted = f"GREETING=hello {trial.salt}"
    names = [row.partition("=")[0] for row in rows]
    leaked = "HOST_SECRET" in names or not rows
    source = f"/proc/{pid}/environ"
    seen = " ".join(names[:8]) or ABSENT
    return (
        judge("grade.variable", wanted, wanted if wanted in rows else seen, wanted in rows, source),
        judge("grade.variables", "GREETING PATH", seen, not leaked, source),
    )


def _folder(trial: Trial) -> Finding:
    pid = trial.pid("container")
    wanted = kernel.file_id(pid, WORKDIR) if pid else None
    there = None
    if pid:
        with suppress(OSError):
            found = os.stat(f"/proc/{pid}/cwd")  # noqa: PTH116
            there = found.st_dev, found.st_ino
    seen = ABSENT
    with suppress(OSError):
        seen = str(Path(f"/proc/{pid}/cwd").readlink())
    return judge("grade.folder", WORKDIR, seen, wanted is not None and wanted == there, f"/proc/{pid}/cwd")


def _limits(trial: Trial) -> None:
    """Look at the limits of the group that the container is in, and at whether its first child is there, too.

    A child stays where its parent was when it was born: an engine that moves a command that runs already is too late.
    """
    trial.add("memory", *trial.facts("cgroup", 1.0, of="container", controller="memory", limit=MEMORY))
    trial.add("processes", *trial.facts("cgroup", 1.0, of="container", controller="pids", limit=PIDS))
    places = {
        controller: [_group(trial.pid(place), controller) for place in ("container", "child", "host")]
        for controller in ("memory", "pids")
    }
    # A controller without a limit may have no group; that is judged above. One group at least must be the container's.
    own = {name: found for name, found in places.items() if found[0] not in (None, found[2])}
    for controller, (first, child, _) in own.items():
        seen = child or ABSENT
        trial.add("in-time", judge("grade.group", str(first), seen, first == child, f"/proc/PID/cgroup ({controller})"))
    if not own:
        trial.add("in-time", judge("grade.group", "≠ /", places["pids"][1] or ABSENT, False, "/proc/PID/cgroup"))


def _group(pid: int, controller: str) -> str | None:
    tree = cgroups.read()
    return cgroups.of(pid, tree).get(tree.group(controller, "")) if pid else None


def memory(trial: Trial) -> None:
    """Take more memory than is allowed. A machine that swaps lets the program live, and the limit's file must do."""
    running = trial.run("sh", "-c", f"{READ}echo begun $salt; exec awk '{HOG}'", memory=MEMORY)
    running.ends_within(trial.seconds)
    swaps = len(Path("/proc/swaps").read_text().splitlines()) > 1
    killed = running.status is not None and b"survived" not in running.output
    trial.add("memory", has(running, f"begun {trial.salt}"))
    trial.add("memory", judge("grade.limit", "killed", "killed" if killed else "lives", killed or swaps, "oom"))


def processes(trial: Trial) -> None:
    """Start more processes than are allowed."""
    many = f"i=0; while [ $i -lt {TRIES} ]; do sleep {trial.short} & i=$((i+1)); done"
    running = trial.run("sh", "-c", f"({many}) 2>/dev/null; exec sleep {trial.long}", pids=PIDS)
    trial.await_process(running, "container", f"sleep {trial.long}")
    count = trial.count(f"sleep {trial.short}")
    _in_the_image(trial, "processes")
    trial.add("processes", judge("grade.processes", f"< {PIDS}", str(count), 0 < count < int(PIDS), "pids"))


def success(trial: Trial) -> None:
    """Run a command that succeeds, and leaves a child: look at what is left."""
    running = trial.done("sh", "-c", f"{READ}sleep {trial.short} & echo ran $salt; exit 0", memory=MEMORY, pids=PIDS)
    ran = has(running, f"ran {trial.salt}")
    trial.add("exit-status", ran, ended(running, 0))
    trial.add("clean-success", ran, *trial.left())


def failure(trial: Trial) -> None:
    """Run a command that fails, and look at what is left."""
    running = trial.done("sh", "-c", f"{READ}echo ran $salt; exit 7", memory=MEMORY, pids=PIDS)
    ran = has(running, f"ran {trial.salt}")
    trial.add("exit-status", ran, ended(running, 7))
    trial.add("clean-failure", ran, *trial.left())


def no_command(trial: Trial) -> None:
    """Run a command that the image does not have, after one that it has."""
    ran = has(trial.done("sh", "-c", f"{READ}echo ran $salt"), f"ran {trial.salt}")
    missing = trial.done(f"no-{trial.salt}", memory=MEMORY, pids=PIDS)
    trial.add("no-command", ran, ended(missing, UNKNOWN))
    trial.add("clean-failure", ran, *trial.left())


def term(trial: Trial) -> None:
    """Send TERM to the engine while its command waits for that."""
    trap = f"trap 'echo got $salt; exit {TERMINATED}' TERM"
    script = f"{READ}{trap}; echo ready $salt; while :; do sleep 0.1; done"
    running = trial.run("sh", "-c", script, memory=MEMORY, pids=PIDS)
    ready = running.wait(lambda: b"ready" in running.output, trial.seconds)
    trial.add("signal", has(running, f"ready {trial.salt}"))
    if ready:
        running.send(signal.SIGTERM)
    over = running.ends_within(min(trial.seconds, HEARS))
    trial.add("signal", has(running, f"got {trial.salt}"), ended(running, TERMINATED))
    if over:
        trial.add("clean-kill", *trial.left())


def killed(trial: Trial) -> None:
    """Kill the command, as the kernel does when memory runs out, and look at what is left."""
    running = _sleeping(trial)
    _in_the_image(trial, "clean-kill")
    if pid := trial.pid("container"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    running.ends_within(trial.seconds)
    seen = "running" if running.status is None else str(running.status)
    trial.add("exit-status", judge("grade.status", "≠ 0", seen, running.status not in (None, 0), "mydocker"))
    trial.add("clean-kill", *trial.left())


def engine_killed(trial: Trial) -> None:
    """Kill the engine itself. It can put nothing away, but what it started must not go on without it."""
    running = _sleeping(trial)
    _in_the_image(trial, "engine-killed")
    running.send(signal.SIGKILL)
    running.ends_within(trial.seconds)
    trial.add("engine-killed", *trial.left("processes", "mounts"))


def _sleeping(trial: Trial) -> Running:
    running = trial.run("sleep", trial.long, memory=MEMORY, pids=PIDS)
    trial.await_process(running, "container", f"sleep {trial.long}")
    return running


def _in_the_image(trial: Trial, requirement: str) -> None:
    """Ask for the evidence that the command runs in the image, and not only somewhere."""
    trial.add(requirement, *trial.facts("file", of="container", path="/etc/image", holds=trial.salt))


def streams(trial: Trial) -> None:
    """Send every byte there is through the container, in both directions, and words to the other stream."""
    data = bytes(range(256)) * 16 + trial.salt.encode()  # no newline at the end
    running = trial.done("sh", "-c", f"{READ}cat; echo other $salt >&2", data=data)
    trial.add("streams", printed(running, data))
    there = f"other {trial.salt}".encode() in running.errors.splitlines()
    trial.add("streams", judge("grade.errors", f"other {trial.salt}", yes(there), there, "stderr"))


def arguments(trial: Trial) -> None:
    """Pass arguments that a careless shell would change."""
    given = ("two  blanks", "$HOME", "it's", '"', "", "*", "-n", "a\\b")
    running = trial.done("sh", "-c", f'{READ}for one in "$@" "$salt"; do echo "<$one>"; done', "name", *given)
    lines = [f"<{one}>" for one in (*given, trial.salt)]
    seen = [line.decode(errors="replace") for line in running.output.splitlines()]
    at = seen.index(lines[0]) if lines[0] in seen else 0  # what the engine says itself is judged elsewhere
    trial.add("arguments", compare("grade.output", " ".join(lines), " ".join(seen[at : at + len(lines)]), "stdout"))


def usual_command(trial: Trial) -> None:
    """Name no command: the image has one."""
    running = trial.done()
    trial.add("usual-command", has(running, f"usual {trial.salt}"), ended(running, 0))


def writes(trial: Trial) -> None:
    """Write in a container, and look at the next one and at the image."""
    wrote = trial.done("sh", "-c", f"{READ}echo wrote $salt > /etc/image; echo new > /etc/written; cat /etc/image")
    trial.add("own-writes", has(wrote, f"wrote {trial.salt}"))
    _sleeping(trial)
    trial.add("own-writes", *trial.facts("file", of="container", path="/etc/image", lacks="wrote", holds=trial.salt))
    trial.add("own-writes", *trial.facts("file", of="container", path="/etc/written", exists=False))
    _in_the_image(trial, "image")
    trial.add("image", trial.image_kept())


def two(trial: Trial) -> None:
    """Run two containers at once: neither sees what the other writes."""
    first = trial.run("sh", "-c", f"echo {trial.salt} > /etc/written; exec sleep {trial.long}", memory=MEMORY)
    trial.await_process(first, "container", f"sleep {trial.long}")
    second = trial.run("sleep", trial.short, memory=MEMORY)
    trial.await_process(second, "second", f"sleep {trial.short}")
    trial.add("side-by-side", *trial.facts("file", of="container", path="/etc/written", holds=trial.salt))
    trial.add("side-by-side", *trial.facts("file", of="second", path="/etc/image", holds=trial.salt))
    trial.add("side-by-side", *trial.facts("file", of="second", path="/etc/written", exists=False))


ASKS = (
    Ask(
        look,
        (
            *("runs", *_NAMESPACES, "hostname", "pid-1", "proc", "root", "escape", "layers", "whiteouts", "opaque"),
            *("environment", "folder", "memory", "processes", "in-time", "zombies"),
        ),
    ),
    Ask(memory, ("memory",)),
    Ask(processes, ("processes",)),
    Ask(success, ("exit-status", "clean-success")),
    Ask(failure, ("exit-status", "clean-failure")),
    Ask(no_command, ("no-command", "clean-failure")),
    Ask(term, ("signal", "clean-kill")),
    Ask(killed, ("clean-kill", "exit-status")),
    Ask(engine_killed, ("engine-killed",)),
    Ask(streams, ("streams",)),
    Ask(arguments, ("arguments",)),
    Ask(usual_command, ("usual-command",)),
    Ask(writes, ("own-writes", "image")),
    Ask(two, ("side-by-side",)),
)
