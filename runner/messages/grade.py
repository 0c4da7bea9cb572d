"""The sentences of `grade`: what a student's engine must do, and where to look when it does not."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

GRADE: dict[str, Sentence] = {
    "help.grade": N_(
        "Grade students' own engines. Each script runs containers in a fresh sealed lab, twice, in an order that "
        "nobody knows, and the kernel says what is true of them. Needs root (asks sudo)."
    ),
    "help.scripts": N_("The scripts to grade: a file for each student."),
    "help.SCRIPT": N_("SCRIPT"),
    "help.SEED": N_("SEED"),
    "help.junit": N_("Also write the result to FILE as JUnit XML: a suite for each script."),
    "help.grade-csv": N_("Also write the result to FILE as CSV: a row for each script."),
    "help.seed": N_("Repeat a grade: its seed gives the same hidden values and the same order."),
    "help.seconds": N_("How long one command may take (10 if not said); a slow machine needs more."),
    "help.requirements": N_("Show what an engine must do, and the points, and grade nothing."),
    "wait.grade": N_("Grading {name} · {number} of {total}…"),
    "grade-none": N_(
        "No script to grade was named. “semdocker grade --list” shows what a script must do, and the points."
    ),
    "grade-script": N_("“{path}” cannot be graded: {reason}."),
    "grade-not-a-file": N_("“{path}” cannot be graded: it is no regular file."),
    "grade-too-large": N_("“{path}” cannot be graded: it is larger than 1 MiB."),
    "grade-seconds": N_("{text}: from 1 to 600 seconds for a command."),
    # the contract
    "grade.contract": N_(
        "An engine is one file, a script in any language of this machine, that is called so:\n\n"
        "`mydocker run IMAGE [COMMAND [ARG…]]`\n\n"
        "IMAGE is the folder of an OCI image: `oci-layout`, `index.json` and `blobs/sha256/…`. "
        "Its layers are archives, some compressed with gzip; its config has `Env`, `Cmd` and `WorkingDir`. "
        "Without a COMMAND the `Cmd` of the image counts.\n\n"
        "`MYDOCKER_MEMORY` (such as 32M) and `MYDOCKER_PIDS` (such as 16) are limits, if they are set. "
        "The engine runs as root, and may keep whatever it likes in its own folder."
    ),
    "grade.isolates-nothing": N_(
        "An engine that gives its command no namespace of its own and no root directory of its own gets no points: it "
        "has made no container."
    ),
    "grade.requirements": N_("What it must do"),
    "grade.lesson": N_("Lesson"),
    # the result
    "grade.points": N_("Points"),
    "grade.script": N_("Script"),
    "grade.lost": N_("Lost"),
    "grade.everything": N_("everything"),
    "grade.line": P_("{title} ({count} point)", "{title} ({count} points)"),
    "grade.look": N_("{look} Lesson: {lesson}."),
    "grade.met": P_("{count} requirement is met.", "{count} requirements are met."),
    "grade.result": N_("{points} of {total} points · seed {seed}"),
    "grade.not-graded": N_("It could not be graded: {reason}"),
    "grade.all": P_(
        "{count} script was graded; {full} with full marks.", "{count} scripts were graded; {full} with full marks."
    ),
    # the requirements
    "grade.title.runs": N_("It runs the command from the image"),
    "grade.title.pid-namespace": N_("A PID namespace of its own"),
    "grade.title.mount-namespace": N_("A mount namespace of its own"),
    "grade.title.uts-namespace": N_("A UTS namespace of its own"),
    "grade.title.ipc-namespace": N_("An IPC namespace of its own"),
    "grade.title.network-namespace": N_("A network namespace of its own"),
    "grade.title.hostname": N_("A host name that differs from the host's"),
    "grade.title.pid-1": N_("The command is PID 1 inside"),
    "grade.title.proc": N_("A /proc of its own, which shows only its own processes"),
    "grade.title.root": N_("Its root directory is the image's"),
    "grade.title.escape": N_("The host's root directory is out of reach"),
    "grade.title.layers": N_("The layers are unpacked in their order"),
    "grade.title.whiteouts": N_("Whiteouts remove files of lower layers"),
    "grade.title.opaque": N_("An opaque whiteout empties a folder"),
    "grade.title.environment": N_("It has the variables of the image, and not the host's"),
    "grade.title.folder": N_("It starts in the image's WorkingDir"),
    "grade.title.usual-command": N_("Without a command it runs the image's Cmd"),
    "grade.title.arguments": N_("Arguments arrive unchanged"),
    "grade.title.streams": N_("Input, output and errors pass through unchanged"),
    "grade.title.memory": N_("The memory limit bites"),
    "grade.title.processes": N_("The limit on processes bites"),
    "grade.title.in-time": N_("It is in its cgroup before the command starts"),
    "grade.title.exit-status": N_("The exit status is passed on"),
    "grade.title.no-command": N_("A command that is not there gives 127"),
    "grade.title.signal": N_("TERM is passed on to the command"),
    "grade.title.zombies": N_("No zombies while it runs"),
    "grade.title.own-writes": N_("A container does not see what an earlier one wrote"),
    "grade.title.side-by-side": N_("Two containers at once do not see each other's files"),
    "grade.title.image": N_("The image stays as it is"),
    "grade.title.clean-success": N_("Nothing is left after a success"),
    "grade.title.clean-failure": N_("Nothing is left after a failure"),
    "grade.title.clean-kill": N_("Nothing is left when the command is killed"),
    "grade.title.engine-killed": N_("The container ends when the engine is killed"),
    # where to look
    "grade.look.runs": N_("Does mydocker run IMAGE sleep 1000 start the image's own busybox?"),
    "grade.look.pid-namespace": N_("Compare ls -l /proc/PID/ns/pid inside and outside (unshare -p -f)."),
    "grade.look.mount-namespace": N_("Compare ls -l /proc/PID/ns/mnt inside and outside (unshare -m)."),
    "grade.look.uts-namespace": N_("Compare ls -l /proc/PID/ns/uts inside and outside (unshare -u)."),
    "grade.look.ipc-namespace": N_("Compare ls -l /proc/PID/ns/ipc inside and outside (unshare -i)."),
    "grade.look.network-namespace": N_("Compare ls -l /proc/PID/ns/net inside and outside (unshare -n)."),
    "grade.look.hostname": N_("Set a name after the UTS namespace is made, and before the command starts."),
    "grade.look.pid-1": N_(
        "grep NSpid /proc/PID/status: the last number must be 1. A shell that started the command must make way (exec)."
    ),
    "grade.look.proc": N_("Mount a fresh proc from inside the new PID namespace; leave no helper behind there."),
    "grade.look.root": N_("ls -l /proc/PID/root, and ls /proc/PID/root/."),
    "grade.look.escape": N_(
        "With chroot the old root stays in the mount namespace: nsenter -t PID -m shows it. Use pivot_root, and "
        "unmount the old root."
    ),
    "grade.look.layers": N_("The manifest lists the lowest layer first; what comes later wins."),
    "grade.look.whiteouts": N_("A file .wh.NAME removes NAME of the layers below, and does not appear itself."),
    "grade.look.opaque": N_("A file .wh..wh..opq removes all that the layers below have in its folder."),
    "grade.look.environment": N_("tr '\\0' '\\n' < /proc/PID/environ (env -i)."),
    "grade.look.folder": N_("ls -l /proc/PID/cwd."),
    "grade.look.usual-command": N_("Look for Cmd in the image's config; it is a list."),
    "grade.look.arguments": N_('In a shell, "$@" keeps each argument as it is; $* and $@ without quotes do not.'),
    "grade.look.streams": N_(
        "The engine prints nothing itself; what it starts in the background keeps its input (<&0)."
    ),
    "grade.look.memory": N_("Look at the group in /proc/PID/cgroup, and at memory.max or memory.limit_in_bytes there."),
    "grade.look.processes": N_("Look at the group in /proc/PID/cgroup, and at pids.max there."),
    "grade.look.in-time": N_(
        "The process writes its own PID into cgroup.procs and only then becomes the command; what it starts is then "
        "in the group, too."
    ),
    "grade.look.exit-status": N_("$? of the engine must be that of the command: 0, 7."),
    "grade.look.no-command": N_("What cannot be found gives 127 in every shell: exec does it by itself."),
    "grade.look.signal": N_(
        "A shell that waits for a child in the foreground passes nothing on: trap, & and wait. PID 1 inside gets the "
        "signal."
    ),
    "grade.look.zombies": N_("ps shows them with a Z. Each child must be waited for before the command takes over."),
    "grade.look.own-writes": N_("Each run needs a writable layer, or a copy, of its own."),
    "grade.look.side-by-side": N_("Folders and groups need a name of their own for each run ($$, mktemp -d)."),
    "grade.look.image": N_("Unpack elsewhere; the folder of the image is only read."),
    "grade.look.clean-success": N_("Look at mount, /sys/fs/cgroup, ps and ls /tmp before and after."),
    "grade.look.clean-failure": N_("A trap on EXIT cleans up on every way out."),
    "grade.look.clean-kill": N_("A trap on EXIT cleans up on every way out; the engine waits for its child."),
    "grade.look.engine-killed": N_(
        "Nobody cleans up after kill -9, but the kernel can: unshare --kill-child, setpriv --pdeathsig KILL."
    ),
}
