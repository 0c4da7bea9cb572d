"""The seal: what a slip of the lab's root user cannot reach. What would harm a machine is tried in tests/vm alone."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from runner.host import cgroups, kernel
from runner.lab.lab import Lab

pytestmark = pytest.mark.root


def type_(lab: Lab, command: str) -> str:
    return lab.terminal.run(command, timeout=10, limit=65536, emit=lambda _: None, new_shell=True).output


def test_the_machines_files_can_be_read_and_not_written(running: Lab) -> None:
    assert type_(running, "cat /etc/debian_version") == Path("/etc/debian_version").read_text()
    for command in ("touch /etc/x", "rm /etc/debian_version", "mkdir /x", "mount -o remount,rw / && touch /x"):
        shown = type_(running, command)
        assert "Read-only file system" in shown or "write-protected" in shown, command
    assert Path("/etc/debian_version").exists()


def test_no_mount_that_a_remount_makes_writable_leads_to_the_machines_files(running: Lab) -> None:
    """What it shares with the machine are the kernel's own file systems; all files are copies or below an overlay."""
    machine = {mount.device for mount in kernel.mounts()}
    shared = [mount for mount in kernel.mounts(running.shell.pid) if mount.device in machine]
    assert {mount.fstype for mount in shared} <= {"proc", "sysfs", "devpts", "cgroup", "cgroup2"}, shared
    assert "devpts" in {mount.fstype for mount in shared}, "the terminals, to name one"


def test_what_a_lab_writes_in_private_folders_stays_there(running: Lab) -> None:
    for folder in ("/tmp", "/var/tmp", "/run", "/root", "/dev/shm"):
        assert type_(running, f"echo mine > {folder}/semdocker-mine; cat {folder}/semdocker-mine") == "mine\n"
        assert not Path(folder, "semdocker-mine").exists()


def test_its_network_objects_and_groups_are_its_own(running: Lab) -> None:
    for kind in ("mnt", "net", "ipc", "cgroup"):
        assert kernel.namespace(running.shell.pid, kind) != kernel.namespace(os.getpid(), kind)
    for kind in ("pid", "uts", "user", "time"):
        assert kernel.namespace(running.shell.pid, kind) == kernel.namespace(os.getpid(), kind)
    assert kernel.links(running.shell.pid) == ("lo",)
    assert "1" in type_(running, "cat /sys/class/net/lo/carrier")
    assert type_(running, "ls /sys/class/net") == "lo\n"


def test_the_terminal_is_the_machines_own(running: Lab) -> None:
    terminal = Path(f"/proc/{running.shell.pid}/fd/0").readlink()
    assert type_(running, "tty") == f"{terminal}\n"


def test_there_is_no_disk_among_its_devices(running: Lab) -> None:
    assert type_(running, "find /dev -type b") == ""
    assert type_(running, "head -c 3 /dev/zero | wc -c; echo gone > /dev/null") == "3\n"


def test_of_the_kernels_values_only_those_of_its_network_can_be_set(running: Lab) -> None:
    before = Path("/proc/sys/net/ipv4/ip_forward").read_text()
    other = "0" if before == "1\n" else "1"
    assert type_(running, f"echo {other} > /proc/sys/net/ipv4/ip_forward; cat /proc/sys/net/ipv4/ip_forward") == (
        f"{other}\n"
    )
    assert Path("/proc/sys/net/ipv4/ip_forward").read_text() == before
    assert "Read-only file system" in type_(running, "echo 10 > /proc/sys/kernel/panic")


def test_a_group_in_any_tree_lands_below_the_labs_own_and_goes_with_it(running: Lab) -> None:
    """runc makes its groups in all trees of cgroup v1, not only in those that the lessons use."""
    bases = cgroups.read().bases
    for base in bases:
        assert type_(running, f"mkdir {base}/mine && cat {base}/mine/cgroup.procs") == "", base
        assert not (base / "mine").exists()
        assert (base / running.notice.group / "mine").is_dir()
    assert running.close().clean
    assert not [base for base in bases if (base / running.notice.group).exists()]


@pytest.mark.skipif(not cgroups.read().v2, reason="the filter is put on a group of cgroup v2")
def test_in_a_container_with_its_own_proc_the_machines_values_cannot_be_set(running: Lab) -> None:
    """Each is set to what it is, so that a missing filter harms nothing."""
    type_(running, "unshare -p -u -f --kill-child --mount-proc /bin/bash --norc")
    for name, verdict in {
        "vm/swappiness": "Operation not permitted",
        "kernel/panic": "Operation not permitted",
        "kernel/hostnam": "No such file or directory",
        "kernel/hostname": "",
        "kernel/shmmax": "",
        "fs/mqueue/msg_max": "",
        "net/ipv4/ip_forward": "",
        "net/netfilter/nf_hooks_lwtunnel": "Operation not permitted",
    }.items():
        if "netfilter" in name and not Path("/proc/sys", name).exists():
            continue  # its module is not loaded
        shown = type_(running, f"value=$(cat /proc/sys/{name}) && echo $value > /proc/sys/{name}")
        assert verdict in shown and bool(verdict) == bool(shown), name
    type_(running, "exit")


@pytest.mark.parametrize("folder", ["bus", "irq", "fs"])
def test_below_proc_what_is_the_machines_cannot_be_written(running: Lab, folder: str) -> None:
    """Zeros into /proc/bus/pci stopped a machine."""
    if not any(Path(f"/proc/{folder}").iterdir()):
        pytest.skip("there is nothing on this machine")
    files = f"find /proc/{folder} -type f -writable"
    assert int(type_(running, f"{files} | wc -l")) == 0
    assert "Read-only file system" in type_(running, f"touch $(find /proc/{folder} -type f | head -n 1)")


@pytest.mark.parametrize("user", ["", "setpriv --reuid 1000 --regid 1000 --clear-groups "])
def test_an_unprivileged_container_may_still_mount_a_proc_of_its_own(running: Lab, user: str) -> None:
    assert type_(running, f"{user}unshare -U -r -p -f --mount-proc ps -o pid= -p 1").split() == ["1"]


def test_what_could_stop_the_machine_is_not_among_its_capabilities(running: Lab) -> None:
    row = next(row for row in type_(running, "cat /proc/self/status").splitlines() if row.startswith("CapEff"))
    capabilities = int(row.split()[1], 16)
    for number in (16, 17, 20, 22, 25, 30, 33):  # modules, raw I/O, accounting, reboot, the clock, audit, policies
        assert not capabilities & (1 << number)
    for number in (18, 19, 21, 27):  # chroot, ptrace, mounts and names, devices: the lessons need them
        assert capabilities & (1 << number)


def test_a_second_shell_joins_all_of_it(running: Lab) -> None:
    """`semdocker shell` asks nsenter for the kinds that are the lab's own; what it shows is what the lab has."""
    join = ["nsenter", "-t", str(running.shell.pid), "--mount", "--net", "--ipc", "--cgroup"]
    type_(running, "touch /containers/mine")
    done = subprocess.run([*join, "ls", "/containers", "/sys/class/net"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["/containers:", "mine", "/sys/class/net:", "lo"]
