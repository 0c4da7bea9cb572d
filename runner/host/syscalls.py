"""The few system calls that Python 3.11 does not offer, through libc: mount, unshare, setns, pivot_root, prctl, bpf."""

from __future__ import annotations

import ctypes
import errno
import os
import platform

CLONE_FS = 0x00000200
CLONE_NEWNS = 0x00020000
CLONE_NEWCGROUP = 0x02000000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY = 1
MS_NOSUID = 2
MS_NODEV = 4
MS_NOEXEC = 8
MS_REMOUNT = 1 << 5
MS_NOATIME = 1 << 10
MS_BIND = 1 << 12
MS_REC = 1 << 14
MS_PRIVATE = 1 << 18
MS_RELATIME = 1 << 21
MNT_DETACH = 2
MOUNT_ATTR_RDONLY = 1
MOUNT_ATTR_NOSUID = 2
MOUNT_ATTR_NODEV = 4
MOUNT_ATTR_IDMAP = 0x100000
AT_EMPTY_PATH = 0x1000
AT_FDCWD = -100
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_CAPBSET_DROP = 24
PR_SET_CHILD_SUBREAPER = 36
PR_SET_NO_NEW_PRIVS = 38
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAPABILITY_VERSION = 0x20080522  # _LINUX_CAPABILITY_VERSION_3 of linux/capability.h: sets of 64 bits, in two halves

OPEN_TREE_CLONE = 1
AT_RECURSIVE = 0x8000
MOVE_MOUNT_F_EMPTY_PATH = 4
MOVE_MOUNT_T_EMPTY_PATH = 0x40
FSCONFIG_CMD_CREATE = 6
# the same on every architecture:
OPEN_TREE, MOVE_MOUNT, FSOPEN, FSCONFIG, FSMOUNT, MOUNT_SETATTR = 428, 429, 430, 431, 432, 442
BPF = {"x86_64": 321, "i686": 357, "armv7l": 386, "ppc64le": 361, "s390x": 351}.get(platform.machine(), 280)
BPF_PROG_LOAD, BPF_PROG_ATTACH = 5, 8
BPF_DEVICE, BPF_SYSCTL = (
    (15, 6),
    (23, 18),
)  # what a program judges: the kinds of program and of attachment (linux/bpf.h)
BPF_F_ALLOW_MULTI = 2  # groups below may have programs of their own, and what one of them denies is denied
PIVOT_ROOT = {"x86_64": 155, "i686": 217, "armv7l": 218, "ppc64le": 203, "s390x": 217}.get(platform.machine(), 41)

_libc = ctypes.CDLL(None, use_errno=True)


class _MountAttributes(ctypes.Structure):
    """struct mount_attr of mount_setattr(2)."""

    _fields_ = (
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("namespace", ctypes.c_uint64),
    )


class _Program(ctypes.Structure):
    """union bpf_attr of bpf(2), as BPF_PROG_LOAD reads it."""

    _fields_ = (
        ("type", ctypes.c_uint32),
        ("count", ctypes.c_uint32),
        ("instructions", ctypes.c_uint64),
        ("license", ctypes.c_uint64),
    )


class _Attachment(ctypes.Structure):
    """union bpf_attr of bpf(2), as BPF_PROG_ATTACH reads it."""

    _fields_ = (
        ("target", ctypes.c_uint32),
        ("program", ctypes.c_uint32),
        ("kind", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
    )


def _check(result: int, *names: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), " ".join(names))


def mount(source: str, target: str, fstype: str = "", flags: int = 0, options: str = "") -> None:
    """Mount a file system (mount(2)). Raise OSError when the kernel refuses."""
    paths = os.fsencode(source), os.fsencode(target)  # names are bytes, and not always UTF-8
    arguments = *paths, fstype.encode() or None, ctypes.c_ulong(flags), os.fsencode(options)
    _check(_libc.mount(*arguments), "mount", target)


def set_readonly(path: str) -> None:
    """Make a mount read-only and without devices, as this mount namespace sees it; the file system stays as it is.

    mount_setattr(2) since Linux 5.12; where it is missing, the mount is remounted. Raises OSError.
    """
    if not _set_attributes(path, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV, 0):
        mount("none", path, flags=MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NODEV)


def set_unchangeable(path: str) -> None:
    """Make a mount read-only whose devices stay usable, in this mount namespace (see `set_readonly`)."""
    if not _set_attributes(path, MOUNT_ATTR_RDONLY, 0):
        mount("none", path, flags=MS_REMOUNT | MS_BIND | MS_RDONLY)


def set_writable(path: str) -> None:
    """Make a mount writable and its devices usable, in this mount namespace. Raises OSError."""
    if not _set_attributes(path, 0, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV):
        mount("none", path, flags=MS_REMOUNT | MS_BIND)


def _set_attributes(path: str, wanted: int, unwanted: int) -> bool:
    """Change a mount's attributes. Return False on a kernel that is too old for it."""
    attributes = _MountAttributes(wanted, unwanted, 0, 0)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    if _libc.syscall(MOUNT_SETATTR, AT_FDCWD, os.fsencode(path), 0, ctypes.byref(attributes), size) == 0:
        return True
    code = ctypes.get_errno()
    if code != errno.ENOSYS:
        raise OSError(code, os.strerror(code), path)
    return False


def set_all_readonly(path: str) -> None:
    """Make a mount and all below it read-only, without devices and without setuid, in this mount namespace, at once.

    mount_setattr(2), since Linux 5.12; there is no other way that leaves no mount out. Raises OSError.
    """
    attributes = _MountAttributes(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0, MS_PRIVATE, 0)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    arguments = AT_FDCWD, os.fsencode(path), AT_RECURSIVE, ctypes.byref(attributes), size
    _check(_libc.syscall(MOUNT_SETATTR, *arguments), "mount_setattr", path)


def allow_devices(path: str) -> None:
    """Let the devices on a mount be used (see `set_all_readonly`). Raises OSError."""
    _set_attributes(path, 0, MOUNT_ATTR_NODEV)


def clone_mount(path: str) -> int:
    """Return a descriptor of a mount like that at `path`, and of those on it, which is nowhere yet (open_tree(2), since
    Linux 5.2). Raises OSError.
    """
    flags = OPEN_TREE_CLONE | AT_RECURSIVE | os.O_CLOEXEC
    return _opened(_libc.syscall(OPEN_TREE, AT_FDCWD, os.fsencode(path), flags), path)


def clone_folder(folder: int) -> int:
    """Return a descriptor of a mount of an open folder alone, which is nowhere yet, as `clone_mount` does."""
    flags = OPEN_TREE_CLONE | AT_EMPTY_PATH | os.O_CLOEXEC
    return _opened(_libc.syscall(OPEN_TREE, folder, b"", flags), "open_tree")


def tame(mount: int, owners: int | None) -> None:
    """Let nothing on a mount that is nowhere yet be setuid, or a device, or be mounted elsewhere, too; with `owners`, a
    user namespace, show its files with the owners that their numbers have there (mount_setattr(2), since Linux 5.12).

    Raises OSError, for one where the file system cannot do that.
    """
    wanted = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (0 if owners is None else MOUNT_ATTR_IDMAP)
    attributes = _MountAttributes(wanted, 0, MS_PRIVATE, owners or 0)
    size = ctypes.c_size_t(ctypes.sizeof(attributes))
    _check(_libc.syscall(MOUNT_SETATTR, mount, b"", AT_EMPTY_PATH, ctypes.byref(attributes), size), "mount_setattr")


def fresh_mount(kind: str) -> int:
    """Open the root folder of a new mount of a file system, which is nowhere (fsopen(2), since Linux 5.2).

    Return its descriptor; raises OSError.
    """
    context = _opened(_libc.syscall(FSOPEN, kind.encode(), 1), kind)
    try:
        _check(_libc.syscall(FSCONFIG, context, FSCONFIG_CMD_CREATE, None, None, 0), "fsconfig", kind)
        root = _opened(_libc.syscall(FSMOUNT, context, 1, 0), kind)
    finally:
        os.close(context)
    try:
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=root)  # that one is a mere place
    finally:
        os.close(root)


def _opened(fd: int, what: str) -> int:
    if fd < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), what)
    return fd


def attach_mount(fd: int, place: int) -> None:
    """Attach a mount that is nowhere yet on an open folder (move_mount(2)). Raises OSError."""
    flags = MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH
    _check(_libc.syscall(MOVE_MOUNT, fd, b"", place, b"", flags), "move_mount")


def change_root(new: str) -> None:
    """pivot_root(2): `new`, a mount, becomes the root of this mount namespace, and the old root is gone from it.

    As pivot_root(2) says under NOTES: both are stacked at one place, and the old one is taken off. Raises OSError.
    """
    os.chdir(new)
    _check(_libc.syscall(PIVOT_ROOT, b".", b"."), "pivot_root", new)
    _check(_libc.umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def drop_capability(number: int) -> None:
    """prctl(PR_CAPBSET_DROP): no program that is executed from now on gets this capability. Raises OSError."""
    _check(_libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0), "prctl")


def keep_only_capability(number: int, user: int) -> None:
    """Become an ordinary user with one capability, for this process and all that it executes, for ever: no program
    gives more (PR_SET_NO_NEW_PRIVS, and PR_CAP_AMBIENT in prctl(2)). Raises OSError.
    """
    for other in range(64):
        if other != number and _libc.prctl(PR_CAPBSET_DROP, other, 0, 0, 0):
            break  # the kernel knows no more
    _check(_libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl")
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
    low, high = (1 << number) & 0xFFFFFFFF, (1 << number) >> 32
    _check(_libc.capset(header, (ctypes.c_uint32 * 6)(low, low, low, high, high, high)), "capset")
    _check(_libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0), "prctl")
    _check(_libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "prctl")


def unshare(flags: int) -> None:
    """Move the calling process into new namespaces (unshare(2)). Raise OSError when the kernel refuses."""
    _check(_libc.unshare(flags), "unshare")


def separate_root() -> None:
    """Give the calling thread a root and a current directory of its own, apart from the other threads' (CLONE_FS in
    unshare(2)). Raise OSError when the kernel refuses.
    """
    unshare(CLONE_FS)


def setns(fd: int, kind: int) -> None:
    """Move the calling thread into the namespace behind `fd` (setns(2)). Raise OSError when the kernel refuses."""
    _check(_libc.setns(fd, kind), "setns")


def attach_filter(group: int, judged: tuple[int, int], instructions: bytes) -> None:
    """Let a BPF program of 8-byte instructions judge what is done in an open v2 group and below it (bpf(2)).

    It stays for as long as the group. Raises OSError.
    """
    program_kind, attachment_kind = judged
    code, license_ = (ctypes.create_string_buffer(text) for text in (instructions, b"GPL"))
    program = _Program(program_kind, len(instructions) // 8, ctypes.addressof(code), ctypes.addressof(license_))
    loaded = _bpf(BPF_PROG_LOAD, program)
    try:
        _bpf(BPF_PROG_ATTACH, _Attachment(group, loaded, attachment_kind, BPF_F_ALLOW_MULTI))
    finally:
        os.close(loaded)


def _bpf(command: int, attributes: ctypes.Structure) -> int:
    result: int = _libc.syscall(BPF, command, ctypes.byref(attributes), ctypes.sizeof(attributes))
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code), "bpf")
    return result


def die_with_parent(signal: int) -> None:
    """Let the kernel send us `signal` when the thread that made us ends (PR_SET_PDEATHSIG in prctl(2))."""
    _check(_libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0), "prctl")


def name_process(name: str) -> None:
    """Set the name by which `ps -o comm` and `pkill` know us, at most 15 bytes (PR_SET_NAME in prctl(2))."""
    _check(_libc.prctl(PR_SET_NAME, name.encode(), 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Adopt descendants whose parent ends, in place of PID 1 (PR_SET_CHILD_SUBREAPER in prctl(2))."""
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
