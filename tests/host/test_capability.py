"""What of a capability can be read, the commands that try the rest, and the cures; nothing here changes the machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from runner.course import load
from runner.host import (
    capability,
    capability_fixes,
    cgroups,
    confinement,
    kernel_files,
    package_files,
    shell_environment,
)
from runner.records.results import Missing


def tree_of(folder: Path, offered: str, **v1: Path) -> cgroups.Hierarchies:
    (folder / "cgroup.controllers").write_text(offered + "\n")
    return cgroups.Hierarchies(folder, v1)


def observed(name: str) -> str:
    lacks = capability.look(name)
    return lacks.observed if lacks else ""


def test_every_capability_is_looked_at_or_tried() -> None:
    for name in capability.NAMES:
        assert name in {"root", "powers", "locale"} or name.startswith("cgroup.") or capability.command(name), name
        capability.look(name)


def test_a_controller_must_be_offered(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cgroups, "read", lambda: tree_of(tmp_path, "hugetlb"))  # a hybrid machine
    assert observed("cgroup.memory") == "/sys/fs/cgroup: memory absent (v2: hugetlb)"
    monkeypatch.setattr(cgroups, "read", lambda: tree_of(tmp_path, "cpu memory"))
    assert observed("cgroup.memory") == ""
    assert "pids absent" in observed("cgroup.pids")


def test_versions_are_not_mixed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cgroups, "read", lambda: tree_of(tmp_path, "memory", cpu=tmp_path, pids=tmp_path))
    lacks = capability.look("cgroup.memory")
    assert lacks
    assert (lacks.observed, lacks.cause) == ("cpu: v1, memory: v2, pids: v1", "mixed-versions")
    assert "systemd.unified_cgroup_hierarchy=1" in lacks.fix


def test_no_hierarchy_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cgroups, "read", lambda: cgroups.Hierarchies(None, {}))
    assert "absent" in observed("cgroup.cpu")
    assert capability.command("cgroup.cpu") == ""


def test_a_limit_is_tried_as_the_lessons_set_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cgroups, "read", lambda: tree_of(tmp_path, "cpu memory pids"))
    top = str(tmp_path)
    assert capability.command("cgroup.cpu") == (
        f"echo +cpu > {top}/cgroup.subtree_control && mkdir -p {top}/try && echo 50000 100000 > {top}/try/cpu.max"
        f" && (echo $BASHPID > {top}/try/cgroup.procs)"
    )
    monkeypatch.setattr(cgroups, "read", lambda: cgroups.Hierarchies(None, {"cpu": tmp_path}))
    assert f" && echo 50000 > {top}/try/cpu.cfs_quota_us" in capability.command("cgroup.cpu")


def test_a_panic_is_never_risked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cgroups, "read", lambda: tree_of(tmp_path, "cpu memory pids"))
    words = kernel_files.words
    for setting, cause in (("0", ""), ("1", ""), ("2", "panic-on-oom")):
        monkeypatch.setattr(
            kernel_files, "words", lambda path, told=setting: [told] if "panic_on_oom" in str(path) else words(path)
        )
        lacks = capability.look("cgroup.memory")
        assert (lacks.cause if lacks else "") == cause
    assert lacks == Missing("cgroup.memory", "vm.panic_on_oom=2", "sysctl -w vm.panic_on_oom=0", "panic-on-oom")


def test_who_is_not_root_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert capability.look("root") == Missing("root", "uid 1000", "sudo semdocker run")


def test_programs_are_looked_for_where_the_lab_looks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert observed("tool.sh") == ""
    assert observed("tool.no-such-program") == "absent"
    fake = tmp_path / "busybox"
    fake.write_text(f"#!/bin/sh\necho ash {' '.join(set(capability.APPLETS) - {'ip', 'wget'})}\n")
    fake.chmod(0o755)
    monkeypatch.setattr(shell_environment, "PATH", str(tmp_path))
    assert observed("tool.busybox") == f"{fake}: no ip, wget"
    fake.unlink()
    fake.symlink_to("/bin/bash")
    assert observed("tool.busybox") == f"{fake}: not static"


def test_busybox_is_asked_for_all_that_lessons_use_of_it() -> None:
    files = (file for name in ("lesson", "exercise") for file in package_files.lessons().rglob(f"{name}.yaml"))
    used = {name for file in files for name in re.findall(r"\bbusybox ([a-z]+)", file.read_text())}
    assert used and used <= {*capability.APPLETS}


@pytest.mark.parametrize(
    ("family", "name", "expected"),
    [
        ("debian", "ps", "apt-get install -y procps"),
        ("fedora", "ps", "dnf install -y procps-ng"),
        ("debian", "strace", "apt-get install -y strace"),
        ("", "busybox", "debian: apt-get install -y busybox-static | fedora: dnf install -y busybox"),
    ],
)
def test_programs_to_install(monkeypatch: pytest.MonkeyPatch, family: str, name: str, expected: str) -> None:
    monkeypatch.setattr(capability_fixes, "_family", lambda: family)
    assert capability_fixes.program(name) == expected


def test_options_at_boot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(capability_fixes, "_family", lambda: "fedora")
    expected = "grubby --update-kernel=ALL --args=cgroup_enable=memory && reboot"
    assert capability_fixes.controller("memory", tree_of(tmp_path, "cpu")) == expected


@pytest.mark.parametrize(
    ("capability", "said", "cause", "command"),
    [
        ("namespace.uts", "unshare: failed to execute hostname: No such file or directory", "", "install -y hostname"),
        ("namespace.pid", "unshare: command not found", "", "install -y util-linux"),
        (
            "cgroup.cpu",
            "+cpu > /sys/fs/cgroup/cgroup.subtree_control: Device or resource busy",
            "inner-processes",
            "xargs",
        ),
        ("lab", "/var/lib/semdocker/x: Read-only file system", "read-only", "mount -o remount,rw /"),
        ("lab", "/dev/pts/ptmx: No space left on device", "few-terminals", "kernel.pty.max"),
        ("lab", "/dev/pts/ptmx: No such file or directory", "no-terminals", "mount -t devpts"),
        ("lab", "mount /tmp/root: overlay: No such device", "", "modprobe overlay"),
        ("tc.tbf", "Error: Specified qdisc kind is unknown.", "", "modprobe sch_tbf"),
        ("tc.redirect", "Error: Unknown device type.", "", "modprobe -a ifb sch_ingress cls_u32 act_mirred"),
        ("tc.redirect", "Error: TC classifier not found.", "", "act_mirred"),
        ("link.veth", "Error: Unknown device type.", "", "modprobe veth"),
        ("nft.nat", "nft: command not found", "", "install -y nftables"),
        ("mknod", "something that nobody has seen before", "", ""),
    ],
)
def test_what_failed_has_a_cause_and_a_command(capability: str, said: str, cause: str, command: str) -> None:
    found, cure = capability_fixes.for_failure(capability, said)
    assert found == cause
    assert command in cure if command else not cure


def test_a_low_limit_on_namespaces_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"max_net_namespaces": "0", "max_uts_namespaces": "3"}
    words = kernel_files.words
    monkeypatch.setattr(
        kernel_files,
        "words",
        lambda path: [limits.get(Path(path).name, "9999")] if "namespaces" in str(path) else words(path),
    )
    said = "unshare: unshare failed: No space left on device"
    expected = ("namespace-limit", "sysctl -w user.max_net_namespaces=1024 user.max_uts_namespaces=1024")
    assert capability_fixes.for_failure("namespace.net", said) == expected


def test_a_low_limit_on_keys_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    limits, words = {"root_maxkeys": "1", "root_maxbytes": "90000000"}, kernel_files.words
    monkeypatch.setattr(
        kernel_files, "words", lambda path: [limits[Path(path).name]] if Path(path).name in limits else words(path)
    )
    said = "ERRO[0000] runc create failed: unable to create session key: disk quota exceeded"
    assert capability_fixes.for_failure("engine.runc", said) == ("", "sysctl -w kernel.keys.root_maxkeys=1000000")


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        (
            "unprivileged_userns_clone", "0",
            ("userns-for-root", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ),
        (
            "apparmor_restrict_unprivileged_userns", "1",
            ("userns-apparmor", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
        ),
        ("unprivileged_userns_clone", "1", ("", "")),
        ("apparmor_restrict_unprivileged_userns", "0", ("", "")),
    ],
)  # fmt: skip
def test_what_keeps_user_namespaces_from_ordinary_users_is_named(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, expected: tuple[str, str]
) -> None:
    words, exists = kernel_files.words, Path.exists
    names = {name for name, _, _ in capability_fixes.USERNS_SETTINGS}
    monkeypatch.setattr(kernel_files, "words", lambda path: [value] if Path(path).name == setting else words(path))
    monkeypatch.setattr(Path, "exists", lambda path: path.name == setting if path.name in names else exists(path))
    monkeypatch.setattr(kernel_files, "rows", lambda path: [])
    for said in (
        "unshare: unshare failed: Operation not permitted",
        "unshare: write failed /proc/self/uid_map: Operation not permitted",
        "hostname: you must be root to change the host name",
    ):
        assert capability_fixes.for_failure("namespace.user", said) == expected
        assert capability_fixes.for_failure("namespace.uts", said) == ("", ""), "root's own are another matter"


@pytest.mark.parametrize(
    ("facts", "said", "cause"),
    [
        ({"lacks_admin"}, "unshare: Operation not permitted", "no-admin"),
        ({"in_user_namespace"}, "mount /tmp/root: Invalid argument", "user-namespace"),
        ({"in_chroot"}, "pivot_root /tmp/root: Invalid argument", "chroot"),
        ({"in_chroot"}, "mount /: Invalid argument", "chroot"),
        ({"on_overlay", "in_chroot"}, "mount /tmp/root: Invalid argument", "layers"),
        ({"on_overlay"}, "pivot_root /tmp/root: Invalid argument", ""),
        ({"in_chroot", "on_overlay"}, "unshare: Operation not permitted", ""),
    ],
)
def test_where_no_lab_can_be_opened_is_told_by_facts(
    monkeypatch: pytest.MonkeyPatch, facts: set[str], said: str, cause: str
) -> None:
    for name in ("lacks_admin", "in_user_namespace", "in_chroot", "on_overlay"):
        monkeypatch.setattr(confinement, name, partial(bool, name in facts))
    assert capability_fixes.for_failure("lab", said) == (cause, "")


def test_the_list_is_closed() -> None:
    assert capability.known("mount.tmpfs")
    assert capability.known("tool.ps")
    assert not capability.known("tool.")
    assert not capability.known("mount.ext4")
    assert not capability.known("tool.PS")


def test_the_lessons_ask_only_for_what_is_known() -> None:
    for lesson in load.course(package_files.lessons()).lessons:
        assert all(map(capability.known, lesson.requires))


def test_a_profile_for_unshare_is_unloaded_by_the_file_it_is_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    loaded, rows = ["firefox (enforce)", "unpriv_unshare (enforce)", "unshare (enforce)"], kernel_files.rows
    monkeypatch.setattr(kernel_files, "rows", lambda path: loaded if "apparmor" in str(path) else rows(path))
    (tmp_path / "unshare-userns-restrict").write_text(
        "abi <abi/4.0>,\nprofile unshare /usr/bin/unshare {\n}\nprofile unpriv_unshare {\n}\n"
    )
    (tmp_path / "firefox").write_text("profile firefox /usr/bin/firefox {\n}\n")
    cause, cure = capability_fixes.for_failure("namespace.uts", "hostname: you must be root to change the host name")
    assert cause == "confined"
    told = subprocess.run(
        ["bash", "-c", cure.replace("/etc/apparmor.d", str(tmp_path)).replace("apparmor_parser", "echo")],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert told.split() == ["-R", str(tmp_path / "unshare-userns-restrict")]


def test_a_library_that_the_usual_folders_have_not_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A bash that wants a library of another name, of which the loader's cache alone would know."""
    odd = tmp_path / "bash"
    odd.write_bytes(capability.BASH.read_bytes().replace(b"libc.so.6\0", b"libX.so.6\0"))
    for program, said in ((capability.BASH, ""), (odd, "libX.so.6 => not found")):
        monkeypatch.setattr(capability, "BASH", program)
        capability._libraries_of_the_cache.cache_clear()
        assert capability._libraries_of_the_cache() == said
    capability._libraries_of_the_cache.cache_clear()


@pytest.mark.root
@pytest.mark.parametrize("lost", ["net_raw", "sys_ptrace", "setfcap"])
def test_a_root_user_without_what_containers_are_given_is_told(lost: str) -> None:
    code = "from runner.host import capability; print(capability.look('powers'))"
    bound = ["setpriv", f"--bounding-set=-{lost}", f"--inh-caps=-{lost}", sys.executable, "-c", code]
    done = subprocess.run(bound, capture_output=True, text=True, check=True)
    assert f"CapEff: - CAP_{lost.upper()}" in done.stdout
    assert "few-powers" in done.stdout
    assert capability.look("powers") is None


def test_a_root_user_who_can_get_no_more_rights_is_told() -> None:
    """As in a service with NoNewPrivileges=yes: no program of a lesson can give any (prctl(2))."""
    code = "from runner.host import capability; print(capability.look('powers'))"
    bound = ["setpriv", "--no-new-privs", sys.executable, "-c", code]
    done = subprocess.run(bound, capture_output=True, text=True, check=True)
    assert ("NoNewPrivs: 1" in done.stdout) == (os.geteuid() == 0)
