#!/usr/bin/env python3
"""Run one command under a User-Mode Linux kernel, on this machine's own files.

A real Linux kernel as an ordinary process: no image, no KVM, three seconds. It is how a machine
with cgroup v1 mounts tests cgroup v2, and the other way round. Inside, the command is root, sees
the files, PATH and current directory of this machine, and whatever it writes vanishes with it,
except in a --share folder. One CPU, no systemd, no network but lo, and everything that enters
the kernel costs some twenty times more than here: behaviour can be tested here, speed cannot.

The status is the command's own; 124 when time ran out, 125 when the kernel died first (its
console is shown then). Needs root and Debian's packages user-mode-linux and kmod.
"""

import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from string import Template

TIMED_OUT, KERNEL_DIED = 124, 125
CONSOLE_TAIL = 3000
XSTATE = Path(__file__).with_name("xstate.c")

# PID 1 of the little machine. It stays on as a reaper, so that orphans behave as they would anywhere.
INIT = Template(r"""#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
# The root: this machine's files below, a tmpfs that takes the writes above.
mount -t tmpfs -o size=75% tmpfs /mnt && mkdir /mnt/upper /mnt/work /mnt/root && cd /mnt
# xino: inode numbers that stay. Whiteouts: a lab that this machine itself has at work would come and go under our feet.
mkdir -p upper/var/lib && mknod upper/containers c 0 0 && mknod upper/var/lib/semdocker c 0 0
insmod "$$(find /usr/lib/uml/modules -name overlay.ko)"
mount -t overlay -o xino=on,lowerdir=/,upperdir=/mnt/upper,workdir=/mnt/work root root && cd root || exit
mkdir -p lib/modules && mount --bind usr/lib/uml/modules lib/modules
mount -t proc proc proc
mount -t sysfs sys sys
mount -t devtmpfs dev dev && mkdir -p dev/pts dev/shm
ln -s /proc/self/fd dev/fd; ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts dev/pts
mount -t tmpfs -o mode=1777 shm dev/shm
mount -t tmpfs -o mode=755 run run && mkdir run/uml
mount -t hostfs -o $scratch none run/uml
for folder in $shares; do mount -t hostfs -o "$$folder" none "./$$folder"; done
if [ $cgroup = v2 ]; then
  mount -t cgroup2 -o nsdelegate cgroup2 sys/fs/cgroup
else
  mount -t tmpfs -o mode=755 cgroup sys/fs/cgroup
  for controller in cpu,cpuacct memory pids freezer devices blkio; do
    mkdir sys/fs/cgroup/$$controller
    mount -t cgroup -o $$controller cgroup sys/fs/cgroup/$$controller || rmdir sys/fs/cgroup/$$controller
  done
fi
# UML's /proc/cpuinfo is too poor for Debian 12's ps ("Unable to get system boot time"): here it reads another file.
for library in usr/lib/*/libproc2.so.0.*; do sed -i 's,/proc/cpuinfo,/proc/version,' "$$library"; done
pivot_root . mnt && cd / && umount -l /mnt
mount --make-rshared /          # as systemd leaves it, and as a real machine has it
ip link set lo up
hostname uml
exec </dev/null >/dev/tty1 2>&1
stty -opost </dev/tty1          # no carriage returns
cd $cwd
export HOME=/root LANG=C.UTF-8 PATH=$path
{ setsid $command; echo $$? >/run/uml/status; } 2>&1 | cat      # a pipe, so that no program believes in a terminal
sync
echo o >/proc/sysrq-trigger
sleep 60
""")


def run(command: list[str], *, v1: bool, memory: str, timeout: float, share: list[Path]) -> int:
    """Boot, run the command, stream its output, give its status back."""
    with tempfile.TemporaryDirectory(prefix="semdocker-uml.") as name:
        scratch = Path(name)
        init = scratch / "init"
        init.write_text(
            INIT.substitute(
                scratch=shlex.quote(name),
                shares=shlex.join(str(folder.resolve()) for folder in share),
                cgroup="v1" if v1 else "v2",
                cwd=shlex.quote(str(Path.cwd())),
                path=shlex.quote(os.environ["PATH"]),
                command=shlex.join(command),
            )
        )
        init.chmod(0o755)
        timed_out = boot(init, scratch / "console", memory, timeout)
        status = scratch / "status"
        if status.exists() and (answer := status.read_text().strip()):
            return int(answer)
        console = (scratch / "console").read_text(errors="replace")
        reason = f"no end after {timeout:g} s" if timed_out else "the kernel died"
        print(f"uml: {reason}; its console:\n{console[-CONSOLE_TAIL:]}", file=sys.stderr)
        return TIMED_OUT if timed_out else KERNEL_DIED


def preload(scratch: Path) -> dict[str, str]:
    """On a processor with AMX, a library that lets the kernel set its processes' registers (xstate.c)."""
    if "amx_tile" not in Path("/proc/cpuinfo").read_text():
        return {}
    library = scratch / "xstate.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, XSTATE], check=True)
    return {"LD_PRELOAD": str(library)}


def boot(init: Path, console: Path, memory: str, timeout: float) -> bool:
    """Run the kernel until it ends, copying tty1 to our output; True when it had to be killed."""
    with console.open("wb") as log:
        kernel = [
            *("setpriv", "--pdeathsig", "KILL"),  # should we be killed, it goes too
            *("unshare", "--pid", "--fork", "--kill-child"),  # and takes its helpers with it
            *("sh", "-c", '"$@"; exit', "sh"),  # as PID 1 it would survive its own panic
            *("linux.uml", f"mem={memory}", "rootfstype=hostfs", "rootflags=/", "ro", "quiet"),
            *("con=null", "ssl=null", f"con0=null,fd:{log.fileno()}", "con1=null,fd:1", f"init={init}"),
        ]
        process = subprocess.Popen(
            kernel,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            pass_fds=[log.fileno()],
            env={**os.environ, **preload(init.parent), "TMPDIR": str(init.parent)},  # where it keeps its memory
        )
    late = threading.Event()

    def give_up() -> None:
        late.set()
        process.kill()

    alarm = threading.Timer(timeout, give_up)
    alarm.start()
    try:
        assert process.stdout
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
        process.wait()
    finally:
        alarm.cancel()
        process.kill()
        process.wait()
    return late.is_set()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--v1", action="store_true", help="cgroup v1 hierarchies instead of pure v2")
    parser.add_argument("--memory", default="1024M", help="memory of the little machine (%(default)s)")
    parser.add_argument("--timeout", type=float, default=300, help="seconds until it is killed (%(default)s)")
    parser.add_argument("--share", type=Path, action="append", default=[], help="folder where writes are for real")
    parser.add_argument("command", nargs="+", help="after --")
    options = vars(parser.parse_args())
    if missing := [tool for tool in ("linux.uml", "insmod", "cc") if not shutil.which(tool)]:
        packages = "user-mode-linux kmod gcc libc6-dev"
        print(f"uml: no {' nor '.join(missing)}: apt-get install {packages}", file=sys.stderr)
        return KERNEL_DIED
    for number in signal.SIGTERM, signal.SIGHUP:  # leave through every finally
        signal.signal(number, lambda caught, _: sys.exit(128 + caught))
    try:
        return run(**options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
