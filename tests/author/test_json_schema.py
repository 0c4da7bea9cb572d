"""The JSON Schema and the format reference say what the loader does: on the corpus, and on trees nobody thought of."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from runner.author import format_reference, json_schema
from runner.course import check_shapes, dangerous_commands, format, render, yaml_reader
from runner.course.yaml_nodes import Faults, Mapping, Node, Scalar, Sequence
from runner.host import package_files
from runner.messages import language
from runner.messages.catalog import MESSAGES
from tests.support import mutants
from tests.support.cases import BAD, COURSE, GOOD, LESSON, PT, Case
from tests.support.lint_cases import LINT

CHANGED = {name: (GOOD / name).read_text() for name in (LESSON, PT, COURSE)}
KINDS = format.FILES
VALIDATORS = {kind: Draft202012Validator(json_schema.of(spec)) for kind, spec in KINDS.items()}

# What the loader refuses and a schema cannot see, because YAML has lost it: quotes, leading zeros, `22:30`, `1e3`.
# Besides these: a pattern around a variable whose value only we know (`../{{ cgroup }}`), and everything that is no
# matter of shape (YAML itself, values and files that owe each other something). The reverse is one thing only: a plain
# `null` is text to us, and nothing to an editor, which must refuse a value that is missing.
UNSEEN = {"want-integer", "want-number", "want-flag"}


def kind_of(path: Path) -> str:
    if path.parent.parent.name == "exercises":
        return "exercise" if path.stem == "exercise" else "exercise-words"
    return {"course": "course", "lesson": "lesson"}.get(path.stem, "words")


def as_an_editor_reads(node: Node) -> Any:
    """YAML 1.2, core schema: what yaml-language-server hands to the validator."""
    if isinstance(node, Mapping):
        return {key: as_an_editor_reads(value) for key, value in node.values.items()}
    if isinstance(node, Sequence):
        return [as_an_editor_reads(item) for item in node.items]
    assert isinstance(node, Scalar)
    return _resolved(node.text) if node.plain else node.text


def _resolved(text: str) -> Any:
    if re.fullmatch(r"|~|null|Null|NULL", text):
        return None
    if re.fullmatch(r"true|True|TRUE|false|False|FALSE", text):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+", text):
        return int(text, 16 if "x" in text else 8 if "o" in text else 10)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


class Verdicts(NamedTuple):
    """What both judges say of a file's shape."""

    loader: set[str]  # keys of faults
    seen: set[str]  # those that a schema can see
    schema: list[str]
    surely: list[str]  # without those for a plain `null`


def verdicts(kind: str, path: Path) -> Verdicts | None:
    """None when the file is no YAML of ours, which is judged before its shape."""
    samples = {**render.SAMPLES, "root": "/x", **dict.fromkeys(("hostname", "cgroup", "pids", "memory"), "x")}
    faults = Faults("", samples)
    node = yaml_reader.read(path, faults)
    if node is None or faults.found:
        return None
    check_shapes.validated(node, KINDS[kind], faults)
    errors = [*VALIDATORS[kind].iter_errors(as_an_editor_reads(node))]
    seen = {fault.key for fault in faults.found if "{{" not in str(fault.values.get("text", ""))} - UNSEEN
    surely = [error.message for error in errors if not _has_null(error.instance)]
    return Verdicts({fault.key for fault in faults.found}, seen, [error.message for error in errors], surely)


def _has_null(value: Any) -> bool:
    """Tell whether a value is missing somewhere: the whole, an item of a list, or a value in a mapping."""
    if isinstance(value, dict):
        return any(map(_has_null, value.values()))
    return value is None or (isinstance(value, list) and any(map(_has_null, value)))


def agree(found: Verdicts | None) -> None:
    """What the loader refuses, the schema refuses, and the reverse."""
    if found:
        assert found.schema or not found.seen, found
        assert found.loader or not found.surely, found


def test_they_are_schemas() -> None:
    for kind in KINDS:
        Draft202012Validator.check_schema(json.loads(json_schema.text(kind)))


@pytest.mark.parametrize("path", [*package_files.lessons().glob("[0-9]*/*.yaml"), *GOOD.glob("*/*.yaml")], ids=str)
def test_good_files_are_good_to_both(path: Path) -> None:
    assert verdicts(kind_of(path), path) == (set(), set(), [], [])


def verdicts_on(case: Case, folder: Path) -> Verdicts | None:
    path = folder / Path(case.file).name
    path.write_text(case.text())
    return verdicts(kind_of(Path(case.file)), path)


@pytest.mark.parametrize("case", [*BAD, *LINT], ids=lambda case: case.name)
def test_bad_files(case: Case, tmp_path: Path) -> None:
    agree(verdicts_on(case, tmp_path))


def test_the_corpus_has_enough_of_each(tmp_path: Path) -> None:
    counts = {"shape": 0, "unseen": 0, "elsewhere": 0}
    for case in BAD:
        found = verdicts_on(case, tmp_path)
        counts["shape" if found and found.schema else "unseen" if found and found.loader else "elsewhere"] += 1
    print(counts)
    assert counts["shape"] >= 25
    assert counts["unseen"] >= 1


@settings(max_examples=150, deadline=None, derandomize=True)
@given(case=mutants.trees_of(CHANGED))
def test_trees_nobody_thought_of(case: tuple[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    name, content = case
    path = tmp_path_factory.getbasetemp() / "graft.yaml"
    path.write_bytes(content)
    agree(verdicts(kind_of(Path(name)), path))


# --- files and editors -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_the_schemas_beside_the_lessons_are_up_to_date(kind: str) -> None:
    """CONTRIBUTING has the line that writes them."""
    language.install("en")
    assert (package_files.lessons() / "_schema" / f"{kind}.json").read_text() == json_schema.text(kind)


def test_every_file_names_its_schema() -> None:
    for path in package_files.lessons().rglob("*.yaml"):
        first = path.read_text().splitlines()[0]
        found = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
        assert found, path
        # the models lie one folder higher than what is made of them
        beside = path.parent if path.parent.name != "_new" or path.stem != "course" else path.parent.parent
        assert (beside / found[1]).resolve() == package_files.lessons() / "_schema" / f"{kind_of(path)}.json"


# --- the reference -----------------------------------------------------------------------------


def test_every_key_has_a_sentence() -> None:
    for kind, spec in KINDS.items():
        for entry in format_reference.entries(kind, spec):
            assert entry.key.sentence.endswith("."), entry.names


@pytest.mark.parametrize(
    ("path", "spoken", "sentence"),
    [
        ("lesson.steps.timeout", "en", "Seconds until the command is interrupted; 10 when not given."),
        ("lesson.steps.timeout", "pt", "Segundos até o comando ser interrompido; 10 se nada for dito."),
        ("checks.http.path", "en", "What is asked for; `/` when not given."),
        ("steps.undo", "en", "How to step back: commands"),
        ("words.steps.why", "en", "For those who ask why."),
    ],
)
def test_a_default_is_told_as_declared(path: str, spoken: str, sentence: str) -> None:
    language.install(spoken)
    try:
        assert format_reference.meaning(format_reference.find(path)).startswith(sentence)
    finally:
        language.install("en")


def test_every_hazard_and_type_has_its_words() -> None:
    for name in dangerous_commands.HAZARDS:
        assert {name, f"hazard.{name}"} <= set(MESSAGES)


@pytest.mark.parametrize(("spoken", "sentence"), [("en", "What is typed."), ("pt", "O que se digita.")])
def test_the_reference_in_both_languages(spoken: str, sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    from runner.records.options import Options
    from runner.verbs.show import show_format

    language.install("pt" if spoken == "pt" else "en")
    try:
        assert show_format(Options(lang="pt" if spoken == "pt" else "en", plain=True)) == 0
    finally:
        language.install("en")
    shown = capsys.readouterr().out
    assert sentence in shown
    for name in ("predict", "undo", "allow", "agrees_with", "translated", "recursive-removal"):
        assert name in shown
