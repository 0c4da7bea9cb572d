"""The check `output`: what the step's command printed, and whether it agrees with the kernel."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import PLACE, Scene, judge, view
from runner.host import kernel, rooted_path
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Integer, Key, ListOf, Record, Text

_WORDS = ListOf(Text(template=True), minimum=1)
_LINES = Record(
    {"at_least": Key(Integer(), "As many or more.", None), "at_most": Key(Integer(), "As many or fewer.", None)},
    at_least_one=(("at_least", "at_most"),),
)
_AGREES = Record(
    {
        "hostname": Key(PLACE, "The host name of this place.", None),
        "entries": Key(Text(template=True), "The names in this directory.", None),
        "of": view("host"),
        "processes": Key(PLACE, "The processes in the PID namespace of this place.", None),
    },
    exactly_one=(("hostname", "entries", "processes"),),
)
MEANING = N_("What the step's command printed: the weakest evidence there is.")
PARAMS = Record(
    {
        "has": Key(_WORDS, "Texts that must be in it.", None),
        "lacks": Key(_WORDS, "Texts that must not be in it.", None),
        "matches": Key(Text(template=True), "A regular expression (Python) that must be found in it.", None),
        "lines": Key(_LINES, "How many lines it has.", None),
        "agrees_with": Key(_AGREES, "What it must agree with, as the kernel tells it.", None),
    },
    at_least_one=(("has", "lacks", "matches", "lines", "agrees_with"),),
)
SHOWN = 60  # So many characters of the output are quoted as evidence.


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    if scene.command is None:
        yield judge("output", "a command", ABSENT, False)
        return
    text = scene.command.output
    shown = " ".join(text.split())
    shown = shown if len(shown) <= SHOWN else shown[: SHOWN - 1] + "…"
    for word in params.get("has", ()):
        yield judge("output.has", word, word if word in text else shown, word in text)
    for word in params.get("lacks", ()):
        yield judge("output.lacks", word, word if word in text else ABSENT, word not in text)
    if "matches" in params:
        yield judge("output.matches", params["matches"], shown, bool(re.search(params["matches"], text, re.MULTILINE)))
    if "lines" in params:
        yield from _lines(params["lines"], len(text.splitlines()))
    if "agrees_with" in params:
        yield _agrees({**_AGREES.defaults, **params["agrees_with"]}, text, scene)


def _lines(bounds: Mapping[str, int], count: int) -> Iterator[Finding]:
    if bounds.get("at_least") == bounds.get("at_most"):
        yield judge("output.lines", str(bounds["at_most"]), str(count), count == bounds["at_most"])
        return
    if "at_least" in bounds:
        yield judge("output.lines", f"≥ {bounds['at_least']}", str(count), count >= bounds["at_least"])
    if "at_most" in bounds:
        yield judge("output.lines", f"≤ {bounds['at_most']}", str(count), count <= bounds["at_most"])


def _agrees(params: Mapping[str, str], text: str, scene: Scene) -> Finding:
    if "hostname" in params:
        pid = scene.pid(params["hostname"])
        name = kernel.hostname(pid)
        names = [ABSENT] if name is None else name.split()  # a machine may have an empty one
        return _same("hostname", names, text.split(), f"/proc/{pid}/ns/uts")
    if "entries" in params:
        pid = scene.pid(params["of"])
        folder = rooted_path.resolve(f"/proc/{pid}/root", params["entries"])
        names = [name for name in os.listdir(folder) if not name.startswith(".")]
        return _same("entries", names, text.split(), folder)
    pid = scene.pid(params["processes"])
    numbers = [str(kernel.nested_pids(member)[-1]) for member in kernel.in_pid_namespace(pid)]
    return _same("processes", numbers, _listed_pids(text), "/proc/*/status")


def _listed_pids(text: str) -> list[str]:
    """Return the PID column of what `ps` printed, without ps itself, because ps has ended since."""
    header, *rows = text.splitlines() or [""]
    column = header.split().index("PID") if "PID" in header.split() else 0
    return [row.split()[column] for row in rows if len(row.split()) > column and not _is_ps(row)]


def _is_ps(row: str) -> bool:
    return any(word == "ps" or word.endswith("/ps") for word in row.split())


def _same(fact: str, expected: list[str], observed: list[str], source: str) -> Finding:
    passed = sorted(expected) == sorted(observed)
    return judge(f"output.agrees_with.{fact}", " ".join(sorted(expected)), " ".join(sorted(observed)), passed, source)
