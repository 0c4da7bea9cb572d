"""Commands that people copy: whatever the words are, bash reads the very same from what a terminal shows."""

from __future__ import annotations

import io
import os
import subprocess
from pathlib import Path

import pytest

from runner.host import device_nodes, shell_line
from runner.lab import private_folder, snapshot
from runner.lab.seat_names import on_another
from runner.lab.snapshot import PAIR, Snapshot
from runner.messages import safe_text
from runner.records.results import Leftover, Rollback
from runner.screen.narration import View
from runner.screen.plain import Plain

NAMES = (
    b"a b", b"it's", b'"', b"$(touch pwned)", b"`touch pwned`", b"new\nline", b"*", b"-rf", b"odd\377", b"a=b",
    b"\033[31m", b"\xe2\x80\xaex", b";touch pwned", b"tab\there", b"back\\slash", b"caf\xc3\xa9", b"\xc2\xa0",
    b"\0127", b"~", b"!!", b"#",
)  # fmt: skip


def typed(command: str, folder: Path) -> None:
    """Type a command as a terminal shows it, as people see and copy it."""
    assert safe_text.line(command) == command, "what is shown is what is meant"
    assert "`" not in command, "our pages show commands between backquotes"
    subprocess.run(["bash", "-ec", command], cwd=folder, check=True, capture_output=True)
    assert not (folder / "pwned").exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_word_stays_one_word_with_the_same_bytes(name: bytes, tmp_path: Path) -> None:
    typed(f"printf %s {shell_line.word(os.fsdecode(name))} > told", tmp_path)
    assert (tmp_path / "told").read_bytes() == name


@pytest.mark.parametrize("name", NAMES)
def test_every_remedy_reaches_the_very_file(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    link = tmp_path / "link"
    link.symlink_to("elsewhere")
    for command in (
        shell_line.line("mkdir", shell_line.path(os.fsdecode(name))),
        snapshot.compare(with_("cgroups"), with_("cgroups", str(path)))[0].remove,
        device_nodes.remedy(str(path), "l 0:0 777 0:0 " + os.fsdecode(name)),
        shell_line.line("rm", str(path)),
        device_nodes.remedy(str(path), f"d 0:0 700 {os.getuid()}:{os.getgid()}"),
    ):
        before = os.path.lexists(path)
        typed(command, tmp_path)
        assert os.path.lexists(path) != before, command
    assert path.stat().st_mode & 0o777 == 0o700
    assert sorted(os.listdir(tmp_path)) == sorted([path.name, "link"])


@pytest.mark.root
@pytest.mark.parametrize("name", NAMES)
def test_a_node_and_a_folder_aside(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / "deep" / os.fsdecode(name)
    typed(device_nodes.remedy(str(path), "c 1:3 620 0:5"), tmp_path)
    assert path.stat().st_rdev == os.makedev(1, 3)
    path.unlink()
    path.mkdir()
    typed(device_nodes.remedy(str(path), "c 1:3 620 0:5", "d 0:0 755 0:0"), tmp_path)
    assert path.is_char_device()
    typed(private_folder.aside(path).replace("/root/", f"{tmp_path}/", 1), tmp_path)
    assert [moved.name.startswith(path.name) for moved in tmp_path.iterdir() if moved.is_char_device()] == [True]


@pytest.mark.root
@pytest.mark.parametrize("name", [name for name in NAMES if b"\n" not in name])
def test_a_setting_gets_its_value_back(name: bytes, tmp_path: Path) -> None:
    """In a UTS namespace: there is a name that may be any bytes."""
    was = os.fsdecode(name)
    before, after = with_("host", f"hostname{PAIR}{was}"), with_("host", f"hostname{PAIR}other")
    (left,) = snapshot.compare(before, after)
    typed(f"unshare --uts bash -ec {shell_line.word(f'{left.remove}; cat /proc/sys/kernel/hostname > told')}", tmp_path)
    assert (tmp_path / "told").read_bytes() == name + b"\n"


def test_a_command_line_is_repeated_as_it_was(tmp_path: Path) -> None:
    argv = ["--lessons", *map(os.fsdecode, NAMES)]
    typed(f"semdocker() {{ printf '%s\\0' \"$@\" > told; }}; {on_another(argv)}", tmp_path)
    assert (tmp_path / "told").read_bytes() == b"\0".join([b"--lessons", *NAMES, b"--seat", b"NAME", b""])


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_it_unchanged(name: bytes) -> None:
    path = "/dev/*a* _b_ " + os.fsdecode(name)
    command, stream = shell_line.line("rm", path), io.StringIO()
    View(Plain(stream), "en").rolled_back(Rollback(noticed=(Leftover("nodes", f"{path}: f", command, "came"),)))
    assert f"`{command}`" in stream.getvalue()


def with_(area: str, *lines: str) -> Snapshot:
    return {one: frozenset(lines) if one == area else frozenset() for one in snapshot.AREAS}
