"""The trials of an engine: what it is asked to run, and what the kernel tells of it meanwhile and afterwards.

Each trial proves some requirements. What a process prints proves only what was passed on; that it is isolated, the
kernel must say. A trial never proves that nothing was left, or is missing, of an engine that has not run its command.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from runner.checks.check_context import compare, judge, yes
from runner.lab.jail import Running
from runner.teacher.grade_bench import Trial, ended, has, printed
from runner.teacher.grade_look import MEMORY, NAMESPACES, PIDS, in_the_image, look

HOG = 'BEGIN { s = "x"; for (i = 0; i < 26; i++) s = s s; print "survived " length(s) }'  # 64 MiB
TRIES = 40  # processes that are started where PIDS are allowed
READ = "read -r salt < /etc/image; "  # What nobody but the image knows proves that a command runs in it.
HEARS = 5.0  # seconds in which a command that gets TERM must have ended
FAREWELL = 9  # the status of a command that takes a moment to end after TERM; an engine that waits once has another
UNKNOWN = 127  # the status of a shell for a command that is not there


class Ask(NamedTuple):
    """A trial, and the requirements that it proves, or helps to prove."""

    do: Callable[[Trial], None]
    proves: tuple[str, ...]


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
    in_the_image(trial, "processes")
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
    """Send TERM to the engine while its command waits for that, and takes a moment to put its things away."""
    trap = f"trap 'sleep 0.5; echo got $salt; exit {FAREWELL}' TERM"
    script = f"{READ}{trap}; echo ready $salt; while :; do sleep 0.1; done"
    running = trial.run("sh", "-c", script, memory=MEMORY, pids=PIDS)
    ready = running.wait(lambda: b"ready" in running.output, trial.seconds)
    trial.add("signal", has(running, f"ready {trial.salt}"))
    if ready:
        running.send(signal.SIGTERM)
    over = running.ends_within(min(trial.seconds, HEARS))
    trial.add("signal", has(running, f"got {trial.salt}"), ended(running, FAREWELL))
    if over:
        trial.add("clean-kill", *trial.left())


def killed(trial: Trial) -> None:
    """Kill the command, as the kernel does when memory runs out, and look at what is left."""
    running = _sleeping(trial)
    in_the_image(trial, "clean-kill")
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
    in_the_image(trial, "engine-killed")
    running.send(signal.SIGKILL)
    running.ends_within(trial.seconds)
    trial.add("engine-killed", *trial.left("processes", "mounts"))


def _sleeping(trial: Trial) -> Running:
    running = trial.run("sleep", trial.long, memory=MEMORY, pids=PIDS)
    trial.await_process(running, "container", f"sleep {trial.long}")
    return running


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
    in_the_image(trial, "image")
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
            *("runs", *NAMESPACES, "hostname", "pid-1", "proc", "root", "escape", "layers", "whiteouts", "opaque"),
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
