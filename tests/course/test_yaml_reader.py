"""Strict YAML: what becomes of the bytes of one file."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.course import yaml_reader
from runner.course.yaml_nodes import FAULTS, Faults, Mapping, Node, Scalar, Sequence


@pytest.fixture(params=["c", "python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything holds for libyaml and for its replacement."""
    if request.param == "python":
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)


def parse(content: str | bytes, folder: Path) -> tuple[Node | None, list[tuple[int, int, str]]]:
    path = folder / "file.yaml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    faults = Faults("file.yaml")
    node = yaml_reader.read(path, faults)
    return node, [(fault.line, fault.column, fault.key) for fault in faults.found]


def test_scalars_stay_as_written(tmp_path: Path) -> None:
    text = "a: no\nb: 0755\nc: 22:30\nd: '1'\ne: ~\nf: |\n  x\nyes: on\n"
    node, faults = parse(text, tmp_path)
    assert faults == []
    assert isinstance(node, Mapping)
    found = {name: (value.text, value.plain) for name, value in node.values.items() if isinstance(value, Scalar)}
    assert found == {
        "a": ("no", True),
        "b": ("0755", True),
        "c": ("22:30", True),
        "d": ("1", False),
        "e": ("~", True),
        "f": ("x\n", False),
        "yes": ("on", True),
    }


def test_nodes_know_their_place(tmp_path: Path) -> None:
    node, _ = parse("á: 1\nb:\n  - x\n  - {c: y}\n", tmp_path)
    assert isinstance(node, Mapping)
    items = node.values["b"]
    assert isinstance(items, Sequence)
    inner = items.items[1]
    assert isinstance(inner, Mapping)
    assert [(place.line, place.column) for place in (node.keys["b"], items, inner, inner.values["c"])] == [
        (2, 1),
        (3, 3),
        (4, 5),
        (4, 9),
    ]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("", [(1, 1, "yaml-empty")]),
        ("# nothing\n", [(1, 1, "yaml-empty")]),
        (b"a: 1\nb: \xff\n", [(2, 4, "not-utf8")]),
        ("a: é\n".encode("utf-16"), [(1, 1, "not-utf8")]),
        ("a: 1\nb: x\x1b[2J\n", [(2, 5, "control-character")]),
        ("a: \u202ex\nb: \u2066\n", [(1, 4, "control-character"), (2, 4, "control-character")]),
        ("a: x\u2028b: y\n", [(1, 5, "control-character"), (1, 7, "yaml-colon")]),
        ("a: x\rb: y\n", [(1, 5, "control-character"), (1, 7, "yaml-colon")]),
        ('a: "\\u202e"\n', [(1, 4, "control-character")]),
        ("\x00", [(1, 1, "control-character")]),
        ("a: &x 1\nb: *x\n", [(1, 4, "yaml-anchor"), (2, 4, "yaml-alias")]),
        ("<<: {a: 1}\n", [(1, 1, "yaml-merge")]),
        ("a: !!python/object:os.system x\n", [(1, 4, "yaml-tag")]),
        ("a: 1\na: 2\na: 3\n", [(2, 1, "yaml-duplicate"), (3, 1, "yaml-duplicate")]),
        ("a: 1\n---\nb: 2\n", [(2, 1, "yaml-documents")]),
        ("{a: b}: c\n", [(1, 1, "yaml-key")]),
        ("a: 1\nb: *\n", [(2, 5, "yaml-syntax")]),
        ("a: &x 1\nb: @\n", [(1, 4, "yaml-anchor"), (2, 4, "yaml-character")]),
    ],
)
def test_refused(content: str | bytes, faults: list[tuple[int, int, str]], tmp_path: Path) -> None:
    assert parse(content, tmp_path)[1] == faults


def test_quoted_merge_and_windows_lines_are_text(tmp_path: Path) -> None:
    node, faults = parse(b"\xef\xbb\xbf'<<': 1\r\nb: |\r\n  x\r\n  y\r\n", tmp_path)
    assert faults == []
    assert isinstance(node, Mapping)
    text = node.values["b"]
    assert isinstance(text, Scalar)
    assert text.text == "x\ny\n"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("a: " + "x" * (10 << 20), "too-big"),
        ("a: " + "[" * 100_000, "too-deep"),
        ("[" * 33 + "]" * 33, "too-deep"),
        ("- " * 50_000 + "x", "too-deep"),
        ("? " * 50_000, "too-deep"),
        ("a: [" + "1," * 400_000 + "]", "too-many-values"),
        ("a: &a [x]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(5000)), "too-many-faults"),
        ("\x01" * (1 << 20), "too-many-faults"),
        ("a: 1\n" * 15_000, "too-many-faults"),
    ],
    ids=["10-MB", "deep", "33-levels", "deep-dashes", "deep-questions", "wide", "aliases", "controls", "duplicates"],
)
def test_bombs_are_cheap(content: str, fault: str, tmp_path: Path) -> None:
    started = time.process_time()
    node, faults = parse(content, tmp_path)
    assert time.process_time() - started < 10  # the C parser needs far less than a second; Python's, on 1 MiB, does not
    assert faults[-1][2] == fault
    assert len(faults) <= FAULTS + 1
    assert node is None or fault == "too-many-faults"


def test_32_levels_are_enough(tmp_path: Path) -> None:
    assert parse("[" * 32 + "]" * 32, tmp_path)[1] == []


@pytest.mark.timeout(5)
def test_only_regular_files(tmp_path: Path) -> None:
    faults = Faults("x")
    os.mkfifo(tmp_path / "pipe")
    for name in ("pipe", ".", "absent", "loop"):
        if name == "loop":
            (tmp_path / name).symlink_to(name)
        assert yaml_reader.read(tmp_path / name, faults) is None
    assert [fault.key for fault in faults.found] == ["not-a-file", "not-a-file", "file-missing", "file-unreadable"]


_SCRATCH = st.text(alphabet="abc: -?[]{}&*!|>'\"%@`#,\n\t\\<=é\x1b\u202e0", max_size=80)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(content=st.one_of(st.binary(max_size=80), _SCRATCH.map(str.encode)))
def test_any_bytes_give_a_tree_or_faults(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    node, faults = parse(content, tmp_path_factory.getbasetemp())
    assert faults or node is not None


@pytest.mark.fuzz
@pytest.mark.timeout(800)
@settings(max_examples=20_000, deadline=None)
@given(content=st.one_of(st.binary(max_size=400), _SCRATCH.map(str.encode)))
def test_fuzz_bytes(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    node, faults = parse(content, tmp_path_factory.getbasetemp())
    assert faults or node is not None
