"""`class init`: what it writes, in both languages; what it refuses; and that it takes nothing from a teacher."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jinja2
import pytest
import yaml

from runner.messages import language
from runner.records.errors import RunnerError
from runner.teacher import class_folder, class_machines
from runner.teacher.class_machines import Machine, Named
from tests.support.command import semdocker

VAGRANT = """Host seat1
  HostName 127.0.0.1
  User vagrant
  Port 2222
  UserKnownHostsFile /dev/null
  StrictHostKeyChecking no
  IdentityFile /home/prof/aula/.vagrant/machines/seat1/libvirt/private_key

Host seat2
  HostName 127.0.0.1
  User vagrant
  Port 2200
"""
MODULES = {  # those that come with ansible-core
    "assert", "command", "copy", "debug", "fail", "file", "lineinfile", "shell", "stat",
}  # fmt: skip


def init(folder: Path, *words: str, tongue: str = "en") -> subprocess.CompletedProcess[str]:
    return semdocker("class", "init", str(folder), *words, "--lang", tongue)


def inventory(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((folder / "inventory.yml").read_text())["all"]
    return found


# --- the machines ---


@pytest.mark.parametrize(
    "line", ["pc01=maria", "pc01 maria", "pc01;maria", "pc01, maria", "pc01\tmaria  ", "pc01=maria,"]
)
def test_a_machine_and_its_seat_in_every_notation(line: str) -> None:
    assert class_machines.named([line], None).machines == (Machine("pc01", ("maria",)),)


def test_a_list_may_have_comments_and_machines_may_be_named_besides(tmp_path: Path) -> None:
    (tmp_path / "list").write_text(
        "\ufeff# the room\npc01 maria\n\n10.0.0.7\nserver.lab: \n".replace(": ", " ana bruno # two")
    )
    found = class_machines.named(["pc09"], tmp_path / "list").machines
    assert found == (
        Machine("pc01", ("maria",)),
        Machine("10.0.0.7", ("10-0-0-7",)),
        Machine("server.lab", ("ana", "bruno")),
        Machine("pc09", ("pc09",)),
    )


def test_what_vagrant_knows_goes_to_ssh_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "machines").write_text(VAGRANT)
    assert init(tmp_path / "class", "--hosts", str(tmp_path / "machines")).returncode == 0
    assert (tmp_path / "class" / "ssh_config").read_text() == VAGRANT
    found = inventory(tmp_path / "class")
    assert found["vars"] == {
        "lang": "en",
        "ansible_user": "vagrant",
        "login": "{{ ansible_user }}",
        "ansible_ssh_common_args": "-F '{{ inventory_dir }}/ssh_config'",
    }
    assert found["hosts"] == {name: {"seats": [name]} for name in ("seat1", "seat2")}


def test_a_configuration_of_ssh_may_say_less(tmp_path: Path) -> None:
    (tmp_path / "machines").write_text("User\nHost * !x\n\tUser\nHost\tpc01 pc02\n")
    found = class_machines.named(["pc03=maria"], tmp_path / "machines")
    assert [machine.host for machine in found.machines] == ["pc01", "pc02", "pc03"]
    assert found.user == "root"


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ([], "class-init-none"),
        (["pc01=maria", "pc01=ana"], "class-init-twice"),
        (["pc01=maria", "pc02=maria"], "class-init-twice"),
        (["pc/01"], "class-init-host"),
        (["="], "class-init-host"),
        ([""], "class-init-host"),
        (["-pc01"], "class-init-host"),
        (["pc[01:30]"], "class-init-host"),
        (["{{x}}"], "class-init-host"),
        (["pc01=João"], "seat-name"),
        (["pc01=" + "a" * 32], "seat-name-long"),
    ],
)
def test_what_is_no_machine_or_no_seat_is_refused(words: list[str], key: str) -> None:
    with pytest.raises(RunnerError) as caught:
        class_machines.named(words, None)
    assert caught.value.key == key


@pytest.mark.parametrize("name", ["missing", "folder", "link"])
def test_a_list_that_cannot_be_read_is_a_sentence(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "folder")
    done = init(tmp_path / "class", "--hosts", str(tmp_path / name))
    assert done.returncode == 1
    assert f"“{tmp_path / name}” cannot be read: " in done.stderr.replace("\n", " ")
    assert not (tmp_path / "class").exists()


# --- the files ---


@pytest.mark.parametrize("tongue", ["pt", "en"])
def test_every_playbook_is_whole_and_asks_for_nothing_from_elsewhere(tongue: str, tmp_path: Path) -> None:
    assert init(tmp_path / "class", "pc01=maria", "srv=ana,bruno", tongue=tongue).returncode == 0
    playbooks = sorted((tmp_path / "class").glob("*.yml"))
    assert len(playbooks) == len([*class_folder.MODELS.glob("*.yml")]) + 1  # and the inventory
    for path in playbooks:
        assert not class_folder.MARK.search(path.read_text())
        if path.stem == "inventory":
            continue
        (play,) = yaml.safe_load(path.read_text())
        for task in (play, *play["tasks"]):
            assert re.search(r"[^\W\d_]", task["name"])
        modules = [name for task in play["tasks"] for name in task if "." in name]
        assert len(modules) == len(play["tasks"])
        assert {name.removeprefix("ansible.builtin.") for name in modules} <= MODULES


def test_the_sentences_in_the_files_are_in_the_language_asked_for(tmp_path: Path) -> None:
    for tongue in ("pt", "en"):
        init(tmp_path / tongue, "pc01", tongue=tongue)
    portuguese, english = (
        {path.name: path.read_text() for path in (tmp_path / name).iterdir()} for name in ("pt", "en")
    )
    assert portuguese.keys() == english.keys()
    assert "Preparar as máquinas" in portuguese["prepare.yml"]
    assert "Prepare the machines" in english["prepare.yml"]
    assert inventory(tmp_path / "pt")["vars"]["lang"] == "pt"
    assert [name for name in english if english[name] == portuguese[name]] == []


def test_no_key_is_without_a_sentence_and_no_sentence_without_a_place() -> None:
    used = {key for path in class_folder.MODELS.iterdir() for key in class_folder.MARK.findall(path.read_text())}
    from runner.messages.class_init import CLASS_INIT

    kept = {key.removeprefix("ansible.") for key in CLASS_INIT if key.startswith("ansible.")}
    assert kept - {"inventory.comment"} == used


def test_a_sentence_cannot_break_a_playbook() -> None:
    from runner.messages.catalog import text
    from runner.messages.class_init import CLASS_INIT

    for tongue in ("pt", "en"):
        language.install(tongue)
        for key in CLASS_INIT:
            assert not key.startswith("ansible.") or not set('"\\{}') & set(text(key)), (tongue, key)


def test_a_language_without_a_page_gets_the_english_one() -> None:
    page = class_folder.contents(Named((Machine("pc01", ("pc01",)),)), "es")["README.md"]
    assert page == (class_folder.MODELS / "README.en.md").read_bytes()


@pytest.mark.parametrize("tongue", ["pt", "en"])
def test_the_page_names_each_playbook(tongue: str) -> None:
    page = (class_folder.MODELS / f"README.{tongue}.md").read_text()
    for path in class_folder.MODELS.glob("*.yml"):
        assert re.search(rf"ansible-playbook\S* {path.name}", page), path.name


def test_both_pages_give_the_same_commands() -> None:
    def commands(tongue: str) -> list[str]:
        page = (class_folder.MODELS / f"README.{tongue}.md").read_text()
        return re.findall(r"`((?:sudo|ansible-playbook|semdocker|python3) [^`]*)`", page)

    assert commands("pt") == commands("en") != []


# --- a second time ---


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    first = init(folder, "pc01=maria")
    assert first.returncode == 0 and "prepare.yml" in first.stdout
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    again = init(folder, "pc01=maria")
    assert again.returncode == 0 and "All is there already" in again.stdout
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()} == before


def test_what_the_teacher_changed_is_kept_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    init(folder, "pc01=maria")
    (folder / "lesson.yml").write_text("mine")
    (folder / "doctor.yml").unlink()
    (folder / "ansible.cfg").unlink()
    (folder / "ansible.cfg").symlink_to("elsewhere")
    done = init(folder, "pc02=joao")
    assert done.returncode == 1
    written, kept = (line for line in done.stdout.splitlines() if "class" in line and ":" in line and "cd" not in line)
    assert "doctor.yml." in written
    assert "ansible.cfg, lesson.yml, inventory.yml." in kept
    assert (folder / "lesson.yml").read_text() == "mine"
    assert (folder / "ansible.cfg").readlink() == Path("elsewhere")
    assert [*inventory(folder)["hosts"]] == ["pc01"]


def test_the_document(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    init(folder, "pc01=maria")
    (folder / "lesson.yml").write_text("mine")
    (folder / "doctor.yml").unlink()
    done = init(folder, "pc01=maria", "--json")
    document = json.loads(done.stdout)
    assert done.returncode == 1
    assert document["schema"] == "semdocker/class-init/1"
    states = {Path(one["file"]).name: one["state"] for one in document["files"]}
    assert (states["lesson.yml"], states["doctor.yml"], states["prepare.yml"]) == ("kept", "written", "same")


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = init(tmp_path / "file" / "class", "pc01")
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_others_do_not_come_into_the_folder(tmp_path: Path) -> None:
    """What is collected and graded lies in it. The files themselves are as any others, for whoever copies them."""
    init(tmp_path / "class", "pc01")
    assert stat.S_IMODE((tmp_path / "class").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "class").iterdir()} == {0o644}


# --- what the playbooks do with what a machine answers ---

# Stands in for ssh: each module that Ansible sends gets the next answer; from the last one on, all get that.
MACHINE = """#!/usr/bin/env python3
import json, pathlib, sys
if "python" not in sys.argv[-1]:
    print("ansible-tmp-1=/root/.ansible/tmp/ansible-tmp-1" if "mkdir" in sys.argv[-1] else "")
    raise SystemExit
sys.stdin.buffer.read()
answers = pathlib.Path(__file__).with_name("answers")
first, *rest = json.loads(answers.read_text())
answers.write_text(json.dumps(rest or [first]))
print(json.dumps(first))
"""
needs_ansible = pytest.mark.skipif(not shutil.which("ansible-playbook"), reason="needs ansible-core")


def said(output: str = "", **more: object) -> dict[str, object]:
    status = {"exists": True, "isreg": True, "isdir": False, "size": 1, "checksum": "0"}
    return {"changed": False, "rc": 0, "stdout": output, "stderr": "", "stat": status} | more


def plays(folder: Path, answers: Sequence[dict[str, object]], *words: str) -> subprocess.CompletedProcess[str]:
    """Play a playbook of the folder for one machine, `pc01`, which gives these answers."""
    init(folder, "pc01")
    (folder / "answers").write_text(json.dumps(answers))
    (folder / "ssh").write_text(MACHINE)
    (folder / "ssh").chmod(0o755)
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "ANSIBLE_NOCOLOR": "1"}
    command = ["ansible-playbook", *words, "-e", f"ansible_ssh_executable={folder / 'ssh'}"]
    return subprocess.run(
        command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def play(name: str) -> dict[str, Any]:
    (found,) = yaml.safe_load((class_folder.MODELS / name).read_text().replace("@", ""))
    assert isinstance(found, dict)
    return found


ROOT = said("root:x:0:0::/root:/bin/sh")


@needs_ansible
def test_a_machine_that_lies_writes_nowhere_else(tmp_path: Path) -> None:
    away = "/../../../x"
    lie = {"seats": [away], "login": "root", "getent_passwd": {away: ["x", "0", "0", "", "/root", "/bin/sh"]}}
    engine = base64.b64encode(b"#!/bin/sh\n").decode()
    odd: dict[str, Any] = {"ansible_facts": lie, "seat": away, "item": away}
    answers = [ROOT | odd, said(**odd), said(engine, content=engine, encoding="base64", **odd)]
    done = plays(tmp_path / "class", answers, "collect.yml")
    assert {path.name for path in tmp_path.iterdir()} == {"class"}
    assert (done.returncode, [path.name for path in (tmp_path / "class" / "scripts").iterdir()]) == (
        0,
        ["pc01-pc01.sh"],
    )
    assert (tmp_path / "class" / "scripts" / "pc01-pc01.sh").read_text() == "#!/bin/sh\n"


@needs_ansible
def test_what_a_seat_has_that_is_no_engine_is_named(tmp_path: Path) -> None:
    done = plays(tmp_path / "class", [ROOT, said("{}"), said(rc=1)], "collect.yml")
    assert done.returncode != 0
    assert "no file of less than 1 MB that they can read: pc01" in done.stdout
    assert (tmp_path / "class" / "collected" / "pc01-pc01.json").exists()


@needs_ansible
def test_to_try_the_collecting_makes_no_folder(tmp_path: Path) -> None:
    done = plays(tmp_path / "class", [ROOT, said("{}"), said("")], "collect.yml", "--check")
    assert done.returncode == 0, done.stdout
    assert not {"collected", "scripts"} & {path.name for path in (tmp_path / "class").iterdir()}


@needs_ansible
def test_a_lesson_that_is_none_is_not_fit(tmp_path: Path) -> None:
    answer = said(json.dumps({"lessons": [{"id": "hostname", "fit": True, "lacks": []}], "capabilities": []}))
    assert plays(tmp_path / "class", [answer], "doctor.yml", "-e", "lesson=hostname").returncode == 0
    done = plays(tmp_path / "class", [answer], "doctor.yml", "-e", "lesson=hostnam")
    assert done.returncode != 0 and "There is no such lesson. There are: hostname" in done.stdout


@needs_ansible
def test_to_try_the_cleaning_up_does_not_fail_for_what_would_be_cleaned(tmp_path: Path) -> None:
    unclaimed = {"processes": [], "mounts": ["/x"], "groups": [], "files": []}
    answer = said(json.dumps({"seats": [{"seat": "pc01", "holder": None}], "unclaimed": unclaimed}))
    assert plays(tmp_path / "class", [answer], "cleanup.yml", "--check").returncode == 0
    assert plays(tmp_path / "class", [answer], "cleanup.yml").returncode != 0


@needs_ansible
def test_only_packages_are_copied(tmp_path: Path) -> None:
    """What apt leaves beside them is root's, and cannot be read."""
    wheels = tmp_path / "class" / "wheels"
    (wheels / "partial").mkdir(parents=True)
    for name in "semdocker-1.whl", "typer-1.whl", "nftables.deb", "lock", "partial/x.deb":
        (wheels / name).touch()
    done = plays(tmp_path / "class", [said("installed")], "prepare.yml", "--check")
    assert done.returncode == 0, done.stdout
    copied = re.findall(r"^changed: \[pc01\] => \(item=(.*)\)", done.stdout, re.MULTILINE)
    assert sorted(copied) == ["nftables.deb", "semdocker-1.whl", "typer-1.whl"]


def test_semdocker_is_installed_from_its_file() -> None:
    """By its name, pip would take whatever has the highest version, from the internet or from earlier days."""
    (command,) = (
        task["ansible.builtin.shell"]["cmd"]
        for task in play("prepare.yml")["tasks"]
        if "pip install" in str(task.get("ansible.builtin.shell"))
    )
    assert "semdocker" not in command.split()


@pytest.mark.parametrize(
    ("seat", "account", "own"), [("maria", "maria", ""), ("maria", "root", ".maria"), ("default", "root", "")]
)
def test_where_the_engine_of_a_seat_is(seat: str, account: str, own: str) -> None:
    text = jinja2.Template(play("collect.yml")["vars"]["own"], autoescape=True).render(seat=seat, account=account)
    assert text == own


def test_only_a_file_of_some_size_is_read(tmp_path: Path) -> None:
    (line,) = (task["vars"]["read"] for task in play("collect.yml")["tasks"] if "vars" in task)
    (tmp_path / "engine").write_bytes(b"\xe7\0")
    os.mkfifo(tmp_path / "pipe")
    os.truncate(os.open(tmp_path / "large", os.O_CREAT | os.O_WRONLY), 1 << 20)
    for name, found in (
        ("engine", (0, "5wA=")),
        ("none", (0, "")),
        ("pipe", (1, "")),
        ("large", (1, "")),
        (".", (1, "")),
    ):
        done = subprocess.run(
            ["sh", "-c", line, tmp_path / name], capture_output=True, text=True, check=False, timeout=10
        )
        assert (done.returncode, done.stdout) == found, name


def test_nobody_is_waited_for_without_end() -> None:
    settings = (class_folder.MODELS / "ansible.cfg").read_text()
    assert re.search(r"^task_timeout = \d+$", settings, re.MULTILINE)
