"""The layers of an overlay, as the options of its mount tell them (overlayfs.rst of the kernel, mountinfo in proc(5)).

They are the paths as they were given to mount(8): a relative one stays relative.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

# `lowerdir=` is a list with colons. Since Linux 6.8 each layer may also have a `lowerdir+=` or `datadir+=` of its own:
# there a colon or a backslash is only itself. Elsewhere a backslash makes the next character an ordinary one.
LISTED, ADDED = "lowerdir", ("lowerdir+", "datadir+")
_LAYER = re.compile(r"(?:\\.|[^:\\])+", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def layers(options: Iterable[str], name: str) -> tuple[str, ...]:
    """Return the paths of `lowerdir`, the topmost first and those that only hold data last; or of `upperdir` or
    `workdir`, of which there is one or none. `options` are without the escapes of mountinfo.
    """
    return tuple(_layers(options, name))


def _layers(options: Iterable[str], name: str) -> Iterator[str]:
    for option in options:
        key, _, value = option.partition("=")
        if key == name:
            paths = _LAYER.findall(value) if name == LISTED else [value]
            yield from (_ESCAPED.sub(r"\1", path) for path in paths)
        elif name == LISTED and key in ADDED:
            yield value
