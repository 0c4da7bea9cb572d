"""The journal can be undone without us: by the shell lines that the README gives."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from runner.engine.lab_run import silent
from runner.lab import processes, seats, snapshot
from runner.lab.lab import Lab
from tests.conftest import BASE
from tests.support.powercut import cut_power
from tests.support.waiting import until

pytestmark = pytest.mark.root
README = Path(__file__).parents[2] / "README.md"
# Its root is no mount: it does not see the lab's mount in its own mount table.
IN_A_CHROOT = (
    "mkdir -p /containers/r/bin && cp $(type -P busybox) /containers/r/bin/ && "
    "{ setsid nohup chroot /containers/r /bin/busybox sleep 4761 >/dev/null 2>&1 & }"
)
GROUPS = 'for tree in /sys/fs/cgroup{,/*}; do [ -e "$tree/cgroup.procs" ] && mkdir -p "$tree/-exec rm/;"; done; ls -d '


def test_the_rescue_lines_of_the_readme_put_the_machine_back(seat: int) -> None:
    before = snapshot.take(seats.journal_of("default"))
    opened = Lab.open("default", seat, BASE)
    opened.terminal.run("setsid nohup sleep 4760 >/dev/null 2>&1 &", timeout=5, limit=100, emit=silent)
    opened.terminal.run(IN_A_CHROOT, timeout=5, limit=100, emit=silent)
    until(lambda: opened.bind_command("daemon", "/bin/busybox sleep 4761"), "the daemon in the chroot")
    made = opened.terminal.run(GROUPS + "/sys/fs/cgroup/{,*/}-exec*/\\;", timeout=5, limit=1000, emit=silent)
    assert "-exec rm/;" in made.output
    cut_power(opened)
    found = re.search(r"<!-- rescue -->\n```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert found
    subprocess.run(["bash", "-c", found[1]], check=True, capture_output=True)
    journal = seats.journal_of("default")
    until(lambda: not snapshot.compare(before, snapshot.take(journal)), "the machine as it was")
    until(lambda: not processes.seeing({opened.mount}), "the end of the lab's processes")
    assert not opened.journal.exists()
