# shellcheck shell=bash
# What the parts share. `run` and each part's own shell read this file; $work is a folder that goes at the end.

export DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export PYTHONDONTWRITEBYTECODE=1 RUFF_NO_CACHE=true
# git refuses a checkout that belongs to somebody else, as it does under sudo, unless told so.
export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'

# Print the commands of the README that stand after a marker.
readme() {
  awk -v mark="<!-- ci:$1 -->" '$0 == mark {on = 1} on && /^```$/ {exit} code; on && /^```sh$/ {code = 1}' README.md
}

# Print what the README's commands install on this machine.
readme_installs() { echo $(ls -d /opt/semdocker /opt/semdocker-tests /usr/local/bin/semdocker 2>/dev/null); }

# Try three times, for mirrors have bad moments.
apt() {
  for pause in 5 20 0; do
    apt-get "$@" -q -y -o DPkg::Lock::Timeout=120 >"$work/apt.log" 2>&1 && return
    sleep "$pause"
  done
  tail -20 "$work/apt.log"
  return 1
}

# Install packages of Debian, if they are missing.
tools() { dpkg -s "$@" >/dev/null 2>&1 || { apt update && apt install --no-install-recommends "$@"; }; }

# Make what a developer has: the checkout itself in a venv, with the tools that judge it. Its programs come first on the PATH.
development() {
  [ -x "$work/dev/bin/pytest" ] || {
    tools python3-venv git
    python3 -m venv "$work/dev"
    "$work/dev/bin/pip" install -q -e '.[dev]'
  }
  PATH=$work/dev/bin:$PATH
}

# Make what a user has: the package alone, in a venv that knows nothing of the checkout.
installed() {
  [ ! -x "$work/user/bin/semdocker" ] || return 0
  tools python3-venv busybox-static procps hostname iproute2 nftables
  python3 -m venv "$work/user"
  "$work/user/bin/pip" install -q .
}

# Run one of the suites that plain `pytest` leaves out; -s lets them print their figures.
heavy() {
  development
  pytest -p no:cacheprovider -q -s "$@"
}

# Print what a run could leave behind on this machine: mounts, control groups, files, processes, the host name.
traces() {
  awk '{print "mount", $5}' /proc/self/mountinfo | sort
  find /sys/fs/cgroup -type d \( -name 'semdocker*' -o -name 'container*' \) -printf 'cgroup %p\n' 2>/dev/null | sort
  find /containers /run/semdocker /var/lib/semdocker -printf 'file %p\n' 2>/dev/null | sort
  local entry pid
  for entry in $(grep -lz "^SEMDOCKER_CI=$SEMDOCKER_CI$" /proc/[0-9]*/environ 2>/dev/null); do
    pid=${entry#/proc/} pid=${pid%/environ}
    case $(ps -o sid= -p "$pid")/$(ps -o pgid= -p "$pid") in
      "$(ps -o sid= -p "$SEMDOCKER_CI")/$(ps -o pgid= -p "$SEMDOCKER_CI")" | /) ;; # this script and its helpers; one that has ended
      *) echo "process $pid $(ps -o args= -p "$pid")" ;;
    esac
  done
  hostname
}
