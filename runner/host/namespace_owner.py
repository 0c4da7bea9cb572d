"""Who made a mount namespace: the owner of the user namespace that it belongs to (user_namespaces(7), ioctl_ns(2))."""

from __future__ import annotations

import errno
import fcntl
import os

from runner.host import kernel_files

NS_GET_USERNS = 0xB701  # linux/nsfs.h
NS_GET_OWNER_UID = 0xB704


def is_roots(pid: int) -> bool:
    """Tell whether root made the mount namespace of a process: in our user namespace, or in one below that root made.

    False for one that any other user may have made, and when the process is gone. A kernel that cannot tell says yes.
    """
    try:
        namespace = os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        owner = fcntl.ioctl(namespace, NS_GET_USERNS)
    except OSError as error:
        return error.errno != errno.EPERM  # it belongs to a user namespace that is not below ours
    finally:
        os.close(namespace)
    try:
        ours = kernel_files.file_id(f"/proc/self/fd/{owner}") == kernel_files.file_id("/proc/self/ns/user")
        return ours or not any(fcntl.ioctl(owner, NS_GET_OWNER_UID, bytes(4)))
    except OSError:
        return True
    finally:
        os.close(owner)
