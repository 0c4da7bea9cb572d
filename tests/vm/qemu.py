#!/usr/bin/env python3
"""Run one command on a real Debian with systemd: QEMU, all in software, no KVM needed.

    qemu.py build [--suite trixie] [--extra] [--again]    the image, unless it is there; prints its folder
    qemu.py run [--suite S] [--install WHEEL]… [--src DIR] [--v1] [--user root] -- COMMAND
    qemu.py run --disk FILE --cut-at TEXT [--cut-delay SECONDS] -- COMMAND
    qemu.py shell [--suite S] [--disk FILE]               serial console as root; ctrl-a x ends it

Each run boots a machine of its own and forgets it, unless --disk names a file that keeps its state.
--install puts a wheel with all it needs into a venv at /opt/semdocker, and `semdocker` on the PATH of
sudo too, as the Vagrantfile does; the packages are picked here for the guest's Python, because pip and
venv take half a minute under emulation. --src unpacks a checkout (what git tracks or does not ignore)
into the home folder's src/, where the command then starts, in a login session of --user. --cut-at is a power
cut: QEMU is killed with SIGKILL when TEXT is printed, or --cut-delay seconds later.

The status is the command's own; 124 when time ran out, 125 when the machine died first (its console is
shown then), 137 after a power cut. Needs root and Debian's qemu-system-x86, mmdebstrap, e2fsprogs.
"""

import argparse
import fcntl
import hashlib
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "semdocker-vm"
PYTHON = {"bookworm": "3.11", "trixie": "3.13"}
TIMED_OUT, MACHINE_DIED, POWER_CUT = 124, 125, 137
CONSOLE_TAIL = 3000
PACKAGES = [
    *("linux-image-cloud-amd64", "initramfs-tools", "zstd", "kmod", "udev"),
    *("systemd", "systemd-sysv", "libpam-systemd", "dbus", "sudo"),
    *("python3", "busybox-static", "strace", "nftables", "runc", "tmux"),
    *("iproute2", "iputils-ping", "procps", "psmisc", "less"),
]
# Other people's shells, runtimes and programs: an image of its own, so that the usual one stays small.
OTHERS = ["crun", "podman", "zsh", "fish", "mksh", "screen", "rust-coreutils"]
EXTRA = {"bookworm": OTHERS, "trixie": [*OTHERS, "sudo-rs", "apparmor", "apparmor-profiles"]}

# The last touches to the image, by mmdebstrap, with the root folder in $1.
HOOK = r"""set -eu; R=$1
put() { mkdir -p "$R${1%/*}"; cat >"$R$1"; }
# The initrd holds only what this machine boots from, and the kernel probes no hardware that is not there.
printf '%s\n' virtio_pci virtio_blk ext4 >>"$R/etc/initramfs-tools/modules"
sed -i 's/^MODULES=.*/MODULES=list/' "$R/etc/initramfs-tools/initramfs.conf"
printf 'blacklist %s\n' kvm_amd kvm_intel kvm powernow_k8 aesni_intel ghash_clmulni_intel \
  sha512_ssse3 crc32c_intel | put /etc/modprobe.d/emulated.conf
chroot "$R" update-initramfs -u
echo semdocker-vm | put /etc/hostname
echo '127.0.0.1 localhost semdocker-vm' | put /etc/hosts
echo 'LABEL=semdocker / ext4 rw,noatime 0 1' | put /etc/fstab
chroot "$R" useradd -m -s /bin/bash vagrant
echo 'vagrant ALL=(ALL) NOPASSWD:ALL' | put /etc/sudoers.d/vagrant
printf '[Service]\nExecStart=\nExecStart=-/sbin/agetty -a root --keep-baud %%I 115200 vt220\n' \
  | put /etc/systemd/system/serial-getty@.service.d/autologin.conf
# The job arrives as a tar file that is a raw disk; its udev event starts the unit.
put /usr/local/sbin/semdocker-job <<'JOB'
#!/bin/sh
exec >/dev/console 2>&1
rm -rf /srv/job && mkdir /srv/job && cd /srv/job && tar xf /dev/disk/by-id/virtio-job && sh ./start
systemctl poweroff -ff
JOB
chmod 755 "$R/usr/local/sbin/semdocker-job"
put /etc/systemd/system/semdocker-job.service <<'UNIT'
[Unit]
After=multi-user.target systemd-user-sessions.service
[Service]
ExecStart=/usr/local/sbin/semdocker-job
[Install]
WantedBy=dev-disk-by\x2did-virtio\x2djob.device
UNIT
systemctl --root="$R" -q enable semdocker-job
systemctl --root="$R" -q mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
  e2scrub_reap.service fstrim.timer getty@tty1.service
"""

# What the guest runs as root: files in place, then the command as the user's own login session.
START = """ports=/dev/virtio-ports tries=0 # which udev names in its own time
until [ -e $ports/output -a -e $ports/status ] || [ $((tries += 1)) -gt 200 ]; do sleep 0.1; done
exec >/dev/virtio-ports/output 2>&1
[ ! -d opt ] || {{ rm -rf /opt/semdocker && mv opt/semdocker /opt/; }}
ln -sf /opt/semdocker/bin/semdocker /usr/local/bin/
[ ! -d src ] || {{ rm -rf ~{user}/src && mv src ~{user}/ && chown -R {user}: ~{user}/src; }}
su -l {user} -c 'cd src 2>/dev/null; exec sh /srv/job/command' </dev/null
status=$?
sync
echo $status >/dev/virtio-ports/status
"""


def image(suite: str, *, extra: bool, rebuild: bool = False) -> Path:
    """The folder with kernel, initrd and root file system; its name changes with the recipe."""
    packages = PACKAGES + (EXTRA[suite] if extra else [])
    recipe = hashlib.sha256(repr((packages, HOOK)).encode()).hexdigest()[:8]
    name = f"{suite}+extra" if extra else suite
    folder = CACHE / f"{name}-{recipe}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if rebuild or not folder.exists():
            for old in CACHE.glob(f"{name}-*"):
                shutil.rmtree(old)
            build(suite, packages, folder)
    return folder


def build(suite: str, packages: list[str], folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=CACHE) as name:
        work, root, new = Path(name), Path(name, "root"), Path(name, "new")
        work.chmod(0o755)  # apt inside drops its privileges
        new.mkdir()
        (work / "hook").write_text(HOOK)
        (work / "apt.sources").write_text(apt_sources(suite))
        bootstrap = ["mmdebstrap", "--mode=root", "--variant=minbase", f"--include={','.join(packages)}"]
        bootstrap += [f'--customize-hook=sh {work}/hook "$1"', suite, str(root), f"{work}/apt.sources"]
        subprocess.run(bootstrap, check=True, stdout=sys.stderr)
        for file in "vmlinuz", "initrd.img":
            shutil.copy(next((root / "boot").glob(f"{file}-*")), new / file)
        disk = ["mke2fs", "-q", "-t", "ext4", "-m0", "-L", "semdocker", "-d", str(root), str(new / "root.ext4"), "3G"]
        subprocess.run(disk, check=True)
        new.rename(folder)


def apt_sources(suite: str) -> str:
    """Debian's own stanzas of this machine's apt, for another suite: mirrors differ from place to place."""
    here = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    codename = here["VERSION_CODENAME"]
    stanzas = [s for file in Path("/etc/apt/sources.list.d").glob("*.sources") for s in file.read_text().split("\n\n")]
    found = [s.strip() for s in stanzas if "debian-archive-keyring" in s and codename in s]
    if not found:
        raise SystemExit("qemu: no Debian stanza in /etc/apt/sources.list.d/*.sources to take the mirror from")
    return "\n\n".join(found).replace(codename, suite) + "\n"


def venv(packages: list[str], suite: str, folder: Path) -> None:
    """A venv for the guest's Python in `folder`, made here: pip picks the packages of that version."""
    version = PYTHON[suite]
    site = folder / f"lib/python{version}/site-packages"
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--root-user-action=ignore"]
    pip += ["--target", str(site), "--python-version", version, "--only-binary=:all:", *packages]
    subprocess.run(pip, check=True, stdout=sys.stderr)
    shutil.move(site / "bin", folder / "bin")
    for script in (folder / "bin").iterdir():
        first, _, rest = script.read_bytes().partition(b"\n")
        if first.startswith(b"#!"):  # it names the Python of this machine
            script.write_bytes(b"#!/opt/semdocker/bin/python3\n" + rest)
    (folder / "bin/python3").symlink_to("/usr/bin/python3")
    (folder / "pyvenv.cfg").write_text(f"home = /usr/bin\ninclude-system-site-packages = false\nversion = {version}\n")


def job(file: Path, options: argparse.Namespace) -> None:
    """The tar file that becomes the guest's job disk."""
    texts = {"start": START.format(user=options.user), "command": f"exec {shlex.join(options.command)}\n"}
    with tarfile.open(file, "w") as tar, tempfile.TemporaryDirectory() as name:
        for member, text in texts.items():
            info = tarfile.TarInfo(member)
            info.size, info.mode = len(text.encode()), 0o755
            tar.addfile(info, io.BytesIO(text.encode()))
        if options.install:
            venv(options.install, options.suite, Path(name))
            Path(name).chmod(0o755)
            tar.add(name, "opt/semdocker")
        if options.src:
            for path in tracked(options.src):
                tar.add(options.src / path, f"src/{path}")


def tracked(folder: Path) -> list[str]:
    listing = ["git", "-C", str(folder), "ls-files", "-zco", "--exclude-standard"]
    found = subprocess.run(listing, capture_output=True, text=True, check=False)
    names = found.stdout.split("\0") if found.returncode == 0 else [path.name for path in folder.iterdir()]
    return [name for name in names if name and os.path.lexists(folder / name)]


def machine(options: argparse.Namespace, console: str, append: str = "") -> list[str]:
    """QEMU's command line: the accelerator is named, because a /dev/kvm may be there and not work."""
    files = image(options.suite, extra=options.extra)
    disk, forget = files / "root.ext4", "on"
    if options.disk:
        disk, forget = options.disk, "off"
        if not disk.exists():
            subprocess.run(["cp", "--sparse=always", str(files / "root.ext4"), str(disk)], check=True)
    if options.v1:  # systemd 257 (trixie) asks for the second word too
        append += " systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
    return [
        *("qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2"),
        *("-m", options.memory, "-nodefaults", "-display", "none", "-no-reboot", "-serial", console),
        *("-object", "rng-random,id=r,filename=/dev/urandom", "-device", "virtio-rng-pci,rng=r"),
        *("-kernel", str(files / "vmlinuz"), "-initrd", str(files / "initrd.img")),
        *("-append", f"root=LABEL=semdocker rw console=ttyS0 panic=-1 quiet mitigations=off{append}"),
        *("-drive", f"file={disk},if=virtio,format=raw,snapshot={forget}"),
    ]


def run(options: argparse.Namespace) -> int:
    """Boot, run the command, stream its output, give its status back."""
    with tempfile.TemporaryDirectory(prefix="semdocker-qemu.") as name:
        work = Path(name)
        job(work / "job.tar", options)
        qemu = machine(options, f"file:{work}/console", " systemd.mask=serial-getty@ttyS0.service")
        qemu += ["-drive", f"file={work}/job.tar,if=none,id=job,format=raw,readonly=on"]
        qemu += ["-device", "virtio-blk-pci,drive=job,serial=job", "-device", "virtio-serial-pci"]
        reader, writer = os.pipe()
        # A stdio chardev with stdin at its end counts as disconnected and blocks the guest's writes: use files.
        for port, target in ("output", f"/proc/self/fd/{writer}"), ("status", f"{work}/status"):
            qemu += ["-chardev", f"file,id={port},path={target}"]
            qemu += ["-device", f"virtserialport,chardev={port},name={port}"]
        started = time.monotonic()
        with powered(qemu, writer) as process:
            killed = follow(process, reader, options)
        print(f"qemu: {options.suite}, {time.monotonic() - started:.1f} s", file=sys.stderr)
        status = work / "status"
        if killed != TIMED_OUT and status.exists() and (answer := status.read_text().strip()):
            return int(answer)
        if killed != POWER_CUT:
            reason = f"no end after {options.timeout:g} s" if killed else "the machine died"
            console = work / "console"
            tail = console.read_text(errors="replace")[-CONSOLE_TAIL:] if console.exists() else ""
            print(f"qemu: {reason}; its console:\n{tail}", file=sys.stderr)
        return killed or MACHINE_DIED


@contextmanager
def powered(qemu: list[str], writer: int) -> Iterator[subprocess.Popen[bytes]]:
    guarded = ["setpriv", "--pdeathsig", "KILL", *qemu]  # should we be killed, it goes too
    process = subprocess.Popen(guarded, stdin=subprocess.DEVNULL, pass_fds=[writer])
    os.close(writer)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def follow(process: subprocess.Popen[bytes], reader: int, options: argparse.Namespace) -> int:
    """Copy the output until the machine is off; 0, or the reason why it was killed."""
    reasons: list[int] = []

    def kill(reason: int) -> None:
        reasons.append(reason)
        process.kill()

    def after(seconds: float, reason: int) -> threading.Timer:
        timer = threading.Timer(seconds, kill, [reason])
        timer.daemon = True  # else whoever ends us would wait for it
        timer.start()
        return timer

    timers = [after(options.timeout, TIMED_OUT)]
    seen = b""
    while chunk := os.read(reader, 65536):
        sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        if options.cut_at and len(timers) == 1:
            seen = (seen + chunk)[-65536 - len(options.cut_at) :]
            if options.cut_at.encode() in seen:
                timers.append(after(options.cut_delay, POWER_CUT))
    process.wait()
    for timer in timers:
        timer.cancel()
    return reasons[0] if reasons else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb in "build", "run", "shell":
        add = verbs.add_parser(verb).add_argument
        add("--suite", choices=sorted(PYTHON), default="bookworm")
        add("--extra", action="store_true", help="the image with other shells, runtimes and programs")
        if verb == "build":
            add("--again", action="store_true", help="even if it is there")
            continue
        add("--v1", action="store_true", help="boot with cgroup v1 (no memory controller in trixie's kernel)")
        add("--memory", default="1024M")
        add("--disk", type=Path, help="keep the machine's state in this file, made from the image when missing")
        if verb == "run":
            add("--user", default="vagrant", help="vagrant (with sudo, the default) or root")
            add("--src", type=Path, help="checkout to unpack")
            add("--install", metavar="WHEEL", action="append", help="wheel to install, as pip would be told it")
            add("--timeout", type=float, default=600, help="seconds (%(default)s)")
            add("--cut-at", metavar="TEXT", help="power cut when the output holds this text")
            add("--cut-delay", type=float, default=0, metavar="SECONDS", help="that long after it")
            add("command", nargs="+", help="after --")
    options = parser.parse_args()
    needed = {"qemu-system-x86_64": "qemu-system-x86", "mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs"}
    if missing := [package for tool, package in needed.items() if not shutil.which(tool)]:
        print(f"qemu: apt-get install {' '.join(missing)}", file=sys.stderr)
        return MACHINE_DIED
    if options.verb == "build":
        print(image(options.suite, extra=options.extra, rebuild=options.again))
        return 0
    if options.verb == "shell":
        return subprocess.run(machine(options, "mon:stdio"), check=False).returncode
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        return run(options)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
