"""Which language is chosen, and that Click speaks it too."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import pytest

from runner.messages import language


@pytest.mark.parametrize(
    ("argv", "environ", "expected"),
    [
        ([], {}, "en"),
        ([], {"LANG": "pt_BR.UTF-8"}, "pt"),
        ([], {"LANG": "pt_PT"}, "pt"),
        ([], {"LANG": "C.UTF-8"}, "en"),
        ([], {"LANG": "fr_FR.UTF-8"}, "en"),
        ([], {"LC_ALL": "C", "LANGUAGE": "pt"}, "en"),  # LANGUAGE only refines a locale
        ([], {"LANGUAGE": "pt"}, "en"),
        ([], {"LANG": "en_US.UTF-8", "LANGUAGE": "en:pt"}, "en"),  # English counts although it has no catalogue
        ([], {"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:pt"}, "pt"),
        ([], {"LC_ALL": "", "LC_MESSAGES": "pt_BR", "LANG": "en_US"}, "pt"),
        ([], {"LC_ALL": "en_US", "LC_MESSAGES": "pt_BR"}, "en"),
        ([], {"SEMDOCKER_LANG": "pt", "LANG": "en_US"}, "pt"),
        ([], {"SEMDOCKER_LANG": "pt_BR.UTF-8"}, "pt"),
        ([], {"SEMDOCKER_LANG": "klingon", "LANG": "pt_BR"}, "pt"),
        (["--lang", "en", "list"], {"SEMDOCKER_LANG": "pt"}, "en"),
        (["list", "--lang=pt"], {}, "pt"),
        (["list", "--lang", "pt"], {"LC_ALL": "en_US"}, "pt"),
        (["--lang", "en", "list", "--lang", "pt"], {}, "pt"),  # the last one wins, as in the parser
        (["list", "--lang", "xx"], {"LANG": "pt_BR"}, "pt"),
        (["show", "--", "--lang", "pt"], {}, "en"),
        (["--lang"], {}, "en"),
    ],
)
def test_negotiation(argv: list[str], environ: Mapping[str, str], expected: str) -> None:
    assert language.negotiate(argv, environ) == expected


def test_click_and_our_sentences_speak_the_installed_language() -> None:
    code = """
from runner.messages import language
language.install("pt")
import click
from runner.messages.catalog import text
error = click.UsageError("x")
print(error.format_message(), text("interrupted"))
print(click.exceptions.NoSuchOption("--x").format_message())
language.install("en")
print(text("interrupted"), click.exceptions.NoSuchOption("--x").format_message())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Interrompido." in done.stdout
    assert "Não existe a opção '--x'." in done.stdout
    assert "Interrupted. No such option '--x'." in done.stdout
