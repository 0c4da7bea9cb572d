"""The glossary: each term of the course, what it means, and the words that are not used for it.

One thing has one name. `semdocker glossary` shows the terms, and `lint` names each word in a lesson that AVOIDED lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from runner.messages.translatable import N_


class Term(NamedTuple):
    """A term and its meaning, as sentences to translate; `lesson` is the one that teaches it."""

    name: str
    meaning: str
    lesson: str


TERMS: tuple[Term, ...] = (
    Term(
        N_("container"),
        N_("A process and those it starts, with a root, namespaces and a cgroup of their own."),
        "verification",
    ),
    Term(
        N_("host"),
        N_("The machine outside the container. In the lab, the first terminal is the host's."),
        "chroot",
    ),
    Term(
        N_("engine"),
        N_("A container engine: a program that makes containers, such as Docker, Podman or runc."),
        "oci",
    ),
    Term(N_("image"), N_("The files that a container starts with, and a page of settings."), "rootfs"),
    Term(
        N_("chroot"),
        N_("The call that changes a process's root directory; also the place: the tree that is then its `/`."),
        "chroot",
    ),
    Term(N_("root directory"), N_("The directory that a process calls `/`. See it at `/proc/PID/root`."), "chroot"),
    Term(
        N_("root user"),
        N_("The user with number 0. What this user may do are the capabilities."),
        "chroot",
    ),
    Term(
        N_("loader"),
        N_("The program that the kernel starts first: it loads the libraries of a dynamic program. `ldd` names it."),
        "rootfs",
    ),
    Term(
        N_("library"),
        N_("A file with functions that several programs share, such as `libc.so.6`. It must be in the same root."),
        "rootfs",
    ),
    Term(N_("mount"), N_("A file system that is shown at a directory. `/proc/PID/mountinfo` lists them."), "rootfs"),
    Term(
        N_("proc"),
        N_("The file system in which the kernel shows processes: those of the PID namespace of whoever mounted it."),
        "rootfs",
    ),
    Term(
        N_("device file"),
        N_("A file without contents, with a type and two numbers, by which the kernel finds the driver."),
        "rootfs",
    ),
    Term(
        N_("namespace"),
        N_("A view of one kind of resource (processes, mounts, a name) that a group of processes has for itself."),
        "unshare",
    ),
    Term(N_("PID"), N_("The number of a process. In a PID namespace of its own the first process is 1."), "unshare"),
    Term(
        N_("PID 1"),
        N_("The first process of a PID namespace. It adopts orphans, and when it ends, all the others end."),
        "unshare",
    ),
    Term(N_("zombie"), N_("A process that has ended and that its parent has not yet waited for."), "unshare"),
    Term(
        N_("UTS namespace"),
        N_("The namespace of the hostname and the NIS domain name."),
        "hostname",
    ),
    Term(
        N_("IPC namespace"),
        N_("The namespace of System V shared memory, semaphores and queues, and of POSIX message queues."),
        "verification",
    ),
    Term(
        N_("cgroup"),
        N_("A control group: processes whose CPU, memory and number the kernel counts and limits together."),
        "cgroups",
    ),
    Term(
        N_("controller"),
        N_("The part of the kernel that limits one resource in cgroups, such as `cpu`, `memory` or `pids`."),
        "cgroups",
    ),
    Term(
        N_("quota"),
        N_("The CPU time that a cgroup may use in each period. 50000 of 100000 µs is half a CPU."),
        "cgroups",
    ),
    Term(
        N_("capability"),
        N_("One piece of the root user's power, such as CAP_SYS_CHROOT. Engines take most of them away."),
        "rootfs",
    ),
    Term(
        N_("sysfs"),
        N_("The file system below `/sys`: there the kernel answers questions about devices and about itself."),
        "rootfs",
    ),
    Term(
        N_("umask"),
        N_("The permissions that a process takes away from each file that it makes."),
        "rootfs",
    ),
    Term(
        N_("swap"),
        N_("Disk space that the kernel uses as memory, for what has not been used lately."),
        "cgroups",
    ),
    Term(
        N_("OOM killer"),
        N_("The part of the kernel that ends a process when memory is out (out of memory), in a cgroup or everywhere."),
        "cgroups",
    ),
    Term(
        N_("seccomp"),
        N_("A filter that refuses system calls. It is on when `Seccomp:` in `/proc/PID/status` is 2."),
        "verification",
    ),
    Term(
        N_("static program"),
        N_("A program that has its libraries inside and needs no loader, such as `busybox`."),
        "verification",
    ),
    Term(
        N_("network namespace"),
        N_("The namespace of interfaces, addresses, routes, ports and firewall rules. A new one has only `lo`, off."),
        "network",
    ),
    Term(
        N_("veth pair"),
        N_("A virtual cable: two interfaces, and what goes in at one comes out at the other, in whichever network."),
        "network",
    ),
    Term(
        N_("bridge"),
        N_("A switch inside the kernel. Each interface in it is one of its ports; `docker0` is one."),
        "network",
    ),
    Term(
        N_("route"),
        N_("What tells the kernel by which interface, and through whom, an address is reached. `ip route` lists them."),
        "network",
    ),
    Term(
        N_("forwarding"),
        N_("Passing on packets that are for others. `net.ipv4.ip_forward` switches it on."),
        "network",
    ),
    Term(
        N_("NAT"),
        N_("Replacing an address in packets: the sender's on the way out, the destination's for a published port."),
        "network",
    ),
    Term(
        N_("qdisc"),
        N_("The queue of a network interface: what leaves waits there. `tc` sets it; what comes in has none."),
        "bandwidth",
    ),
    Term(
        N_("tbf"),
        N_("Token bucket filter: a qdisc that lets bytes leave only as fast as tokens fall into its bucket."),
        "bandwidth",
    ),
    Term(
        N_("ifb"),
        N_("An artificial interface: what came in elsewhere is redirected to it, and waits in its queue."),
        "bandwidth",
    ),
    Term(
        N_("shared memory segment"),
        N_("Memory of the kernel (System V) that processes find by a key. It stays until it is removed."),
        "ipc",
    ),
    Term(
        N_("POSIX shared memory"),
        N_("Memory that processes share by a file in `/dev/shm`. A mount separates it, and no IPC namespace."),
        "ipc",
    ),
    Term(
        N_("abstract socket"),
        N_("A Unix socket whose name is in no directory. It belongs to the network namespace."),
        "ipc",
    ),
    Term(
        N_("pivot_root"),
        N_("The system call that changes the root of a whole mount namespace. The old root can then be let go."),
        "pivot-root",
    ),
    Term(
        N_("propagation"),
        N_("Whether a mount made in one namespace also appears in others. `shared` passes it on, `private` does not."),
        "pivot-root",
    ),
    Term(
        N_("bounding set"),
        N_("The capabilities that a process and all that it starts can have at most. It only gets smaller."),
        "capabilities",
    ),
    Term(
        N_("no_new_privs"),
        N_("A lock: no program that the process starts can give it more power. It can't be switched off."),
        "capabilities",
    ),
    Term(
        N_("setuid program"),
        N_("A program that runs with the powers of the owner of its file, whoever starts it. `sudo` is one."),
        "capabilities",
    ),
    Term(
        N_("mask"),
        N_("A mount that covers a file of `/proc` or `/sys`, or makes it read-only, so that a container can't use it."),
        "capabilities",
    ),
    Term(
        N_("--privileged"),
        N_("The option of Docker and Podman for a container with all capabilities, without masks or a seccomp filter."),
        "capabilities",
    ),
    Term(
        N_("digest"),
        N_("A number made from all the bytes of a file (sha256). In an OCI image, files are called by it."),
        "image",
    ),
    Term(
        N_("manifest"),
        N_("The page of an OCI image that lists its parts by their digests: its configuration and its layers."),
        "image",
    ),
    Term(
        N_("whiteout"),
        N_("A mark that hides a file of the layers below: a device 0:0 in overlayfs, a file `.wh.NAME` in an image."),
        "image",
    ),
    Term(
        N_("bundle"),
        N_("What runc and crun read: a directory that holds a root and `config.json`, which describes the container."),
        "oci",
    ),
)

# How plurals end, and the words that they are plurals of, in English and Portuguese.
PLURALS = (("s", ""), ("ies", "y"), ("es", ""), ("ões", "ão"), ("ns", "m"), ("is", "l"), ("eis", "el"), ("ais", "al"))

# By language: a word, and the one that the course uses instead.
AVOIDED: Mapping[str, Mapping[str, str]] = {
    "en": {
        "folder": "directory",
        "folders": "directories",
        "guinea pig": "pretend machine",
        "mend": "fix",
        "mends": "fixes",
        "mended": "fixed",
    },
    "pt": {
        "agendador": "escalonador",
        "número maior": "major",
        "número menor": "minor",
        "namespace de montagens": "namespace de montagem",
        "pasta": "diretório",
        "pastas": "diretórios",
        "somente leitura": "só para leitura",
        "só de leitura": "só para leitura",
        "terminal vivo": "terminal",
        "em v1": "no v1",
        "em v2": "no v2",
    },
}
