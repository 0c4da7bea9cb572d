# shellcheck shell=bash
# The parts of `run`: how many seconds each usually takes on two cores, and what it does. Each prepares what it needs.
# A part fails when any of its commands fails. How long it takes never makes it fail, unless it hangs.

# What everything stands on comes first. The long suites do not all fit into the hour: the seed draws which come next.
in_order=(readme_test readme_run lint native v2 vagrantfile shared)
long=(bench fuzz machines browser soak proofs kill_points vm)
drawn() { for part in "$@"; do echo "$(sha256sum <<<"$SEMDOCKER_SEED $part") $part"; done | sort | awk '{print $3}'; }
mapfile -t -O "${#in_order[@]}" in_order < <(drawn "${long[@]}")
declare -A usual

# ── the commands of the README, which get nothing but what they install themselves ───────────────────

usual[readme_test]=1950
readme_test() { pasted test; }

usual[readme_run]=40
readme_run() { pasted run; }

pasted() {
  local command
  command=$(readme "$1")
  [ -n "$command" ]
  echo "$command"
  bash -ec "$command"
}

# ── the code, unexecuted ─────────────────────────────────────────────────────────────────────────────

usual[lint]=30
lint() { # style, types, imports, spelling, lessons: the list is .pre-commit-config.yaml
  development
  pre-commit run --all-files --show-diff-on-failure --color never
}

usual[vagrantfile]=15
vagrantfile() { # the stub makes `validate` look into the virtualbox block too; no machine is started
  tools vagrant
  export VAGRANT_HOME=$work/vagrant VAGRANT_DOTFILE_PATH=$work/dotfile
  mkdir -p "$work/stub"
  printf '#!/bin/sh\necho 7.0.20r163906\n' >"$work/stub/VBoxManage"
  chmod +x "$work/stub/VBoxManage"
  for mode in v1 v2; do PATH=$work/stub:$PATH SEMDOCKER_CGROUP=$mode vagrant validate; done
  SEATS=30 vagrant validate --ignore-provider | tee "$work/validated"
  grep -q 'seat30: ' "$work/validated"
  if SEATS=thirty vagrant validate --ignore-provider; then false; fi
  vagrant validate --ignore-provider
  mkdir -p "$work/no-rsync" # as on Windows: all tools but rsync, which validation asks for where it is used
  find /usr/bin /usr/sbin -mindepth 1 ! -name rsync -exec ln -sft "$work/no-rsync" {} +
  PATH=$work/stub:$work/no-rsync vagrant validate
}

# ── the course, as a user has it ─────────────────────────────────────────────────────────────────────

usual[native]=90
native() { # on this machine as it is
  tools runc crun
  installed
  cd /
  "$work/user/bin/semdocker" run --lang pt
  "$work/user/bin/semdocker" run --lang en --report "$work/report.xml"
  python3 -c 'import sys, xml.etree.ElementTree as x; assert len(list(x.parse(sys.argv[1]).iter("testcase"))) > 50' "$work/report.xml"
}

usual[v2]=110
v2() { # under a kernel with pure cgroup v2
  tools user-mode-linux kmod gcc libc6-dev
  installed
  local uml=$PWD/tests/vm/uml.py languages=(pt en)
  [ -n "$whole" ] || languages=("${languages[SEMDOCKER_SEED % 2]}")
  cd /
  for language in "${languages[@]}"; do
    python3 "$uml" --timeout=900 -- "$work/user/bin/semdocker" run base --lang $language # that kernel has no nftables
  done
}

usual[proofs]=620
proofs() { # lessons twice, with their sabotages; and exercises broken, mended and mended wrongly, most of them by the seed
  tools procps busybox-static iproute2 nftables hostname runc crun podman
  installed
  local beyond=() lessons=() # the lessons after the recipe take long: one of them, by the seed, unless all is asked for
  mapfile -t beyond < <("$work/user/bin/semdocker" list --json | python3 -c 'import json, sys
for one in json.load(sys.stdin)["lessons"]:
    if one["part"] != "base": print(one["id"])')
  [ -n "$whole" ] || lessons=(base "${beyond[SEMDOCKER_SEED % ${#beyond[@]}]}")
  (cd / && "$work/user/bin/semdocker" prove --lang en "${lessons[@]}")
  heavy --proof --share="$([ -n "$whole" ] && echo 1 || echo 0.6)"
}

# ── the long suites of tests, which are samples unless all is asked for ──────────────────────────────

usual[kill_points]=500
kill_points() { # the program is killed at the boundaries of every lesson and inside system calls
  tools strace procps busybox-static iproute2 nftables runc
  heavy "--kill${whole:+-all}"
}

usual[shared]=190
shared() { # where mounts propagate, as under systemd: the lab's tests, and deaths in the lessons with the most mounts
  tools procps busybox-static iproute2 nftables
  development
  local shared=(unshare -m --propagation shared pytest -p no:cacheprovider -q -s -m root)
  "${shared[@]}" tests/checks tests/lab/test_{lab,seats,undo}.py tests/engine/test_lesson_run.py tests/verbs/test_run.py \
    tests/journeys/test_disasters.py
  "${shared[@]}" "--kill${whole:+-all}" tests/kill/test_boundaries.py -k 'unshare or verification'
}

usual[machines]=290
machines() { # a class on machines of our own, by Debian's Ansible and by the newest
  tools ansible-core openssh-server passwd procps busybox-static iproute2 nftables
  apt update # a package is downloaded, too
  python3 -m venv "$work/ansible"
  "$work/ansible/bin/pip" install -q ansible-core
  PATH=$PATH:$work/ansible/bin heavy --machines
}

usual[browser]=60
browser() { # the HTML pages in Chromium
  tools chromium chromium-driver
  development
  "$work/dev/bin/pip" install -q selenium
  heavy --browser
}

usual[soak]=360
soak() { # the course many times over
  tools procps busybox-static iproute2 nftables runc
  heavy --soak
}

usual[fuzz]=280
fuzz() { heavy --fuzz; } # thousands of broken files

usual[bench]=240
bench() { # figures, which are printed and never fail
  tools procps busybox-static iproute2 nftables
  SEMDOCKER_ROUNDS=$([ -n "$whole" ] && echo 7 || echo 3) heavy --bench
}

usual[vm]=420
vm() { # a share of them by the seed: other kernels, whole Debian machines, power cuts; images are cached, and built when missing
  tools user-mode-linux kmod gcc libc6-dev procps busybox-static iproute2 nftables iptables qemu-system-x86 mmdebstrap e2fsprogs
  heavy --vm --share="$([ -n "$whole" ] && echo 1 || echo 0.25)"
}

usual[marathon]=18000
marathon() { # every lesson proven, and done by every driver, in virtual machines: only when it is named, or with `all`
  tools user-mode-linux kmod gcc libc6-dev qemu-system-x86 mmdebstrap e2fsprogs
  heavy --marathon
}
