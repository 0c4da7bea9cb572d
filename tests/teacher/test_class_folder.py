"""`class init`: what it writes, in both languages; what it refuses; and that it takes nothing from a teacher."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

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
    "assert", "command", "copy", "debug", "fail", "fetch", "file", "getent", "lineinfile", "shell", "stat",
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
        assert f"ansible-playbook {path.name}" in page, path.name


def test_both_pages_give_the_same_commands() -> None:
    def commands(tongue: str) -> list[str]:
        page = (class_folder.MODELS / f"README.{tongue}.md").read_text()
        return re.findall(r"`((?:sudo )?(?:ansible-playbook|semdocker) [^`]*)`", page)

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


def test_others_may_read_the_files_and_not_change_them(tmp_path: Path) -> None:
    init(tmp_path / "class", "pc01")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "class").iterdir()} == {0o644}
