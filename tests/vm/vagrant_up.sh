#!/bin/bash
# The project's own Vagrantfile for real: `vagrant up --provider=libvirt`, without internet, and the whole course.
#
#   tests/vm/vagrant_up.sh                 by hand, as root, when Vagrantfile or packaging changed: some six minutes
#   SEATS=2 COURSE='sudo semdocker run base' tests/vm/vagrant_up.sh         two machines, one a seat, and less of the course
#
# The box is home-made from qemu.py's Debian 12: with sshd, rsync and an ordinary busybox, without python3-venv, as
# the public box is; it has no boot loader, so the Vagrantfile's cgroup v1 switch is not tried. wheels/ is
# filled as the Vagrantfile says. libvirtd and vagrant live in network, mount and PID namespaces of their own: no
# bridge, firewall rule, cgroup or /dev/kvm of this machine is touched, and the guest has no way out.
# apt-get install --no-install-recommends vagrant vagrant-libvirt libvirt-daemon-system libvirt-clients \
#   qemu-system-x86 qemu-utils dnsmasq-base iptables rsync mmdebstrap e2fsprogs openssh-client git python3-pip
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
COURSE=${COURSE:-sudo semdocker run --lang pt --plain}

if [ -z "${1:-}" ]; then # outside: the scratch folder, and one child in whose namespaces everything lives and dies
  work=$(mktemp -d /tmp/semdocker-vagrant.XXXXXX)
  unshare --mount --pid --fork --mount-proc --kill-child "$0" "$work" &
  trap 'kill $! 2>/dev/null && wait $! 2>/dev/null; rm -rf "$work"' EXIT
  trap 'exit 130' INT TERM HUP
  wait $!
  exit
fi
work=$1 root=$1/root project=$1/project here=$(dirname "$0")
mkdir "$root" "$project" "$work/box" "$work/lib"

figure() { printf '%-58s %4d s\n' "$1" $((SECONDS - since)) >>"$work/figures"; since=$SECONDS; }
since=$SECONDS

# ── the checkout, committed, so that `git status` tells what is new in it ────────────────────────────────

git -C "$here" ls-files -zco --exclude-standard --full-name ':/' |
  (cd "$here/../.." && tar c --null --ignore-failed-read -T -) | tar x -C "$project"
cd "$project"
git -c init.defaultBranch=main init -q && git add -A
git -c user.name=vm -c user.email=vm@localhost commit -q -m 'as it is'

# ── the box ──────────────────────────────────────────────────────────────────────────────────────────────

python3 "$project/tests/vm/qemu.py" build >"$work/image"
image=$(cat "$work/image")
cp --sparse=always "$image/root.ext4" "$work/root.ext4"
mount -o loop "$work/root.ext4" "$root"
mount -t proc proc "$root/proc"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"
echo debian >"$root/etc/hostname" # vagrant gives it the Vagrantfile's
printf '127.0.0.1 localhost\n127.0.1.1 debian\n' >"$root/etc/hosts"
shown_if_it_fails() { "$@" >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }; }
inside() { shown_if_it_fails chroot "$root" apt-get -q -y --no-install-recommends "$@"; }
inside update
inside install openssh-server rsync ca-certificates busybox
ssh-keygen -q -t ed25519 -N '' -f "$work/key"
install -d -m 700 -o 1000 -g 1000 "$root/home/vagrant/.ssh"
install -m 600 -o 1000 -g 1000 "$work/key.pub" "$root/home/vagrant/.ssh/authorized_keys"
printf '[Match]\nName=en* eth*\n[Network]\nDHCP=yes\n' >"$root/etc/systemd/network/80-dhcp.network"
systemctl --root="$root" -q enable systemd-networkd
figure 'box: packages'

# ── wheels/, as the Vagrantfile says ─────────────────────────────────────────────────────────────────────

shown_if_it_fails python3 -m pip wheel --no-deps -w wheels .
shown_if_it_fails python3 -m pip download -d wheels --only-binary=:all: --python-version 3.11 wheels/semdocker-*.whl
inside clean
inside install --download-only python3-venv busybox-static nftables runc
cp "$root"/var/cache/apt/archives/*.deb wheels/
inside clean
rm -f "$root/etc/resolv.conf"
figure "wheels/: $(ls wheels/*.whl | wc -l) wheels, $(ls wheels/*.deb | wc -l) debs"

umount "$root/proc" "$root"
qemu-img convert -O qcow2 "$work/root.ext4" "$work/box/box.img"
rm "$work/root.ext4"
echo '{"provider": "libvirt", "format": "qcow2", "virtual_size": 3}' >"$work/box/metadata.json"
cat >"$work/box/Vagrantfile" <<END
Vagrant.configure("2") do |config|
  config.ssh.private_key_path = "$work/key"
  config.ssh.insert_key = false
  config.vm.boot_timeout = 400
  config.vm.provider :libvirt do |vm|
    vm.driver = "qemu"
    vm.cpu_mode = "custom"
    vm.cpu_model = "qemu64"
    vm.graphics_type = "none"
    vm.video_type = "none"
    vm.kernel = "$image/vmlinuz"
    vm.initrd = "$image/initrd.img"
    vm.cmd_line = "root=LABEL=semdocker rw console=ttyS0 quiet mitigations=off"
  end
end
END
tar -C "$work/box" -cf "$work/debian.box" metadata.json Vagrantfile box.img
rm -r "$work/box"

# ── libvirtd, where it cannot touch this machine ─────────────────────────────────────────────────────────

mount -t tmpfs none /sys/fs/cgroup
[ ! -e /dev/kvm ] || mount --bind /dev/null /dev/kvm # it may be there and not work
{
  cat /etc/libvirt/qemu.conf
  printf '%s\n' 'user="root"' 'group="root"' 'dynamic_ownership=0' 'cgroup_controllers=[]' \
    'security_driver="none"' 'namespaces=[]' 'stdio_handler="file"'
} >"$work/qemu.conf"
mount --bind "$work/qemu.conf" /etc/libvirt/qemu.conf
mkdir "$work/lib/images" "$work/lib/dnsmasq" && mount --bind "$work/lib" /var/lib/libvirt
mount -t tmpfs none /run # sockets and PID files of libvirtd
unshare --net sleep infinity &
network=$!
sleep 0.2
alone() { nsenter --net=/proc/$network/ns/net "$@"; }
alone ip link set lo up
alone libvirtd >"$work/libvirtd.log" 2>&1 &
for _ in $(seq 100); do
  ! alone virsh -c qemu:///system version >/dev/null 2>&1 || break
  sleep 0.2
done

# ── vagrant ──────────────────────────────────────────────────────────────────────────────────────────────

export VAGRANT_HOME=$work/home VAGRANT_NO_COLOR=1 VAGRANT_CHECKPOINT_DISABLE=1
shown_if_it_fails alone vagrant box add --name debian/bookworm64 "$work/debian.box"
figure 'box: made and added'
status=0
alone vagrant up --no-tty --provider=libvirt 2>&1 | tr '\r' '\n' | grep -vE 'Progress: |^$' || status=1
figure 'vagrant up, with provisioning'
machines=("") # one without a name
[ -z "${SEATS:-}" ] || mapfile -t machines < <(seq -f seat%g "$SEATS")
for machine in "${machines[@]}"; do
  [ $status = 0 ] || break
  alone vagrant ssh ${machine:+"$machine"} -c "hostname; $COURSE" >"$work/course" 2>&1 || status=$?
  head -n 1 "$work/course"
  tail -n 12 "$work/course"
  figure "vagrant ssh $machine -c '$COURSE'"
  alone vagrant ssh ${machine:+"$machine"} -c 'semdocker status' || status=1
done
alone vagrant ssh-config | grep -E '^Host|HostName' || status=1 # what `semdocker class init` is given
alone vagrant destroy -f >/dev/null 2>&1 || status=1
figure 'vagrant destroy'
new=$(git status --porcelain --ignored | grep -vxE '!! (wheels|\.vagrant)/' || true)
[ -z "$new" ] || { printf 'new in the synced folder:\n%s\n' "$new"; status=1; }
echo
cat "$work/figures"
echo "exit status $status; new files in the synced folder: $(grep -c . <<<"$new" || true)"
exit $status
