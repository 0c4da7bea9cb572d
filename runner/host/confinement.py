"""Whether we are on the machine itself, or in something that keeps root from opening a lab: read as facts of our own
process.

Sources: pivot_root(2), user_namespaces(7), capabilities(7), FILESYSTEM_MAX_STACK_DEPTH in linux/fs.h.
"""

from __future__ import annotations

import os

from runner.host import credentials, kernel, kernel_files

ADMIN = credentials.CAPABILITIES.index("CAP_SYS_ADMIN")
ALL = ["0", "0", "4294967295"]  # /proc/self/uid_map on the machine itself


def lacks_admin() -> bool:
    """Tell whether we are a root that may not even mount."""
    found = credentials.read(os.getpid())
    return found is not None and ADMIN not in found.sets["effective"]


def in_user_namespace() -> bool:
    """Tell whether users have other numbers outside; also where only some of them have a number."""
    return kernel_files.words("/proc/self/uid_map") not in (ALL, [])


def in_chroot() -> bool:
    """Tell whether our mount namespace has more mounts than we see from our root: whoever enters it has its own."""
    whole = kernel.namespace_mounts(os.getpid())
    return bool(whole) and whole != kernel.mounts()


def on_overlay() -> bool:
    """Tell whether the root is an overlay. Of those the kernel lays two over each other, and a lab is one more."""
    return any(mount.point == "/" and mount.fstype == "overlay" for mount in kernel.mounts())
