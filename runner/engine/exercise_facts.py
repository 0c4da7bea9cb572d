"""The facts of an exercise, looked at in a live lab from whichever terminal: nothing is typed, nothing is changed.

What a fact is about is found by the kernel: a process with that root directory, those namespaces, that program.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from runner.checks import registry
from runner.course.render import Values, render, rendered
from runner.host import kernel
from runner.host.kernel import Identity
from runner.lab import processes, seats, visitors
from runner.lab.published_state import Notice
from runner.records.course import Check, Step
from runner.records.exercise import Exercise, FactResult, Finder
from runner.records.results import CheckResult


def look(exercise: Exercise, values: Values, told: Notice, found: Mapping[str, Identity]) -> tuple[FactResult, ...]:
    """Look at every fact of the exercise. `found`: the places that `find` has found a moment ago."""
    named = {name: place for name, place in {**told.programs, **told.places}.items() if name not in exercise.places}
    scene = registry.Scene({**named, **found}, None, told.hostname, told.group)
    return tuple(FactResult(fact.id, _evaluated(fact.checks, values, scene), fact.cause) for fact in exercise.facts)


def look_at_step(step: Step, values: Values, told: Notice) -> tuple[FactResult, ...]:
    """Look at the checks of a lesson's step, but not at its output, which only the lesson's own terminal knows."""
    places = {**told.programs, **told.places}
    strangers = (inside for inside in told.entered() if inside not in places.values())
    if step.enters and step.enters not in places and (inside := next(strangers, None)):
        places[step.enters] = inside
    scene = registry.Scene(places, None, told.hostname, told.group)
    visible = [check for check in step.facts if check.kind != "output"]
    return tuple(FactResult(check.kind, _evaluated([check], values, scene)) for check in visible)


def _evaluated(wanted: Iterable[Check], values: Values, scene: registry.Scene) -> tuple[CheckResult, ...]:
    return tuple(registry.evaluate(replace(check, params=rendered(check.params, values)), scene) for check in wanted)


def find(exercise: Exercise, values: Values, told: Notice, seat: str) -> dict[str, Identity]:
    """Find the processes that the exercise's facts are about, as far as they are there."""
    if not exercise.places:
        return {}
    shell = told.shell.pid
    state = kernel.stat(shell)
    # They are known by ancestry and by group: to search every mount table twice a second would be felt while typing.
    groups = [entry for entry in seats.journal_of(seat).effects() if entry.kind == "cgroup"]
    members = processes.living(groups, state.parent if state else None) - {shell} - visitors.processes(seat)
    found = ((name, _find(finder, values, members, shell)) for name, finder in exercise.places.items())
    return {name: identity for name, identity in found if identity}


def _find(finder: Finder, values: Values, processes: set[int], shell: int) -> Identity | None:
    """Return the newest process that fits while its parent does not: the one that was started, not one that it runs."""
    fitting = {pid for pid in processes if _fits(finder, values, pid, shell)}
    tops = (pid for pid in fitting if (state := kernel.stat(pid)) and state.parent not in fitting)
    found = [identity for pid in tops if (identity := kernel.identity(pid))]
    return max(found, key=lambda one: (one.start, one.pid), default=None)


def _fits(finder: Finder, values: Values, pid: int, shell: int) -> bool:
    if finder.program and kernel.program(pid) != finder.program:
        return False
    if finder.command and kernel.command(pid) != render(finder.command, values):
        return False
    if any(kernel.namespace(pid, kind) in (None, kernel.namespace(shell, kind)) for kind in finder.namespace):
        return False
    if finder.root is None:
        return True
    root = kernel.root(pid)
    return root is not None and root == kernel.file_id(shell, render(finder.root, values))
