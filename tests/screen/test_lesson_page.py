"""The page of a lesson tells what its checks ask for in words, not by the keys of the lesson file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.checks.registry import KINDS
from runner.messages.facts import ASKED, LABELS
from runner.records.shapes import Record
from tests.support.command import semdocker


def parameters(params: Record) -> Iterator[str]:
    for name, key in params.fields.items():
        yield name
        if isinstance(key.shape, Record):
            yield from parameters(key.shape)


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_of_a_check_has_words(kind: str) -> None:
    assert [
        name for name in parameters(KINDS[kind].PARAMS) if name not in ASKED and f"{kind}.{name}" not in LABELS
    ] == []


@pytest.mark.parametrize(
    ("lesson", "told"),
    [
        ("pivot-root", "raiz do namespace de montagem `sim`"),
        ("verification", "confere com o kernel (nomes no diretório `/`, em `host`)"),
        ("verification", "confere com o kernel (processos de `contêiner`)"),
        ("verification", "número de linhas (no máximo `4`)"),
        ("verification", "capacidades efetivas (contém `CAP_SYS_ADMIN CAP_SYS_CHROOT`)"),
        ("capabilities", "capacidades efetivas `nenhuma capacidade`"),
        ("capabilities", "seccomp `filtro`"),
        ("user-namespaces", "mapa de usuários (uid_map) `nenhum`"),
        ("cgroups", "contador `mortos por falta de memória`, no mínimo `1`"),
        ("ipc", "tipo `segmentos de memória compartilhada`"),
        ("bandwidth", "caminho `/box`, no máximo `1,25 MB/s`"),
        ("overlayfs", "feito para `o processador desta máquina`"),
    ],
)
def test_what_a_check_asks_for_in_portuguese(lesson: str, told: str) -> None:
    assert told in semdocker("show", lesson, "--lang", "pt", "--plain").stdout
