"""The sentences of `xray` and `shell`."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

XRAY: dict[str, Sentence] = {
    "xray.title": N_("X-ray · {place} · lesson {lesson} · seat {seat}"),
    "xray.place": N_("“{place}”"),
    "xray.lab": N_("the lab's own shell"),
    "xray.terminal": N_("what the lab's terminal is in"),
    "xray.pid-inside": N_("PID inside"),
    "xray.pid-host": N_("PID on the host"),
    "xray.command": N_("Command"),
    "xray.more-processes": P_("and {count} more process", "and {count} more processes"),
    "xray.more-lines": P_(
        "{count} more line: a taller window shows it", "{count} more lines: a taller window shows them"
    ),
    "xray.fact": N_("Fact"),
    "xray.inside": N_("Inside"),
    "xray.host": N_("On the host"),
    "xray.compared": N_("Compared"),
    "xray.mounts": N_("Mounts that the host does not have: {mounts}"),
    "xray.mount": N_("{point} ({fstype})"),
    "xray.mount-shared": N_("{point} ({fstype}, from the host)"),
    "xray.group": N_("cgroup {path} ({version})"),
    "xray.cpu-limit": N_("{quota} of every {period} µs ({processors} CPU)"),
    "xray.cpu-used": N_("{seconds} s used"),
    "xray.used-of": N_("{used} of {limit} ({percent}%)"),
    "xray.used": N_("{used} used"),
    "xray.no-limit": N_("no limit"),
    "xray.not-counted": N_("use is not counted here"),
    "xray.peak": N_("peak {peak}"),
    "xray.throttled": N_("throttled: {count}"),
    "xray.oom_kills": N_("OOM kills: {count}"),
    "xray.refused_forks": N_("refused: {count}"),
    "drawing.own": N_("Namespaces of its own"),
    "drawing.shared": N_("Shared with the host"),
    "drawing.words-own": N_("Namespaces that {place} has for itself: {kinds}."),
    "drawing.words-shared": N_("Namespaces that {place} shares with the host: {kinds}."),
    "drawing.mount-shared": N_("{fstype}, from the host"),
    "drawing.more-names": P_("and {count} more name", "and {count} more names"),
    "drawing.written": N_("The picture is in {path}."),
    "drawing.one-form": N_("--svg is one picture: it goes neither with --watch nor with --json."),
    "xray.every": N_("Looked at again every {seconds} s; Ctrl-C ends it."),
    "watch.waiting": N_("No lab is live on seat {seat}. This waits for the next one; Ctrl-C ends it."),
    "xray.ended": N_("The lab has ended."),
    "shell.joined": N_("You are in the live lab ({place}). “exit” leaves; when the lab ends, so does this shell."),
    "shell.ended": N_("“{place}” has ended."),
    # errors
    "no-lab-here": N_("No lab is live on seat {seat}. Live now, with --seat: {others}."),
    "no-lab": N_("No lab is live on seat {seat}. Start a lesson in another terminal, then try again."),
    "no-place": N_("Nobody is in “{name}” now. There are: {known}."),
    "no-tool": N_("The program {name} is missing (package {package})."),
    "shell-terminal": N_("“semdocker shell” needs a terminal."),
}
