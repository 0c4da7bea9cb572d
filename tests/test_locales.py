"""The catalogues are complete and compiled, and no sentence escapes them."""

from __future__ import annotations

import ast
import os
import re
import runpy
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from runner.checks.registry import KINDS
from runner.host.capability import NAMES
from runner.messages import catalog
from runner.messages.facts import LABELS, WORDS

ROOT = Path(__file__).parent.parent
LANGUAGES = sorted(folder.parent.name for folder in (ROOT / "locales").glob("*/LC_MESSAGES"))
PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)s")
ENGLISH = "{number_type}"  # what Click says of a kind of number in any language: a translation leaves it out


@pytest.fixture(scope="module")
def update() -> dict[str, Any]:
    return runpy.run_path(str(ROOT / "locales" / "update.py"))


# Other versions of Click and Typer have other sentences; theirs that we do not know stay English.
known_versions = pytest.mark.skipif(
    not (version("click").startswith("8.5.") and version("typer").startswith("0.25.")),
    reason="the catalogues know the sentences of Click 8.5 and Typer 0.25",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "package", ["runner", *(pytest.param(name, marks=known_versions) for name in ("click", "typer"))]
)
def test_everything_is_translated(language: str, package: str, update: dict[str, Any]) -> None:
    catalogue = update["read"](language)
    for message in update["template"]([package]):
        if not message.id:
            continue
        found = catalogue.get(message.id)
        assert found is not None, f"not in the catalogue (python locales/update.py): {message.id}"
        forms = found.string if isinstance(found.string, tuple) else (found.string,)
        assert all(forms), f"untranslated: {message.id}"
        assert not found.fuzzy, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_are_the_same(language: str, update: dict[str, Any]) -> None:
    for message in update["read"](language):
        singular, *plural = message.id if isinstance(message.id, tuple) else (message.id,)
        first, *others = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id:
            _agree(singular, first)
            for other in others:
                _agree(plural[0], other)


def _agree(source: str, translated: str) -> None:
    wanted = [one for one in PLACEHOLDER.findall(source) if one != ENGLISH]
    assert sorted(wanted) == sorted(PLACEHOLDER.findall(translated)), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_source(language: str, update: dict[str, Any]) -> None:
    assert update["path"](language, "mo").read_bytes() == update["compiled"](update["read"](language))


@known_versions
def test_the_template_is_up_to_date(update: dict[str, Any]) -> None:
    assert (ROOT / "locales" / "semdocker.pot").read_bytes() == update["written"](update["template"]())


# --- keys ---


def _calls() -> list[tuple[str, str, set[str]]]:
    """Every key given literally to `text` or to an error: file, key and the names of its values."""
    found = []
    for path in (ROOT / "runner").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                key = node.args[0]
                keyed = node.func.id == "text" or node.func.id in ERRORS
                if keyed and isinstance(key, ast.Constant) and isinstance(key.value, str):
                    names = {word.arg for word in node.keywords if word.arg}
                    dynamic = any(word.arg is None for word in node.keywords)
                    found.append((path.name, key.value, set() if dynamic else names))
    return found


ERRORS = {"RunnerError", "UsageError", "Unfit", "Dirty", "Busy"}


def test_every_key_in_the_code_has_a_sentence_with_its_values() -> None:
    calls = _calls()
    assert len(calls) > 50
    for file, key, names in calls:
        assert key in catalog.MESSAGES, f"{file}: {key}"
        sentence = catalog.MESSAGES[key]
        forms = sentence if isinstance(sentence, tuple) else (sentence,)
        wanted = {name for form in forms for name in re.findall(r"(?<!\{)\{(\w+)\}", form)}
        assert not names or wanted <= names, f"{file}: {key} lacks {wanted - names}"


def test_every_fault_of_the_loader_has_a_sentence() -> None:
    keys = set()
    for path in (ROOT / "runner").rglob("*.py"):
        keys |= set(re.findall(r"faults\.add(?:_at)?\([^\"\n]*\"([a-z0-9-]+)\"", path.read_text()))
    assert keys
    assert keys <= set(catalog.MESSAGES)


def test_every_fact_and_capability_has_a_name() -> None:
    for path in (ROOT / "runner" / "checks").glob("*.py"):
        for fact in re.findall(r"(?:compare|judge)\(f?\"([a-z_.{}]+)\"", path.read_text()):
            assert _named(re.sub(r"\{.*?\}", "x", fact)), fact
    for kind in KINDS:
        assert _named(kind), kind
    for name in (*NAMES, "tool.ps"):
        assert _named("capability." + name)


def _named(fact: str) -> bool:
    return fact in LABELS or catalog.label(fact) != fact


def test_an_unknown_key_is_shown_instead_of_raised() -> None:
    assert catalog.text("no-such-key", a=1) == "no-such-key {'a': 1}"
    assert catalog.label("no.such.fact") == "no.such.fact"
    assert catalog.word("4026531836") == "4026531836"


# --- pseudo-locale ---

PSEUDO = """
import gettext, sys
from runner.messages import language

def mark(text): return "".join("#" if c.isalpha() else c for c in text)
class Pseudo(gettext.NullTranslations):
    def gettext(self, text): return keep(text)
    def ngettext(self, one, many, count): return keep(one if count == 1 else many)
def keep(text):  # letters outside placeholders are hidden, so any letter that remains was never translated
    import re
    pieces = re.split(r"(\\{[^}]*\\}|%\\(\\w+\\)s)", text)
    return "".join(piece if place % 2 else mark(piece) for place, piece in enumerate(pieces))
language.gettext.translation = lambda *a, **k: Pseudo()
from runner.cli import main
sys.exit(main(sys.argv[1:]))
"""
# What stays as it is in every language: names of options, verbs, values and of the program.
NAMES_KEPT = re.compile(
    r"--?[a-z-]+|semdocker"
    r"|\b(run|learn|demo|practice|check|random|prove|list|show|glossary|doctor|status|cleanup|xray|shell|report|reset)\b"
    r"|\b(class|init|lint|new|grade|export|pt|en|v1|v2|both|xx|zz|hel)\b"
)


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "run --help",
        "list --help",
        "show --help",
        "doctor --help",
        "status --help",
        "learn --help",
        "prove --help",
        "practice --help",
        "check --help",
        "demo --help",
        "cleanup --help",
        "xray --help",
        "shell --help",
        "class --help",
        "class init --help",
        "class report --help",
        "report --help",
        "reset --help",
        "lint --help",
        "new --help",
        "grade --help",
        "export --help",
        "grade",
        "lint zz",
        "zz",
        "--hel",
        "show",
        "run --report",
        "list --lang xx",
        "list zz",
        "run --plain=zz",
        "show 1 --cgroup xx",
    ],
)
def test_no_sentence_of_the_command_line_escapes_translation(arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PSEUDO, *arguments.split()],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    )
    shown = done.stdout + done.stderr
    assert shown.strip()
    assert "Traceback" not in shown
    assert re.findall(r"[A-Za-z]{2,}", NAMES_KEPT.sub("", shown)) == [], shown


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "80", "LANG": "C.UTF-8"}


def test_labels_and_words_are_marked_for_extraction(update: dict[str, Any]) -> None:
    template = update["template"](["runner"])
    for sentence in (*LABELS.values(), *WORDS.values()):
        assert sentence in template
