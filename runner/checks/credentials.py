"""The check `credentials`: who a process is for the kernel, and what it may do, by name and not by a number in hex.

Read from /proc/PID/status, /proc/PID/uid_map and gid_map (proc(5), capabilities(7), user_namespaces(7)).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from runner.checks.check_context import Gone, Scene, compare, judge, view, yes
from runner.host import credentials
from runner.host.credentials import CAPABILITIES, IDS, SETS, Credentials
from runner.messages.translatable import N_
from runner.records.results import Finding
from runner.records.shapes import Choice, Either, Flag, Key, ListOf, Record, Text

_NEWER = "|".join(map(str, range(len(CAPABILITIES), credentials.MOST)))
CAPABILITY = Text(
    pattern=f"CAP_(?:{'|'.join(name.removeprefix('CAP_') for name in CAPABILITIES)}|{_NEWER})", form="form-capability"
)
WHO = Text(template=True, pattern=r"[0-9]+(?: [0-9]+ [0-9]+ [0-9]+)?", form="form-who")
GROUPS = ListOf(Text(template=True, pattern=r"[0-9]+", form="form-number"))
MAP = ListOf(Text(template=True, pattern=r"[0-9]+ [0-9]+ [0-9]+", form="form-map"))
NONE, ALL = "none", "all"
EMPTY = "no capability"  # so that it can be said in every language
SET = Either(
    (
        Choice((NONE, ALL)),
        ListOf(CAPABILITY, minimum=1),
        Record(
            {
                "has": Key(ListOf(CAPABILITY, minimum=1), "Capabilities that must be in it.", None),
                "lacks": Key(ListOf(CAPABILITY, minimum=1), "Capabilities that must not be in it.", None),
            },
            at_least_one=(("has", "lacks"),),
        ),
    )
)
SHOWN = 8  # So many capabilities of a set are named, and the rest is counted.

MEANING = N_("Who a process is for the kernel, and what it may do.")
PARAMS = Record(
    {
        "of": view(),
        "uid": Key(
            WHO,
            "Its user, by the number that the host sees. Real, effective and saved one and the one for files must all "
            "be this; four numbers name each.",
            None,
        ),
        "gid": Key(WHO, "Its group, in the same way.", None),
        "groups": Key(
            GROUPS, "Its supplementary groups, by the numbers that the host sees: these and no others.", None
        ),
        "uid_inside": Key(WHO, "Its user, by the number in its own user namespace.", None),
        "gid_inside": Key(WHO, "Its group, by the number in there.", None),
        "groups_inside": Key(GROUPS, "Its supplementary groups, by the numbers in there.", None),
        "uid_map": Key(
            MAP,
            "The users of its user namespace, each row “inside outside count”, as /proc/PID/uid_map has it; an empty "
            "list where none is mapped.",
            None,
        ),
        "gid_map": Key(MAP, "The groups of its user namespace, in the same way.", None),
        "effective": Key(
            SET,
            "The capabilities that it may use now: a list of exactly these, by their names in capabilities(7), `none`, "
            "`all` that the kernel has, or what the set `has` and `lacks`.",
            None,
        ),
        "permitted": Key(SET, "The capabilities that it may switch on, in the same way.", None),
        "inheritable": Key(SET, "The inheritable capabilities.", None),
        "bounding": Key(SET, "The bounding set: what a new program can get at most.", None),
        "ambient": Key(SET, "The ambient capabilities.", None),
        "no_new_privs": Key(Flag(), "Whether no program that it starts can give it more.", None),
        "seccomp": Key(Choice(credentials.SECCOMP), "What judges its system calls, as seccomp(2) names it.", None),
    },
    at_least_one=(
        (
            *("uid", "gid", "groups", "uid_inside", "gid_inside", "groups_inside", "uid_map", "gid_map"),
            *(*SETS, "no_new_privs", "seccomp"),
        ),
    ),
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    pid = scene.pid(params["of"])
    found = credentials.read(pid)
    if found is None:
        raise Gone(pid)
    for kind in IDS:
        yield from _who(params, kind, pid, found)
    source = f"/proc/{pid}/status"
    for name in SETS:
        if name in params:
            yield _set(name, params[name], found.sets[name], source)
    if "no_new_privs" in params:
        yield compare("credentials.no_new_privs", yes(params["no_new_privs"]), yes(found.no_new_privs), source)
    if "seccomp" in params:
        yield compare("credentials.seccomp", params["seccomp"], found.seccomp, source)


def _who(params: Mapping[str, Any], kind: str, pid: int, found: Credentials) -> Iterator[Finding]:
    """Give what is asked of users (`uid`) or of groups (`gid`)."""
    source = f"/proc/{pid}/status"
    own: dict[str, tuple[int, ...]] = {kind: getattr(found, kind)}
    own |= {"groups": found.groups} if kind == "gid" else {}
    own |= {f"{name}_inside": tuple(credentials.inside(pid, kind, one) for one in ids) for name, ids in own.items()}
    for name, ids in own.items():
        if name not in params:
            continue
        if name.startswith("groups"):
            yield compare(f"credentials.{name}", _several(map(int, params[name])), _several(ids), source)
        else:
            yield compare(f"credentials.{name}", _one(map(int, params[name].split())), _one(ids), source)
    if f"{kind}_map" in params:
        rows = _listed(" ".join(map(str, row)) for row in credentials.id_map(pid, kind))
        yield compare(f"credentials.{kind}_map", _listed(params[f"{kind}_map"]), rows, f"/proc/{pid}/{kind}_map")


def _one(ids: Iterable[int]) -> str:
    """Return the four numbers of a user or a group; only one when they are the same."""
    written = [str(id) for id in ids]
    return " ".join(written) if len({*written}) > 1 else written[0]


def _several(ids: Iterable[int]) -> str:
    return " ".join(map(str, sorted({*ids}))) or NONE


def _set(name: str, wanted: Any, found: frozenset[int], source: str) -> Finding:
    """Judge a set of capabilities. Observed is only what is not as it should be: `+` is in the set, `−` is not."""
    expected = _asked(wanted)
    differs = _differing(wanted, found)
    observed = _signed({number: number in found for number in differs}) if differs else expected
    return judge(f"credentials.{name}", expected, observed, not differs, source)


def _differing(wanted: Any, found: frozenset[int]) -> frozenset[int]:
    if isinstance(wanted, Mapping):
        has, lacks = (_numbers(wanted.get(key, ())) for key in ("has", "lacks"))
        return (has - found) | (lacks & found)
    if wanted == ALL:
        return found ^ credentials.known()
    return found if wanted == NONE else found ^ _numbers(wanted)


def _asked(wanted: Any) -> str:
    """Return the set that an author wants, as it is shown beside what is."""
    if isinstance(wanted, Mapping):
        signs = {"has": True, "lacks": False}
        return _signed({number: sign for key, sign in signs.items() for number in _numbers(wanted.get(key, ()))})
    if wanted == NONE:
        return EMPTY
    return wanted if isinstance(wanted, str) else _listed(wanted)


def _listed(written: Iterable[str]) -> str:
    """Return the items of a list; rows of a map have blanks of their own."""
    items = sorted(written)
    return ("; " if any(" " in item for item in items) else " ").join(items) or NONE


def _numbers(names: Iterable[str]) -> frozenset[int]:
    return frozenset(map(credentials.number, names))


def _signed(numbers: Mapping[int, bool]) -> str:
    words = [("+" if numbers[number] else "−") + credentials.name(number) for number in sorted(numbers)]
    return " ".join(words) if len(words) <= SHOWN else f"{' '.join(words[:SHOWN])} … ({len(words)})"
