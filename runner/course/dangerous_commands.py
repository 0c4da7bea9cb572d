"""Find dangerous commands in a lesson by their text alone. Nothing is run.

Text cannot show everything (what is `/` in a shell inside a container?), so a step may say `allow: [name]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from runner.course import shell_words

HAZARDS = (
    "recursive-removal",
    "lazy-unmount",
    "swallowed-error",
    "shared-rbind",
    "kill-by-name",
    "out-of-the-lab",
    "whole-machine",
)

_VARIABLE = re.compile(r"\{\{ *(\w+) *\}\}")
_SILENCED = re.compile(r"(?:2|&)>>? *&?/dev/null|>& *(?:/dev/null|-)|> */dev/null +2>&1")
# Most commands have none of these words, and then nothing else needs to be looked for.
_SUSPECT = re.compile(
    r"\brm\b|\bfind\b|\bumount\b|MNT_DETACH|/dev/null|>& *-|\|\||\btrue\b|set +\+e"
    r"|kill|\bfuser\b|\bnsenter\b|/proc/1/root|\blosetup\b|\bloop\b|\bdmesg\b|sysrq-trigger"
)
_PREFIXES = ("sudo", "command", "exec", "busybox", "time", "then", "do", "else", "{", "!")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=.*")
# A path that belongs to the lab: a variable, then at least one whole name (no `*` or `?`), and no `..` anywhere.
_OWN = re.compile(r"\{\{\w+\}\}/(?![*?])(?!.*\.\.).+")
# Options by which these keep to some processes: those of a session, a parent, a group, a terminal, namespaces.
_BOUNDS = {
    "pkill": re.compile(r"-[sPgt]\S*|--(?:session|parent|pgroup|terminal|ns)(?:=.*)?"),
    "killall": re.compile(r"-n|--ns(?:=.*)?"),
}
_SLAVE = ("--make-rslave", "--make-rprivate", "--make-slave", "--make-private")


class Simple(NamedTuple):
    """One simple command of the shell: its words, and the operator after it."""

    words: tuple[str, ...]
    operator: str


def hazards(command: str) -> Iterator[tuple[str, str]]:
    """Find the hazards of a command, each with the words that it is in. `shared_rbinds` finds the remaining kind."""
    if not _SUSPECT.search(command):
        return
    simples = parsed(command)
    for simple in simples:
        if _removes(simple.words):
            yield "recursive-removal", _quoted(simple.words)
        if _is_lazy(simple.words):
            yield "lazy-unmount", _quoted(simple.words)
        if _kills_by_name(simple.words):
            yield "kill-by-name", _quoted(simple.words)
        if _leaves_the_lab(simple.words):
            yield "out-of-the-lab", _quoted(simple.words)
        if _is_the_machines(simple.words):
            yield "whole-machine", _quoted(simple.words)
    silenced = _SILENCED.search(command)
    if silenced:
        yield "swallowed-error", silenced[0]
    for simple, following in pairwise(simples):
        if _swallows(simple, following):
            yield "swallowed-error", f"{simple.operator} {following.words[0]}"
    if any(simple.words == ("set", "+e") for simple in simples):
        yield "swallowed-error", "set +e"


def shared_rbinds(command: str, following: str) -> Iterator[str]:
    """Find the mount points of recursive bind mounts that keep sharing with the host (mount_namespaces(7)).

    Neither this command nor the following one makes them private or slave, so unmounting there would unmount on the
    host, too.
    """
    if "rbind" not in command and "-R" not in command:
        return
    commands = [simple.words for simple in (*parsed(command), *parsed(following))]
    own = {words[-1] for words in commands if words[0] == "mount" and any(word in _SLAVE for word in words)}
    own |= {words[-1] for words in commands if words[0] == "mount" and _options(words) & {"rslave", "rprivate"}}
    for simple in parsed(command):
        words = simple.words
        if (
            words[0] == "mount"
            and ({"--rbind", "-R"} & {*words} or "rbind" in _options(words))
            and words[-1] not in own
        ):
            yield _quoted(words[-1:])


def _quoted(words: tuple[str, ...]) -> str:
    """Return the words as their author would write them, with blanks around the names of variables."""
    return _VARIABLE.sub(r"{{ \1 }}", " ".join(words))


def parsed(text: str) -> tuple[Simple, ...]:
    """Return the simple commands of a shell text, also those inside `sh -c '…'`."""
    words: list[str] = []
    simples: list[Simple] = []
    for token in (*shell_words.split(_VARIABLE.sub(r"{{\1}}", text)), ""):
        if token and not shell_words.OPERATOR.fullmatch(token):
            words.append(token)
            continue
        plain = _without_prefix(words)
        if plain:
            simples.append(Simple(plain, token.strip("\n")))
            for option, script in pairwise(plain):
                if option == "-c":
                    simples.extend(parsed(script))
        words = []
    return tuple(simples)


def _without_prefix(words: list[str]) -> tuple[str, ...]:
    for place, word in enumerate(words):
        if word not in _PREFIXES and not _ASSIGNMENT.fullmatch(word):
            return tuple(words[place:])
    return ()


def _removes(words: tuple[str, ...]) -> bool:
    """Say whether a whole tree is removed that does not belong to the lab."""
    name, *rest = words
    if name == "rm":
        if not any(re.fullmatch(r"-[A-Za-z]*[rR][A-Za-z]*|--recursive", word) for word in rest):
            return False
        return not all(_OWN.fullmatch(word) for word in rest if not word.startswith("-"))
    if name == "find" and ("-delete" in rest or "rm" in rest):
        return not all(_OWN.fullmatch(word) for word in _until_option(rest))
    return False


def _until_option(words: list[str]) -> list[str]:
    ends = next((place for place, word in enumerate(words) if word.startswith("-")), len(words))
    return words[:ends] or ["."]


def _is_lazy(words: tuple[str, ...]) -> bool:
    if any("MNT_DETACH" in word for word in words):
        return True
    name = words[0].rpartition("/")[2]  # `/bin/umount` is the same program
    return name == "umount" and any(re.fullmatch(r"-[A-Za-z]*l[A-Za-z]*|--lazy", word) for word in words[1:])


def _kills_by_name(words: tuple[str, ...]) -> bool:
    """Say whether this ends processes of the machine that are not named by their number: the lab sees all of them."""
    name, *rest = words
    if name in _BOUNDS:
        return not any(_BOUNDS[name].fullmatch(word) for word in rest)
    if name == "fuser":
        return any(re.fullmatch(r"-[A-Za-z]*k[A-Za-z]*|--kill", word) for word in rest)
    return name == "kill" and len(rest) > 1 and rest[-1] == "-1"


def _leaves_the_lab(words: tuple[str, ...]) -> bool:
    """Say whether this goes through the machine's first process to its files, which are not sealed there."""
    if any(word.startswith("/proc/1/root") for word in words):
        return True
    targets = (value for option, value in pairwise(words) if option in ("-t", "--target"))
    return words[0] == "nsenter" and ("1" in targets or bool({"-t1", "--target=1"} & {*words}))


def _is_the_machines(words: tuple[str, ...]) -> bool:
    """Say whether this changes what the seal does not keep apart, and no rollback puts back: loop devices, the kernel's
    log, and what the kernel does on request."""
    name, *rest = words
    if name == "losetup":
        return bool(rest) and not any(
            re.fullmatch(r"-[adDjlJ]|--(?:all|detach|detach-all|list|json)", word) for word in rest
        )
    if name == "mount":
        return any(option.partition("=")[0] == "loop" for option in _options(words))
    if name == "dmesg":
        return any(re.fullmatch(r"-[cC]|--clear|--read-clear", word) for word in rest)
    return any("/proc/sysrq-trigger" in word for word in words)


def _swallows(simple: Simple, following: Simple) -> bool:
    """Say whether the next command hides an error of this one: `x || true`, or `x; true` at the end.

    After `wait` this is allowed, because its status is that of the process it waited for.
    """
    last = simple.operator in (";", "") and not following.operator
    nothing = following.words in (("true",), (":",)) and (simple.operator == "||" or last)
    return nothing and simple.words[0] != "wait"


def _options(words: tuple[str, ...]) -> set[str]:
    return {option for flag, value in pairwise(words) if flag == "-o" for option in value.split(",")}
