"""What the sealed lab does not hold harmless: the machine's processes, and the way out through its first one."""

from __future__ import annotations

import pytest

from runner.course import dangerous_commands


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("pkill sleep", "kill-by-name"),
        ("pkill -x -f 'sleep 100000'; wait", "kill-by-name"),
        ("sudo killall -9 bash", "kill-by-name"),
        ("killall -s KILL bash", "kill-by-name"),
        ("kill -9 -1", "kill-by-name"),
        ("kill -- -1", "kill-by-name"),
        ("fuser -km /", "kill-by-name"),
        ("nsenter -t 1 -m touch /etc/x", "out-of-the-lab"),
        ("nsenter --target=1 --all", "out-of-the-lab"),
        ("chroot /proc/1/root", "out-of-the-lab"),
        ("sh -c 'touch /proc/1/root/x'", "out-of-the-lab"),
        ("losetup /dev/loop0 disk", "whole-machine"),
        ("losetup -f --show disk", "whole-machine"),
        ("mount -o ro,loop disk /mnt", "whole-machine"),
        ("dmesg -C", "whole-machine"),
        ("echo b > /proc/sysrq-trigger", "whole-machine"),
    ],
)
def test_hazard(command: str, found: str) -> None:
    assert {name for name, _ in dangerous_commands.hazards(command)} == {found}


@pytest.mark.parametrize(
    "command",
    [
        "pkill -s 0 -x sleep",
        "pkill -P $$ sleep",
        "killall --ns $BOX sleep",
        "kill -1 $!",
        "kill -9 $!",
        "kill %1",
        "fuser -m /",
        "nsenter -t {{ pid }} -m",
        "nsenter -t 12 -m ls",
        "ls -l /proc/1/ns",
        "losetup",
        "losetup -d /dev/loop0",
        "mount -o ro disk /mnt",
        "dmesg | tail",
        "echo losetup",
    ],
)
def test_no_hazard(command: str) -> None:
    assert list(dangerous_commands.hazards(command)) == []
