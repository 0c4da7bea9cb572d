"""The command that gives this machine a missing capability, for Debian, Ubuntu and Fedora."""

from __future__ import annotations

from functools import cache

# A program whose package has another name: first on Debian and Ubuntu, then on Fedora.
PACKAGES = {
    "ps": ("procps", "procps-ng"),
    "free": ("procps", "procps-ng"),
    "busybox": ("busybox-static", "busybox"),
    "ldd": ("libc-bin", "glibc-common"),
    "readelf": ("binutils", "binutils"),
    "ip": ("iproute2", "iproute"),
    "ss": ("iproute2", "iproute"),
    "awk": ("mawk", "gawk"),
    **dict.fromkeys(("unshare", "mount", "umount", "nsenter", "lsns"), ("util-linux", "util-linux")),
    **dict.fromkeys(("chroot", "ls", "cp", "mknod", "timeout", "stat"), ("coreutils", "coreutils")),
}
# Some kernels (Raspberry Pi OS) switch the memory controller on only with an option at boot.
BOOT = {
    "debian": "sed -i 's/^GRUB_CMDLINE_LINUX=\"/&{option} /' /etc/default/grub && update-grub && reboot",
    "fedora": "grubby --update-kernel=ALL --args={option} && reboot",
}


def command(capability: str) -> str:
    """Return what to type as root; empty when no command helps (an old kernel, a container without privileges)."""
    family, _, name = capability.partition(".")
    if family == "root":
        return "sudo semdocker run"
    if family == "tool":
        return _install(*PACKAGES.get(name, (name, name)))
    if capability == "cgroup.memory":
        return _boot("cgroup_enable=memory")
    if capability == "cgroup.swap":
        return _boot("swapaccount=1")
    return ""


def _install(debian: str, fedora: str) -> str:
    commands = {"debian": f"apt-get install -y {debian}", "fedora": f"dnf install -y {fedora}"}
    return _for_here(commands)


def _boot(option: str) -> str:
    return _for_here({family: text.format(option=option) for family, text in BOOT.items()})


def _for_here(commands: dict[str, str]) -> str:
    """Return the command for this distribution. An unknown distribution gets all commands, each with its name."""
    return commands.get(_family()) or " | ".join(f"{name}: {text}" for name, text in commands.items())


@cache
def _family() -> str:
    import platform

    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return ""
    likes = [release.get("ID", ""), *release.get("ID_LIKE", "").split()]
    return next((name for name in ("debian", "fedora") if name in likes), "")
