"""A folder from which a teacher prepares, asks and collects many machines, with Ansible.

The files are in `ansible/` beside this one, as Ansible reads them. What a person reads stands there by its key,
`@key@`: Jinja's own marks are Ansible's.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from runner.host import files, login
from runner.messages import language
from runner.messages.catalog import text
from runner.messages.language import Language
from runner.records.errors import RunnerError
from runner.teacher.class_machines import Named

MODELS = Path(__file__).parent / "ansible"
MARK = re.compile(r"@([a-z]+\.[a-z]+)@")
PAGE = "README"
LIMIT = 1 << 20  # bytes; no file of ours comes near it
FRESH, SAME, KEPT = "written", "same", "kept"


class Placed(NamedTuple):
    """A file of the folder: it is new, it was the same already, or another is there and stays."""

    path: Path
    state: str


def contents(named: Named, chosen: Language) -> Mapping[str, bytes]:
    """Return all files of the folder by their names."""
    pages = {path.suffixes[0].removeprefix("."): path for path in MODELS.glob(f"{PAGE}.??.md")}
    found = {f"{PAGE}.md": pages[language.nearest(chosen, pages)].read_bytes()}
    for model in sorted((*MODELS.glob("*.yml"), *MODELS.glob("*.cfg"))):
        found[model.name] = MARK.sub(lambda mark: text(f"ansible.{mark[1]}"), model.read_text("utf-8")).encode()
    found["inventory.yml"] = _inventory(named, chosen).encode()
    if named.ssh_config:
        found["ssh_config"] = named.ssh_config
    return found


def _inventory(named: Named, chosen: Language) -> str:
    import yaml

    shared: dict[str, Any] = {"lang": chosen, "ansible_user": named.user, "login": "{{ ansible_user }}"}
    if named.ssh_config:
        shared["ansible_ssh_common_args"] = "-F '{{ inventory_dir }}/ssh_config'"
    hosts = {machine.host: {"seats": list(machine.seats)} for machine in named.machines}
    comment = "".join(f"# {line}\n" for line in text("ansible.inventory.comment").splitlines())
    return comment + yaml.safe_dump({"all": {"vars": shared, "hosts": hosts}}, sort_keys=False, allow_unicode=True)


def place(folder: Path, contents: Mapping[str, bytes]) -> Iterator[Placed]:
    """Write the files that are not there, with the rights of whoever typed the command. Raises RunnerError.

    One that says something else than ours may have been changed by the teacher: it is left as it is.
    """
    who = login.person()
    for name, content in contents.items():
        path = folder / name
        try:
            yield Placed(path, login.act(who, partial(_placed, path, content)).decode())
        except OSError as error:
            raise RunnerError("not-written", path=str(path), reason=error.strerror or str(error)) from error


def _placed(path: Path, content: bytes) -> bytes:
    path.parent.mkdir(0o700, parents=True, exist_ok=True)  # a class's progress and grades come into it
    if not os.path.lexists(path):
        files.replace(path, content, 0o644)
        return FRESH.encode()
    try:
        return (SAME if files.content(path, LIMIT) == content else KEPT).encode()
    except files.NotRead:
        return KEPT.encode()
