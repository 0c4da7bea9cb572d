"""The check `nft`: tables, chains and rules of nftables in a process's network namespace, as nft(8) lists them.

The kernel keeps a rule as instructions of a small machine, and only the program `nft` puts them into the words that an
author knows. So it is asked: the machine's own program, in the namespace of the process. A lesson on nftables needs it
anyway (`tool.nft`).
"""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from typing import Any

from runner.checks.check_context import Scene, asked, compare, judge, presence, view
from runner.host import shell_environment
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Integer, Key, Record, Text, Unless

WORD = Text(template=True, pattern=r"[A-Za-z][\w/\\.-]*")
MEANING = N_("A table of nftables as a process's network has it: its chains, its rules and what they counted.")
PARAMS = Record(
    {
        "table": Key(Text(template=True, pattern=r"[a-z0-9]+ [\w/\\.-]+"), "Family and name: ip lab."),
        "of": view("host"),
        "exists": Key(Flag(), "Whether the table is there.", None),
        "chain": Key(WORD, "A chain of it. Without it, every chain of the table is looked at.", None),
        "hook": Key(Text(pattern=r"[a-z]+"), "Where packets meet the chain, such as postrouting.", None),
        "rule": Key(
            Text(template=True), "Words that one rule must have, one after another, as `nft list` shows it.", None
        ),
        "packets": Key(Integer(), "So many packets, or more, the counter of that rule must have seen.", None),
    },
    at_least_one=(("exists", "chain", "hook", "rule"),),
    needs={"packets": "rule"},
    unless=dict.fromkeys(("chain", "hook", "rule"), Unless("exists", (False,))),
)
_COUNTED = re.compile(r" *\bcounter packets (\d+) bytes \d+")
_HOOK = re.compile(r"\bhook (\w+)")
Chains = Mapping[str, list[str]]  # by their names, the lines of each


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid, table = scene.pid(params["of"]), params["table"]
    source = f"nft list table {table}"
    program = _program()
    chains = asked(pid, "net", lambda: _chains(program, table))
    there = presence(chains is not None)
    if "exists" in params or chains is None:
        yield compare(f"nft.table.{table}", presence(params.get("exists", True)), there, source)
    if params.get("exists") is False or chains is None:
        return
    wanted = params.get("chain")
    if wanted:
        yield compare(f"nft.chain.{wanted}", presence(True), presence(wanted in chains), source)
    lines = [line for name, lines in chains.items() if wanted in (None, name) for line in lines]
    if "hook" in params:
        hooks = [found[1] for line in lines if (found := _HOOK.search(line))]
        yield judge("nft.hook", params["hook"], " ".join(hooks) or ABSENT, params["hook"] in hooks, source)
    if "rule" in params:
        yield from _rule(params, [line for line in lines if not _HOOK.search(line)], source)


def _rule(params: Mapping[str, Any], rules: list[str], source: str) -> Iterator[Finding]:
    wanted = params["rule"]
    words = {rule: _COUNTED.sub("", rule) for rule in rules}
    fits = [rule for rule in rules if f" {wanted} " in f" {words[rule]} "]
    yield judge("nft.rule.holds", wanted, "; ".join(words.values()) or ABSENT, bool(fits), source)
    if "packets" in params:
        counts = [int(found[1]) for rule in fits if (found := _COUNTED.search(rule))]
        least = params["packets"]
        observed = str(max(counts)) if counts else ABSENT
        yield judge("nft.packets", f"≥ {least}", observed, bool(counts) and max(counts) >= least, source)


def _program() -> str:
    """Return the path of the machine's nft(8). Raise OSError when it has none."""
    program = shutil.which("nft", path=shell_environment.PATH)
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "nft")
    return program


def _chains(program: str, table: str) -> Chains | None:
    """Return the lines of each chain of a table in the calling thread's network; None when there is no such table.

    Raise OSError when nft(8) cannot tell: the kernel has no nf_tables, or the name of the table is none.
    """
    import subprocess

    command = [program, "list", "table", *table.split()]
    listing = subprocess.run(command, check=False, capture_output=True, text=True, errors="replace", env={})
    if listing.returncode:
        if os.strerror(errno.ENOENT) in listing.stderr:
            return None
        raise OSError(errno.EIO, (listing.stderr.splitlines() or [f"exit {listing.returncode}"])[0], "nft")
    chains: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in map(str.strip, listing.stdout.splitlines()):
        if line.startswith("chain "):
            lines = chains.setdefault(line.split()[1], [])
        elif line and line not in ("{", "}"):
            lines.append(" ".join(line.split()))
    return chains
