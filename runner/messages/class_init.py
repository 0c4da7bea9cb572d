"""The sentences of `class init`: the command's own, and those in the files for Ansible.

No sentence of a file has a straight quotation mark, a backslash or a brace: YAML, Jinja and Ansible read them, too.
"""

from __future__ import annotations

from runner.messages.translatable import N_, Sentence

CLASS_INIT: dict[str, Sentence] = {
    "help.class-init": N_(
        "Write a folder of playbooks for many machines. With them, Ansible prepares the machines, asks them how the "
        "class is doing, collects the progress and cleans up. Nothing is overwritten. Needs no root."
    ),
    "help.class_folder": N_("The folder to write. What is in it already stays as it is."),
    "help.machines": N_("Machines, each with the seats of its students, e.g. pc01=maria or server=ana,bruno."),
    "help.MACHINE": N_("MACHINE[=SEAT,...]"),
    "help.class-hosts": N_(
        "A list: one machine a line, and its students' seats after it; or what “vagrant ssh-config” printed."
    ),
    "class-init-none": N_("Name the machines of the class, e.g. pc01=maria pc02=joao, or a list of them with --hosts."),
    "class-init-host": N_("A machine cannot be called “{name}”. Give its name in the network, or its IPv4 address."),
    "class-init-twice": N_("This is there twice, and may be there only once: {name}."),
    "class-init-unread": N_("“{path}” cannot be read: {reason}."),
    "class-init.written": N_("Written to {folder}: {names}."),
    "class-init.kept": N_(
        "Left as they are in {folder}, because their content differs from ours: {names}. "
        "Move one away, and it is written anew."
    ),
    "class-init.same": N_("All is there already in {folder}."),
    "class-init.next": N_("What to do next:"),
    "class-init.read": N_("its README.md says what is what, and what goes into wheels/"),
    "class-init.check": N_("what would change on the machines"),
    "class-init.prepare": N_("installs semdocker on each"),
    # at the top of the files
    "ansible.inventory.comment": N_(
        "The machines of the class, and the seats of those who work on each. Add, change and remove as you like.\n"
        "ansible_user: who Ansible logs in as. Best is root, with a key. Anybody else needs sudo there, without\n"
        "a password or with one that opens nothing else (--ask-become-pass): students are root there and can read it.\n"
        "login: the account that students use where none is called like their seat."
    ),
    "ansible.ansible.cfg": N_("Settings of Ansible for this folder."),
    "ansible.ansible.silent": N_("A machine that falls silent is given up after 15 seconds."),
    "ansible.ansible.facts": N_("What a machine says of itself must not take the place of what inventory.yml says."),
    "ansible.ansible.endless": N_("One that answers without end is given up, too, after so many seconds."),
    "ansible.playbook.prepare": N_(
        "Installs semdocker on each machine, from the folder wheels/ and, if it lacks something, from the internet."
    ),
    "ansible.playbook.doctor": N_(
        "Tries on each machine what the lessons do; -e lesson=hostname asks for one lesson only."
    ),
    "ansible.playbook.lesson": N_("Says at each login what today's lesson is: -e lesson=hostname"),
    "ansible.playbook.class": N_("Shows who is where, who asks for help and who is stuck, machine by machine."),
    "ansible.playbook.collect": N_(
        "Fetches the progress of each seat to collected/, and engines of the lesson capstone to scripts/."
    ),
    "ansible.playbook.grade": N_("Grades the engines in scripts/, on this machine, as root."),
    "ansible.playbook.cleanup": N_(
        "Puts each machine back. Labs in which somebody works are left alone, unless -e end=true."
    ),
    "ansible.playbook.remove": N_(
        "Removes what prepare.yml installed. The Debian packages and all that is the students' stay."
    ),
    # the names of plays
    "ansible.play.prepare": N_("Prepare the machines"),
    "ansible.play.doctor": N_("Ask whether the machines are fit"),
    "ansible.play.lesson": N_("Announce the lesson"),
    "ansible.play.class": N_("See the class"),
    "ansible.play.collect": N_("Collect the progress"),
    "ansible.play.grade": N_("Grade the engines"),
    "ansible.play.cleanup": N_("Clean up"),
    "ansible.play.remove": N_("Remove semdocker"),
    # the names of tasks
    "ansible.task.wheel": N_("the folder wheels/ has semdocker"),
    "ansible.task.packages": N_("look for the Debian packages"),
    "ansible.task.room": N_("make a place for the folder wheels/"),
    "ansible.task.copy": N_("copy the folder wheels/"),
    "ansible.task.debs": N_("install the Debian packages of the folder"),
    "ansible.task.apt": N_("install the Debian packages from the internet"),
    "ansible.task.venv": N_("make a place for semdocker"),
    "ansible.task.which": N_("look which semdocker it is"),
    "ansible.task.install": N_("install semdocker"),
    "ansible.task.link": N_("put semdocker on the path"),
    "ansible.task.accounts": N_("read the accounts"),
    "ansible.task.seat": N_("give the machine its seat"),
    "ansible.task.doctor": N_("try what the lessons do"),
    "ansible.task.fit": N_("the machine is fit"),
    "ansible.task.named": N_("a lesson is named"),
    "ansible.task.list": N_("list the lessons"),
    "ansible.task.known": N_("the lesson is one of them"),
    "ansible.task.greet": N_("greet with the lesson"),
    "ansible.task.class": N_("look at the labs"),
    "ansible.task.show": N_("show it"),
    "ansible.task.folders": N_("make the folders"),
    "ansible.task.report": N_("ask for the progress"),
    "ansible.task.write": N_("write it here"),
    "ansible.task.scripts": N_("fetch the engine"),
    "ansible.task.damaged": N_("all could be read"),
    "ansible.task.some": N_("there are engines"),
    "ansible.task.grade": N_("grade them"),
    "ansible.task.ungreet": N_("greet no more"),
    "ansible.task.status": N_("look what is there because of us"),
    "ansible.task.end": N_("end the labs in which somebody works"),
    "ansible.task.cleanup": N_("put the machine back"),
    "ansible.task.live": N_("tell of the labs in which somebody works"),
    "ansible.task.left": N_("nothing is left"),
    "ansible.task.records": N_("look for what was not put back"),
    "ansible.task.none": N_("all is put back"),
    "ansible.task.remove": N_("remove our files"),
    "ansible.task.unseat": N_("remove the seat"),
    # comments in the files
    "ansible.note.stamp": N_(
        "An empty file with the wheel's checksum tells that just this one was installed, and to its end."
    ),
    "ansible.note.seat": N_(
        "Where one student works under a login of another name, the machine says the seat by itself."
    ),
    "ansible.note.names": N_("Name by name: a directory of accounts, such as LDAP, need not list them all."),
    "ansible.note.account": N_("As the student: root would read whatever the student puts in that place."),
    "ansible.note.regular": N_("A pipe would be waited for, and some files have no end."),
    "ansible.note.made": N_(
        "Nothing on the machine changes, so this counts as no change; the file here is new each time."
    ),
    "ansible.file.greeting": N_("Today's lesson. Ansible wrote this, and cleanup.yml removes it."),
    # what students and teachers are told
    "ansible.greeting.today": N_("Today:"),
    "ansible.greeting.type": N_("Type:"),
    "ansible.done.fit": N_("fit"),
    "ansible.fail.wheel": N_(
        "The folder wheels/ must have exactly one semdocker-….whl; README.md tells how to make it."
    ),
    "ansible.fail.unfit": N_("These lessons cannot run here"),
    "ansible.fail.lesson": N_("Say which lesson: -e lesson=hostname"),
    "ansible.fail.unknown": N_("There is no such lesson. There are"),
    "ansible.fail.damaged": N_(
        "The progress of these seats could not be read. What was collected of them earlier is kept."
    ),
    "ansible.fail.odd": N_("What these seats have as an engine is no file of less than 1 MB that they can read"),
    "ansible.fail.scripts": N_("There is no engine in scripts/. Run collect.yml first."),
    "ansible.fail.live": N_("Somebody works here, and is left alone; -e end=true ends it"),
    "ansible.fail.left": N_("This is left"),
    "ansible.fail.records": N_("Something was not put back here. Run cleanup.yml first."),
}
