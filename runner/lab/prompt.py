"""The prompt of every bash in the lab: it tells the world that the shell is in, `host`, `chroot` or `container`.

It says that in the language of the run (`contêiner`). On a terminal that was opened for a place, every shell outside
the host's world goes by the name of that place, and so does one of another user than root: three containers side by
side must not look alike. Where another place is entered from that one, a shell goes by its name that has other
namespaces than the process which started it.

A shell finds that out anew before each prompt, by builtins only: a fork would use up a PID that lessons count. It
compares its own namespaces with those of the lab's first shell. In the lab's own root directory it sees both in
WHOLE_PROC; in another root it needs a proc there, or what the shell that started it knew. Bash and every bash that it
starts inherit this by exported variables; where they were cleared, by the startup files of the lab's root user. A
prompt that other startup files set gets the word in front. The word itself is not exported: a shell that cannot find
it out (busybox, dash) shows a question mark and no untruth. Only a shell in another root without a proc cannot tell a
chroot from a container that shares the host's processes; it says `chroot`.

Where the files of the locale are not there, as in most containers, readline takes each byte for a column. It is told
(by 001 and 002) that the bytes which continue a character take none.
Sources: namespaces(7), proc(5), bash(1).
"""

from __future__ import annotations

from collections.abc import Mapping

from runner.host import kernel
from runner.lab.own_mounts import WHOLE_PROC
from runner.messages import place_names

FIRST = "LAB_SHELL"  # the PID of the lab's first shell
WORLD = "LAB_WORLD"  # where the shell that started this one was
PLACE = "LAB_PLACE"  # the name of the place that the terminal was opened for, and after a / that of the one inside it
SELF = "LAB_SELF"  # the PID of the shell that set these last: a shell that starts finds that of another
TAG = "[${_world:-?}] "
PROMPT = TAG + r"\h:\w\$ "
_FIND = f"""
_proc=/{WHOLE_PROC} _world=host
[[ -e $_proc/self ]] || _proc=/proc _world=chroot
if [[ $_world = chroot && ( $PPID = 0 || ${WORLD} = container ) ]]; then _world=container
elif [[ -e $_proc/${FIRST}/ns/pid ]]; then
for _kind in KINDS; do [[ $_proc/self/ns/$_kind -ef $_proc/${FIRST}/ns/$_kind ]] || _world=container; done
elif [[ -e $_proc/self/uid_map ]]; then
read -r _ _ _kind < $_proc/self/uid_map; [[ $_kind = 4294967295 ]] || _world=container
fi
[[ $_world != host || $EUID = 0 ]] || _world=user
_word=${{{PLACE}:-}}
if [[ ${{{SELF}:-}} != $$ && $_word = */* && ${{{WORLD}:-host}} != host && ( $PPID = 0 || -e $_proc/self ) ]]; then
for _kind in KINDS; do [[ $_proc/self/ns/$_kind -ef $_proc/$PPID/ns/$_kind ]] || _word=${{{PLACE}#*/}}; done
export {PLACE}=$_word
fi
[[ $PS1 = *_world* ]] || PS1='{TAG}'$PS1
export {WORLD}=$_world {SELF}=$$
_word=${{_word%%/*}}
if [[ $_world != host && $_word ]]; then _world=$_word
elif [[ $_world = container ]]; then _world='CONTAINER'
elif [[ $_world = user ]]; then _world=host
fi
_kind=ê _word=
if [[ ${{#_kind}} != 1 ]]; then
while [[ $_world ]]; do _kind=${{_world:0:1}} _world=${{_world:1}}
[[ $_kind = [$'\\x80'-$'\\xbf'] ]] && _kind=$'\\001'$_kind$'\\002'
_word+=$_kind
done
_world=$_word
fi"""


def environment(first: int, marks: Mapping[str, str] | None = None, *, place: str = "") -> dict[str, str]:
    """Return the variables that make a bash tell its world. `first` is the PID of the lab's first shell.

    `marks` are the variables of shells that also announce their commands (see `osc133`). `place` is the name that a
    shell outside the host's world goes by; after a / comes that of one inside of it.
    """
    kinds = (kind for kind in kernel.NAMESPACES if kernel.namespace(first, kind) is not None)
    find = "; ".join(_FIND.strip().splitlines()).replace("then;", "then").replace("KINDS", " ".join(kinds))
    find = find.replace("CONTAINER", place_names.shown("container"))
    before = (marks or {}).get("PROMPT_COMMAND")
    command = f"{before}; {find}" if before else find
    named = {PLACE: place} if place else {}
    return {**(marks or {}), FIRST: str(first), **named, "PS1": PROMPT, "PROMPT_COMMAND": command}


def exports(variables: Mapping[str, str]) -> str:
    """Return a line that gives these variables to a bash and to what it starts: for typing, and for startup files."""
    quoted = {name: value.replace("\\", "\\\\").replace("'", "\\'") for name, value in variables.items()}
    return "export " + " ".join(f"{name}=$'{value}'" for name, value in quoted.items())
