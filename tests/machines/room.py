"""A room with machines in it, made of namespaces: each has files, a network card, processes, control groups and a name
of its own, and an SSH server. What is written on one of them is kept in memory, and goes with it.
"""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from pathlib import Path

from tests.support.waiting import PATIENCE

NET = "10.77.0"  # in a network of our own, which nobody outside sees
CGROUPS = Path("/sys/fs/cgroup")

# The machine's own control groups, in each hierarchy; then its namespaces. A cpuset must be told its CPUs.
POWER_ON = """
for group in $GROUPS; do
  mkdir -p $group
  for file in cpuset.cpus cpuset.mems; do
    [ ! -e $group/$file ] || cat ${group%/*}/$file >$group/$file
  done
  echo $$ >$group/cgroup.procs
done
exec unshare --mount --net --pid --uts --ipc --cgroup --propagation private --fork --kill-child bash -euc "$0" "$@"
"""
BOOT = """
name=$1 place=$2
hostname $name
mount -t tmpfs -o mode=755 machine $place
mkdir $place/{upper,work,all}
mount -t overlay -o lowerdir=/,upperdir=$place/upper,workdir=$place/work machine $place/all
cd $place/all
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 machine sys/fs/cgroup
for group in $GROUPS; do
  here=sys/fs/cgroup/$(basename ${group%/*})
  [ ${group%/*} != /sys/fs/cgroup ] || here=sys/fs/cgroup
  mkdir -p $here
  mount --bind $group $here
done
mount -t tmpfs -o mode=755 machine dev
cp -a /dev/{null,zero,full,random,urandom,tty} dev
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=666,mode=620,gid=5 devpts dev/pts
mount -t tmpfs -o mode=1777 machine dev/shm
mount -t tmpfs -o mode=755 machine run
mount -t tmpfs -o mode=1777 machine tmp
mount -t tmpfs machine var/tmp
rm -rf var/lib/semdocker opt/semdocker usr/local/bin/semdocker
pivot_root . mnt
umount -l /mnt
mkdir -p /run/sshd /root/.ssh
echo "$KEY" >/root/.ssh/authorized_keys
rm -f /etc/ssh/ssh_host_*
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
ip address add $3/24 dev eth0
ip link set eth0 up
/usr/sbin/sshd -D -e -f /dev/null -o UsePAM=yes -o UseDNS=no -o 'Subsystem=sftp internal-sftp' &
wait
"""


class Room:
    """The teacher's side: a network with a cable to each machine. Everything ends with it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machines: dict[str, Machine] = {}
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / "key"))
        words = ("unshare", "--net", "--pid", "--mount-proc", "--fork", "--kill-child", "sleep", "infinity")
        self._process = subprocess.Popen(words)
        self.pid = inside(self._process)
        self._ip("link set lo up")
        self._ip("link add room type bridge")
        self._ip(f"address add {NET}.1/24 dev room")
        self._ip("link set room up")

    @property
    def enter(self) -> tuple[str, ...]:
        """The words that stand before a command of the teacher's."""
        return ("nsenter", "--target", str(self.pid), "--net", "--pid", "--mount", "--wdns=/")

    @property
    def config(self) -> Path:
        """How ssh finds the machines, as `vagrant ssh-config` would say it."""
        path = self.folder / "machines"
        common = f"User root\n  IdentityFile {self.folder}/key\n  UserKnownHostsFile {self.folder}/known_hosts"
        path.write_text(
            "".join(f"Host {one.name}\n  HostName {one.address}\n  {common}\n" for one in self.machines.values())
        )
        return path

    def _ip(self, line: str) -> None:
        """Change the room's network. The PIDs are those that we see."""
        run("nsenter", f"--net=/proc/{self.pid}/ns/net", "ip", *line.split())

    def teacher(self, *words: str, **options: object) -> subprocess.CompletedProcess[str]:
        return run(*self.enter, *words, **options)

    def add(self, name: str) -> Machine:
        number = len(self.machines) + 10
        found = self.machines[name] = Machine(
            name, f"{NET}.{number}", self.folder, (self.folder / "key.pub").read_text()
        )
        self._ip(f"link add {name} type veth peer name eth0 netns {found.pid}")
        self._ip(f"link set {name} master room up")
        return found

    def cut(self, name: str) -> None:
        """Pull the plug: the machine says nothing more, not even that it ends."""
        self._ip(f"link set {name} down")
        self.machines[name].off()

    def close(self) -> None:
        for machine in self.machines.values():
            machine.off()
        self._process.kill()
        self._process.wait()


class Machine:
    """One machine. Its files are those of ours as long as it changes nothing."""

    def __init__(self, name: str, address: str, folder: Path, key: str) -> None:
        self.name, self.address = name, address
        self._groups = [
            top / f"{folder.name}-{name}.slice" for top in hierarchies()
        ]  # no lab outside minds systemd's groups
        place = folder / name
        place.mkdir()
        groups = " ".join(map(str, self._groups))
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "KEY": key, "GROUPS": groups}
        self._process = subprocess.Popen(
            ["bash", "-euc", POWER_ON, BOOT, name, name, str(place), address], env=environment
        )
        self.pid = inside(self._process)

    @property
    def enter(self) -> tuple[str, ...]:
        """The words that stand before a command at the machine's own console, as root."""
        return ("nsenter", "--target", str(self.pid), "--all", "--wdns=/")

    def console(self, line: str) -> str:
        return run(*self.enter, "bash", "-euc", line).stdout

    def put(self, content: bytes, path: str) -> None:
        """Write a file there, in a folder that is made when it is missing."""
        words = [*self.enter, "bash", "-euc", 'mkdir -p "${0%/*}" && cat >"$0"', path]
        subprocess.run(words, input=content, check=True)

    def off(self) -> None:
        """End all its processes; and its control groups, which the machine below would keep."""
        self._process.kill()
        self._process.wait()
        deadline = time.monotonic() + PATIENCE
        for top in self._groups:
            for folder in sorted((top, *(path for path in top.rglob("*") if path.is_dir())), reverse=True):
                while folder.is_dir() and time.monotonic() < deadline:
                    with suppress(OSError):  # its last process is still going
                        folder.rmdir()


def hierarchies() -> list[Path]:
    """Return where control groups are mounted: one place for v2 alone, else one for each hierarchy."""
    own = [path for path in sorted(CGROUPS.iterdir()) if (path / "cgroup.procs").exists() and path.is_mount()]
    return own or [CGROUPS]


def inside(process: subprocess.Popen[bytes]) -> int:
    """Wait for the child that `unshare` forks, the first process of the namespaces; return its PID."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError):
            if Path(f"/proc/{process.pid}/comm").read_text() == "unshare\n":
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
                if children:
                    return int(children[0])
        if process.poll() is not None:
            break
        time.sleep(0.01)
    process.kill()
    process.wait()
    raise RuntimeError("it did not start")


def run(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, (words, done.stdout[-3000:], done.stderr[-3000:])
    return done  # type: ignore[no-any-return]
