"""The check `sysctl`: a setting of the kernel, read in the namespaces of a process (proc_sys(5))."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import Scene, asked, compare, view
from runner.host import kernel_files, namespaced_values
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Key, Record, Text

MEANING = N_("A setting of the kernel, as a process's namespaces have it.")
PARAMS = Record(
    {
        "key": Key(
            Text(template=True, pattern=r"[a-z][\w-]*([.][\w-]+)+"),
            "Its name with dots, such as net.ipv4.ip_forward.",
        ),
        "of": view("host"),
        "is": Key(Text(template=True), "Its value; several numbers are separated by one blank."),
    },
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, key = scene.pid(params["of"]), params["key"]
    path = "/proc/sys/" + key.replace(".", "/")
    yield compare(f"sysctl.{key}", params["is"], _value(pid, path), path)


def _value(pid: int, path: str) -> str | None:
    """Return a setting, its words separated by blanks; None when the kernel has none of that name."""
    kind = namespaced_values.kind(path)
    words = asked(pid, kind, lambda: kernel_files.words(path)) if kind else kernel_files.words(path)
    return " ".join(words) or None
