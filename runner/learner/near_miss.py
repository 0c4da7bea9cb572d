"""The comparison of a typed command with the lesson's command. It finds where they differ, by their words alone.

The words never decide whether a step is done; they only help to say why it is not.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from shutil import which
from typing import NamedTuple

from runner.course import shell_words
from runner.course.yaml_nodes import short

SEPARATORS = {";", "&&", "||", "|", "&", "(", ")", "{", "}"}
BRACKETS = (("(", ")"), ("{", "}"), ("do", "done"), ("then", "fi"), ("case", "esac"))
CLOSE = 0.75  # two words that are at least so similar (0 to 1) count as a slip of the keyboard
WIDE = 60  # columns of a word that is quoted whole
LEAD = 20  # columns of a longer one to show before the first difference
CLUSTER = re.compile(r"-[A-Za-z]{2,}")  # several short flags in one word, such as -pmu
VALUED = re.compile(r"-[A-Za-z]")  # a short flag needs no blank before its value, as in -R/tree
ADDRESS = re.compile(r"[\d.]+/\d+\Z")  # of a network, or in one: 10.77.0.1/24
PATH = re.compile(r"[^\s<>=\"'(]*/[^\s<>=\"'(]*\Z")
PROMPT = re.compile(r"(?:\S+ )?[#$] ")
BETWEEN = re.compile(r"&&|;|\n|(?<![>&])&(?!&)")
PROGRAM, SUDO = "nearmiss.program", "nearmiss.sudo"
MOST = 2  # remarks at once


class Remark(NamedTuple):
    """What to say about the typed command: the key of a sentence in `messages`, and its values."""

    key: str
    values: Mapping[str, str]


def remarks(wanted: str, typed: str) -> tuple[Remark, ...]:
    """Return the first differences that matter, at most MOST of them; none when the words are the same."""
    return tuple(remark for _, remark in zip(range(MOST), _differences(wanted, typed), strict=False))


def is_about(remarks: Sequence[Remark]) -> bool:
    """Tell whether the words that these remarks are on are about the lesson's command, and not about another."""
    return not any(remark.key == PROGRAM for remark in remarks)


def rest(wanted: str, typed: str) -> str:
    """Return what is left of the lesson's command, as it is written, when its beginning was typed. It is empty when
    nothing is, or something else was typed, or when the rest cannot be typed by itself.
    """
    ours, theirs = _split(_tokens(wanted) or []), _split(_tokens(typed) or [])
    return _alone(ours[len(theirs) :], wanted) if len(theirs) < len(ours) and _same(ours, theirs) else ""


def astray(here: str, there: str) -> Remark:
    """Return what to say where the shell is in another directory than the steps so far have left it in."""
    return _remark("directory", here=here, there=there)


def has_sudo(typed: str) -> bool:
    """Tell whether a command asks for the rights that the root user has."""
    return any(part[0] == "sudo" for part in _split(_tokens(typed) or []))


def _differences(wanted: str, typed: str) -> Iterator[Remark]:
    prompt = PROMPT.match(typed)
    if prompt and not wanted.startswith(prompt[0]):
        yield _remark("prompt", typed=prompt[0])
        return
    ours, theirs = _tokens(wanted), _tokens(typed)
    if theirs is None:
        yield _remark("quote", typed=typed)
    elif ours == theirs and "$" in wanted and wanted.count("'") > typed.count("'"):
        yield _remark("quotes")
    elif ours:
        yield from _parts(_split(ours), _split(theirs), wanted)


def _remark(name: str, **values: str) -> Remark:
    lines = {key: " ".join(value.split()) for key, value in values.items()}
    begin = max(0, len(os.path.commonprefix([*lines.values()])) - LEAD) if len(lines) > 1 else 0  # noqa: RUF071 -- characters are meant
    if not begin or all(len(line) <= WIDE for line in lines.values()):
        return Remark(f"nearmiss.{name}", {key: short(line) for key, line in lines.items()})
    return Remark(f"nearmiss.{name}", {key: short("…" + line[begin:]) for key, line in lines.items()})


def _tokens(text: str) -> list[str] | None:
    """Return words and operators, `;` at the end of a line too; None where a quotation mark is not closed."""
    if shell_words.is_open(text):
        return None
    tokens = [";" if set(token) == {"\n"} else token for token in shell_words.split(text.strip())]
    return list(_substituted(iter(tokens)))


def _substituted(tokens: Iterator[str]) -> Iterator[str]:
    """Make one word of each `$(…)`."""
    for token in tokens:
        if not token.endswith("$"):
            yield token
            continue
        word, depth = token, 0
        for inner in tokens:
            depth += inner.count("(") - inner.count(")")
            word += inner if word[-1] in "$(" or inner == ")" else f" {inner}"
            if depth <= 0:
                break
        yield word


def _split(tokens: Sequence[str]) -> list[list[str]]:
    """Split a line into its simple commands. Each operator between them is a list of its own."""
    parts: list[list[str]] = [[]]
    for word in tokens:
        if word not in SEPARATORS:
            parts[-1].append(word)
        elif word != ";" or parts[-1]:  # after an operator a line end does not end the command
            parts += [[word], []]
    return [part for part in parts if part and part != [";"]]


def _parts(wanted: list[list[str]], typed: list[list[str]], written: str) -> Iterator[Remark]:
    if before := _before(wanted, typed, written):
        yield _remark("later", words=before)
        return
    for ours, theirs in zip(wanted, typed, strict=False):
        differences = list(_command(ours, theirs))
        if differences:
            yield from differences
            return
    left = max(wanted, typed, key=len)[min(len(wanted), len(typed)) :]
    if left and len(wanted) > len(typed):
        yield _missing(left, written)
    elif left:
        yield _remark("beyond", words=_joined_words(left))


def _before(wanted: list[list[str]], typed: list[list[str]], written: str) -> str:
    """Return what stands before the part of the lesson's command that was typed, if its beginning was left out."""
    starts = (at for at in range(1, len(wanted)) if wanted[at - 1][0] in SEPARATORS)
    at = next((at for at in starts if _same(wanted[at:], typed)), 0)
    if not at or _same(wanted[:1], typed[:1]):
        return ""
    begins = (written[: end.start()] for end in BETWEEN.finditer(written))
    return next((begin for begin in begins if len(_split(_tokens(begin) or [])) >= at - 1), "")


def _same(wanted: list[list[str]], typed: list[list[str]]) -> bool:
    """Tell whether what was typed is the same as the beginning of what was wanted, or all of it."""
    if not typed or len(typed) > len(wanted):
        return False
    return not any(any(_command(*both)) for both in zip(wanted, typed, strict=False))


def _missing(left: list[list[str]], written: str) -> Remark:
    """Tell of the commands at the end of the lesson's, as it is `written`, that were not typed.

    Those that can be typed by themselves now are told as they are written.
    """
    if left == [["&"]]:
        return _remark("background")
    alone = _alone(left, written)
    return _remark("rest", words=alone) if alone else _remark("unfinished", words=_joined_words(left))


def _alone(left: list[list[str]], written: str) -> str:
    """Return the end of a command as it is `written`, if it can be typed by itself; else nothing."""
    begins = [part[0] for part in left]
    if "<<" in written or any(begins.count(one) != begins.count(other) for one, other in BRACKETS):
        return ""
    after = left[1:] if left[0] == ["&&"] else left
    ends = (written[end.end() :] for end in BETWEEN.finditer(written))
    return next((end for end in ends if _split(_tokens(end) or []) == after), "")


def _joined_words(parts: list[list[str]]) -> str:
    return " ".join(word for part in parts for word in part)


def _command(wanted: list[str], typed: list[str]) -> Iterator[Remark]:
    """Compare two simple commands."""
    if typed[0] == "sudo" and wanted[0] != "sudo":
        yield _remark("sudo")
        typed = typed[1:] or typed
    ours, theirs = wanted[0], typed[0]
    if joined := _joined(wanted, typed):
        yield joined
        return
    if ours.rpartition("/")[2] != theirs.rpartition("/")[2]:
        slip = _like(ours, theirs) and which(theirs) is None  # What there is was meant.
        yield _remark("typo" if slip else "program", typed=theirs, wanted=ours)
        return
    yield from _flags([word for word in wanted if _is_flag(word)], [word for word in typed if _is_flag(word)])
    yield from _arguments(
        [word for word in wanted[1:] if not _is_flag(word)],
        [word for word in typed[1:] if not _is_flag(word)],
        program="-c" in wanted,
    )


def _joined(wanted: list[str], typed: list[str]) -> Remark | None:
    """Find a typed word that is two of the wanted ones without the blank between them, as in `setpriv--dump`."""
    pairs = {one + other: f"{one} {other}" for one, other in pairwise(wanted)}
    missed = next((word for word in typed if word in pairs and word not in wanted and not VALUED.match(word)), None)
    return _remark("typo", typed=missed, wanted=pairs[missed]) if missed else None


def _is_flag(word: str) -> bool:
    return word.startswith("-") and len(word) > 1


def _like(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other).ratio() >= CLOSE


def _flags(wanted: list[str], typed: list[str]) -> Iterator[Remark]:
    halved = next((flag for flag in typed if f"-{flag}" in wanted and f"-{flag}" not in typed), None)
    if halved:
        yield _remark("typo", typed=halved, wanted=f"-{halved}")
        return
    missing = [flag for flag in _spread(wanted, typed) if flag not in _spread(typed, wanted)]
    extra = [flag for flag in _spread(typed, wanted) if flag not in _spread(wanted, typed)]
    for flag in list(extra):
        twin = next((other for other in missing if _same_flag(flag, other)), None)
        if twin:
            extra.remove(flag)
            missing.remove(twin)
    if len(missing) == len(extra) == 1 and len(missing[0]) > 2 and _like(missing[0], extra[0]):
        yield _remark("typo", typed=extra[0], wanted=missing[0])
        return
    if missing:
        yield _remark("missing-flag", wanted=" ".join(missing))
    if extra:
        yield _remark("extra-flag", typed=" ".join(extra))


def _spread(flags: list[str], others: list[str]) -> list[str]:
    """Return the flags one by one: -pmu becomes -p -m -u, unless the other side has -pmu, too."""
    return [
        single
        for flag in flags
        for single in (
            [f"-{letter}" for letter in flag[1:]] if CLUSTER.fullmatch(flag) and flag not in others else [flag]
        )
    ]


def _same_flag(one: str, other: str) -> bool:
    """Return whether one flag is the long name of the other, as --pid of -p; both begin with the same letter."""
    short_, long_ = sorted((one, other), key=len)
    return long_.startswith("--") and len(short_) == 2 and long_[2:3].lower() == short_[1:].lower()


def _arguments(wanted: list[str], typed: list[str], *, program: bool) -> Iterator[Remark]:
    """Find the first difference between the words that are not flags. `program`: one of them is run by a shell."""
    for change, first, last, start, end in SequenceMatcher(None, wanted, typed, autojunk=False).get_opcodes():
        ours, theirs = wanted[first:last], typed[start:end]
        if change == "delete":
            yield _remark("missing-word", wanted=" ".join(ours))
        elif change == "insert":
            yield _remark("extra-word", typed=" ".join(theirs))
        elif change == "replace":
            yield from _word(ours[0], theirs[0], program=program)
        if change != "equal":
            return


def _word(wanted: str, typed: str, *, program: bool) -> Iterator[Remark]:
    if wanted.endswith("$"):  # what a `$(` begins with: a part of a word
        return
    if program and " " in wanted and " " in typed:
        yield from _differences(wanted, typed)
    elif typed.startswith("/") and wanted.endswith(typed):
        yield _remark("as-inside", typed=typed, wanted=wanted)
    elif wanted.startswith("/") and typed.endswith(wanted):
        yield _remark("as-outside", typed=typed, wanted=wanted)
    else:
        is_path = PATH.match(wanted) and not ADDRESS.match(wanted)
        yield _remark("path" if is_path else "word", typed=typed, wanted=wanted)
