"""Slips that would wreck a machine, typed in the lab by root: in a throw-away kernel, and nowhere else."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UML = Path(__file__).with_name("uml.py")
BUDGET = 600

Debian = Callable[..., subprocess.CompletedProcess[str]]
pytestmark = [
    pytest.mark.vm,
    pytest.mark.timeout(BUDGET + 30),
    pytest.mark.skipif(not shutil.which("linux.uml"), reason="no linux.uml: apt-get install user-mode-linux kmod"),
]


MODES = pytest.mark.parametrize("mode", [(), ("--v1",)], ids=["v2", "v1"])


def in_a_kernel(module: str, *mode: str, words: Sequence[str] = ()) -> None:
    uml = [sys.executable, str(UML), *mode, f"--timeout={BUDGET}", "--", sys.executable, "-m", module, *words]
    done = subprocess.run(uml, cwd=UML.parents[2], capture_output=True, text=True, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


@MODES
def test_no_slip_in_the_lab_changes_the_machine(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.slips", *mode)


@MODES
def test_what_others_set_meanwhile_is_not_put_back(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.neighbours", *mode)


@MODES
def test_what_a_remount_reaches_gets_its_options_back(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.options", *mode)


@MODES
def test_a_tree_of_groups_that_the_machine_has_not_mounted_is_read_only(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.trees", *mode)


@MODES
def test_status_answers_although_the_root_of_a_process_does_not(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.silent_root", *mode)


@MODES
def test_the_lab_ends_although_a_program_in_it_holds_up_who_looks_or_who_dies(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.malice", *mode)


@MODES
def test_a_lease_on_every_file_of_its_groups_does_not_hold_up_the_end(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.leases", *mode)


@MODES
def test_who_has_next_to_no_cpu_or_disk_ends_with_the_lab(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.throttled", *mode)


@MODES
def test_no_group_is_made_in_a_jail(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.jails", *mode)


@MODES
def test_what_the_lab_leaves_is_told_and_the_command_takes_it_away(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.traces", *mode)


@MODES
def test_a_folder_of_the_physical_host_is_read_only_in_the_lab(mode: tuple[str, ...], tmp_path: Path) -> None:
    in_a_kernel("tests.vm.disks", *mode, f"--share={tmp_path}", words=[str(tmp_path)])


@pytest.mark.parametrize("suite", ["bookworm", "trixie"])
def test_a_disk_in_use_is_read_only_in_the_lab(suite: str, debian: Debian, wheel: Path) -> None:
    script = "/opt/semdocker/bin/python3 -m tests.vm.disks"
    options = [f"--suite={suite}", "--user=root", "--install", wheel, "--src", ROOT, f"--timeout={BUDGET}"]
    done = debian(script, *options)
    print(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]


def test_a_container_that_left_the_labs_files_is_found_without_groups() -> None:
    in_a_kernel("tests.vm.pivoted")


@MODES
def test_a_lab_is_left_alone_by_chroots_and_containers(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.worlds", *mode)


@MODES
def test_the_lab_ends_whatever_befalls_guardian_and_threads(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.guardians", *mode)


@MODES
def test_a_crash_in_a_jail_starts_no_program_of_the_machine(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.crashes", *mode)


@MODES
def test_what_an_unprivileged_user_mounts_is_no_lab(mode: tuple[str, ...]) -> None:
    in_a_kernel("tests.vm.strangers", *mode)
