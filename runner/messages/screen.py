"""The sentences of `run` and of pages that several verbs show."""

from __future__ import annotations

from runner.messages.translatable import N_, P_, Sentence

SCREEN: dict[str, Sentence] = {
    # the course
    "course.promise": N_(
        "Every command below is typed for real, as root, in a live terminal. It is in a sealed lab, which can read "
        "this machine's files and change none of them. Every check asks the kernel. After each lesson the machine is "
        "put back as it was."
    ),
    "course.lessons": N_("Lessons"),
    "course.values": N_("Values"),
    "course.summary": N_("Summary"),
    "course.passed": N_("All lessons passed, and the machine is as it was."),
    "course.dirty": N_("Something of ours is still on this machine; the last lesson above names it."),
    "course.not-passed": N_("{passed} of {total} lessons passed."),
    # a lesson
    "lesson.title": N_("Lesson {number} of {total} · {title}"),
    "lesson.goal": N_("Goal: {goal}"),
    "lesson.preparing": N_("Quietly preparing what this lesson needs from others: {lessons}"),
    "lesson.closed": N_("Lesson {id}: {outcome}"),
    "lesson.steps": P_("{count} step", "{count} steps"),
    "lesson.checks": P_("{count} check", "{count} checks"),
    "lesson.skipped": N_("Lesson {id} skipped: this machine lacks something it needs."),
    # a step
    "step.title": N_("Step {index} of {total} · {title}"),
    "step.exit": N_("exit status"),
    "step.exit-wrong": N_("{exit}, but 0 was expected"),
    "step.failed-as-told": N_("{exit} (failed, as expected)"),
    "step.failed-otherwise": N_("{exit}, but this step was meant to fail with {expected}"),
    "step.any-failure": N_("any error"),
    "step.saying": N_("{exit}, saying “{says}”"),
    "step.why": N_("**A closer look.** {why}"),
    "predict.ask": N_("**Guess before it runs.** {ask}"),
    "predict.answer": N_("The machine answers: {answer}"),
    "predict.right": N_("You guessed {guess}, and the machine answers the same."),
    "predict.not-compared": N_(
        "You guessed {guess}. You typed another command, so the machine's answer may be another."
    ),
    "predict.other": N_("You guessed {guess}; the machine answers {answer}."),
    "trouble.timeout": N_("ran longer than {limit} s and was interrupted"),
    "trouble.flood": N_("printed more than {limit} bytes and was interrupted"),
    "trouble.unfinished": N_("the shell waits for the rest of the command (an open quote?); it was interrupted"),
    "trouble.lost": N_("the terminal is gone or does not answer"),
    "trouble.not-bash": N_("what waits for input there cannot be followed: only bash can be; it was ended"),
    "trouble.running": N_("is still running; it was left alone"),
    "trouble.elsewhere": N_("the terminal is not where this step belongs; nothing was typed"),
    # evidence
    "no-term": N_("“{name}” is not in the glossary. There are: {known}."),
    "no-term-near": N_("“{name}” is not in the glossary; did you mean “{near}”?"),
    "glossary.meaning": N_("{meaning} (lesson `{lesson}`)"),
    "evidence.expected": N_("expected {expected}"),
    "evidence.observed": N_("observed {observed}"),
    "evidence.own": N_("namespaces of its own"),
    "evidence.shared": N_("shared namespaces"),
    "evidence.port": N_("port {port}"),
    "evidence.image": N_("image {tag}"),
    "evidence.and-more": N_("{first} and {count} more"),
    "evidence.quote": N_("“{quoted}”"),
    "outcome.passed": N_("passed"),
    "outcome.failed": N_("failed"),
    "outcome.could_not_check": N_("could not check"),
    "outcome.skipped": N_("skipped"),
    "evidence.passed": N_("OK:"),
    "evidence.failed": N_("FAILED:"),
    "evidence.could_not_check": N_("COULD NOT CHECK:"),
    "evidence.skipped": N_("SKIPPED:"),
    # putting back
    "seconds": N_("{whole}.{tenth} s"),
    "decimal": N_("{whole}.{part}"),
    "rollback.by-hand": N_("no command is known that removes it"),
    "rollback.clean": N_("Machine put back and compared with how it was before: equal ({seconds})."),
    "rollback.recovered": N_("Nothing that an earlier run made is left on this machine."),
    "rollback.noticed": N_("Also different now, and perhaps for another reason (left alone):"),
    "rollback.unguarded": N_(
        "The lab's guardian did not finish: it may have been killed, and a process that had left the lab may still be "
        "running."
    ),
    "cleanup.live": N_("A run is going on (seat {seat}, process {holder}). Cleaning up ends it."),
    "cleanup.left-alone": N_("A run is going on (seat {seat}, process {holder}). It is not yours, and was left alone."),
    "cleanup.ask": N_("End it? [y/N]"),
    "cleanup.yes": N_("y yes"),
    "status.nothing": N_("Nothing of ours is on this machine."),
    "status.nothing-here": N_("Nothing else of ours is on this machine."),
    "status.elsewhere": N_(
        "A lab that was not opened here is in use, or may be: {names}. It belongs to a chroot, to a container or to "
        "the machine outside, and was left alone."
    ),
    "status.live": N_("Seat {seat}: a run is going on (process {holder})"),
    "status.lesson": N_("lesson {lesson}"),
    "status.step": N_("lesson {lesson}, step {step}"),
    "status.exercise": N_("exercise {exercise}"),
    "status.left": N_("Seat {seat}: left by an earlier run; “sudo semdocker cleanup” removes it"),
    "status.other-version": N_(
        "Seat {seat}: left by another version of semdocker; only that version's “cleanup” removes it"
    ),
    "status.unclaimed": N_("Of no seat any more; “sudo semdocker cleanup” removes it"),
    "status.more": P_("and {count} more", "and {count} more"),
    "status.processes": N_("process"),
    "status.mounts": N_("mount"),
    "status.groups": N_("cgroup"),
    "status.files": N_("file"),
    "status.journal": N_("journal"),
    "rollback.restored": N_("Put back: {names}."),
    "rollback.sealed": N_(
        "Your machine's own things were mounted in the lab, and made read-only there at once: {what}. "
        "A command that was faster than that may have changed something."
    ),
    "rollback.dirty": P_(
        "The machine is DIRTY: {count} thing is still there.", "The machine is DIRTY: {count} things are still there."
    ),
    "rollback.gone": N_("{what}, which is no longer there"),
    "rollback.came": N_("{what}, which was not there; {command} removes it"),
    "rollback.was": N_("{what}; {command} sets it back"),
    "rollback.remove": N_("remove it with: {command}"),
    "rollback.verify": N_("Then run “sudo semdocker cleanup”; no lesson starts before."),
    "area.mounts": N_("mount"),
    "area.loops": N_("loop device"),
    "area.zrams": N_("disk in memory (zram)"),
    "area.read-only": N_("file system that was made read-only"),
    "area.mount-options": N_("options of a kernel file system"),
    "area.cgroups": N_("cgroup"),
    "area.controllers": N_("cgroup controller switched on"),
    "area.processes": N_("process"),
    "area.host": N_("host setting"),
    "area.values": N_("kernel setting"),
    "area.nodes": N_("device or kernel file"),
    "area.interfaces": N_("network interface"),
    "area.modules": N_("kernel module that every bridge of the machine obeys"),
    "area.journal": N_("journal that cannot be read"),
    "area.files": N_("directory in the place of a file"),
    "area.away": N_("lab that only its own namespaces can put back"),
    "area.seats": N_("seat that could not be put back"),
    "area.hostname": N_("hostname"),
    "area.domainname": N_("NIS domain name"),
    # questions
    "quiz.title": N_("Questions"),
    "quiz.answer": N_("Answer: {answer}"),
    "quiz.about": N_("{number} (give or take {off})"),
    "quiz.question": N_("Question {index} of {total}: {ask}"),
    # errors
    "error": N_("semdocker: {sentence}"),
    "fault": N_("{file}:{line}:{column}: {sentence}"),
    # list, show, doctor
    "list.number": N_("No."),
    "list.lesson": N_("Lesson"),
    "list.minutes": N_("Minutes"),
    "list.title": N_("Title"),
    "list.part": N_("{title} (semdocker run {id})"),
    "list.rest": N_("In no part of the course"),
    "list.hint": N_(
        "Run all with “semdocker run”, one with “semdocker run LESSON”; read one with “semdocker show LESSON”."
    ),
    "table.outcome": N_("Result"),
    "table.steps": N_("Steps"),
    "table.checks": N_("Checks"),
    "table.seconds": N_("Time"),
    "show.minutes": P_("about {count} minute", "about {count} minutes"),
    "show.requires": N_("This machine must offer: {names}"),
    "map.title": N_("What `docker run` did"),
    "map.intro": N_(
        "Each thing that you build by hand has a name in real engines. What Docker and Podman take as an option stands "
        "in the files of the OCI (`config.json`), and in a Pod of Kubernetes."
    ),
    "map.whole": P_("What `docker run` did, in our {count} lesson", "What `docker run` did, in our {count} lessons"),
    "map.lesson": N_("{number} · {title} ({id})"),
    "map.docker": N_("Docker, Podman `{word}`"),
    "map.oci": N_("OCI `{word}`"),
    "map.kubernetes": N_("Kubernetes `{word}`"),
    "map.see": N_("see also {lessons}"),
    "show.needs": N_("What this lesson needs from these is prepared first: {lessons}"),
    "show.checks": N_("Checked afterwards:"),
    "show.keeps": N_("True before, and still true afterwards:"),
    "show.fails": N_("This step is meant to fail."),
    "show.undo": N_("Undo: {how}"),
    "show.undo-nothing": N_("nothing to undo"),
    "show.undo-replay": N_("the lesson is rolled back and replayed up to the step before"),
    "show.answers-hidden": N_("“--answers” shows the answers."),
    "show.on": N_("on cgroup {version}"),
    "show.notes": N_("**Speaker notes**\n\n{notes}"),
    "doctor.title": N_("Is this machine fit for the course?"),
    "doctor.present": N_("available"),
    "doctor.unseen": N_("only root can tell"),
    "doctor.untried": N_("could not be tried"),
    "doctor.unsure": N_("Nothing is missing so far. “sudo semdocker doctor” looks at the rest."),
    "doctor.costs": N_("without it these lessons are skipped: {lessons}"),
    "doctor.part": N_("{title}: {fit} of {total} can run here."),
    "doctor.fix": N_("fix: {command}"),
    "doctor.fit": N_("Yes: all lessons can run here."),
    "doctor.unfit": P_(
        "No: {count} thing is missing. The other lessons can run.",
        "No: {count} things are missing. The other lessons can run.",
    ),
    "doctor.no-fix": N_("no command fixes this here"),
    "doctor.hand-made": N_(
        "This is here, and semdocker did not make it. The lessons do not see it. To remove it, type these commands in "
        "this order, and move or delete the directory only after them:"
    ),
    # what is said while something takes long; the seconds follow
    "wait.lab": N_("Opening the lab…"),
    "wait.back": N_("Putting the machine back…"),
    "wait.prove": N_("Proving {name} · {number}…"),
    "wait.lint": N_("Reading the lessons…"),
    "wait.doctor": N_("Trying what this machine can do…"),
    # why this machine lacks something, where the kernel's own word does not say it
    "cause.foreign-proc": N_("/proc shows another world's processes, not those of the one we are in."),
    "cause.partial-proc": N_("This /proc shows processes only (mount option subset=pid); lessons read more of it."),
    "cause.mixed-versions": N_(
        "This machine has some controllers in cgroup v1 and others in v2; the lessons need all three in one version."
    ),
    "cause.little-memory": N_(
        "A lesson fills a container's memory to its limit; with so little left, the whole machine would run out first."
    ),
    "cause.panic-on-oom": N_(
        "A container without memory would stop this whole machine with a kernel panic, so no lesson tries it."
    ),
    "cause.namespace-limit": N_("The machine's limit on namespaces of this kind is too low for a container."),
    "cause.userns-for-root": N_(
        "On this machine only root may make user namespaces. Until the next boot, the command lets everybody do it."
    ),
    "cause.userns-apparmor": N_(
        "AppArmor takes the powers away from user namespaces that ordinary users make, as on Ubuntu. Until the next "
        "boot, the command lets them have these powers."
    ),
    "cause.inner-processes": N_(
        "There are processes in the root of this tree of control groups, as in a container; such a root hands out "
        "nothing. The command moves them into a group of their own."
    ),
    "cause.group-limit": N_(
        "The control group that this runs in has a limit on the groups below it. Raise it from outside (the files "
        "cgroup.max.descendants and cgroup.max.depth), or start semdocker on the machine itself."
    ),
    "cause.threaded": N_(
        "The control group that this runs in is one of threads, as in some containers: there are no groups of "
        "processes below it. Start semdocker on the machine itself."
    ),
    "cause.realtime": N_(
        "Real-time processes run outside the root group; as long as they do, the kernel hands out no CPU controller. "
        "The command moves them there."
    ),
    "cause.read-only": N_("The file system that this is on is read-only."),
    "cause.full": N_("The file system that this is on is full. The command shows what fills it."),
    "cause.immutable": N_("A directory on the way is immutable (chattr +i): not even root may write there."),
    "cause.mount-limit": N_("The machine's limit on mounts (fs.mount-max) is too low for a lab."),
    "cause.few-powers": N_(
        "Here root has not all its rights, as in a container. Start semdocker on the machine itself."
    ),
    "cause.low-limit": N_(
        "The shell that semdocker was started from has this limit; a lesson needs more, and as in a container, "
        "root may not raise it here. Start semdocker from a shell with higher limits."
    ),
    "cause.few-terminals": N_(
        "The kernel gives no more terminals: as many as kernel.pty.max allows are open, or nearly. A lesson needs four."
    ),
    "cause.arp-ignore": N_(
        "Every new network takes these settings over from the machine, and with them nobody there says where an "
        "address is."
    ),
    "cause.no-terminals": N_(
        "The file system that makes terminals (devpts) is not mounted where programs look for it."
    ),
    "cause.no-admin": N_(
        "Here root has not all its rights (CAP_SYS_ADMIN is missing), as in a container. "
        "Start semdocker on the machine itself."
    ),
    "cause.user-namespace": N_(
        "We are in a user namespace, as in a container: the root user there has fewer rights than the machine's. "
        "Start semdocker on the machine itself."
    ),
    "cause.chroot": N_("We are in a chroot, from which no lab can be made. Start semdocker on the machine itself."),
    "cause.layers": N_(
        "The root directory is an overlay already, as in a container, and the kernel lays only two over each other. "
        "Start semdocker on the machine itself."
    ),
    "cause.another-program": N_(
        "This is not the program that the lessons use, but another of the same name, such as one of busybox."
    ),
    "cause.confined": N_(
        "A security profile (AppArmor) forbids the program `unshare` what it is for, even to root. "
        "The command unloads it until the next boot."
    ),
}
