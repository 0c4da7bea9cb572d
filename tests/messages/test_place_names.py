"""The names of places: people read those of their language, and ids only where there is no name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runner.messages import language, place_names
from tests.support.command import semdocker

NEEDED = {"pt": {"container": "caixa", "cafe": "café"}, "en": {"cafe": "coffee shop"}}
OWN = {"pt": {"cafe": "padaria", "web": "servidor"}}


@pytest.fixture(autouse=True)
def _afterwards() -> Iterator[None]:
    yield
    place_names.know({})
    language.install("en")


@pytest.mark.parametrize(
    ("spoken", "shown"),
    [
        ("pt", {"cafe": "padaria", "web": "servidor", "container": "caixa", "host": "host", "world": "world"}),
        ("en", {"cafe": "coffee shop", "web": "web", "container": "container", "host": "host"}),
        ("fr", {"cafe": "cafe", "container": "container"}),
    ],
)
def test_the_names_of_the_lab_that_is_open(spoken: str, shown: dict[str, str]) -> None:
    place_names.know(place_names.merged(NEEDED, OWN))
    language.install(spoken)
    assert {id: place_names.shown(id) for id in shown} == shown


def test_what_the_catalog_names_needs_no_words() -> None:
    language.install("pt")
    assert place_names.shown("container") == "contêiner"
    assert place_names.named({"container": "caixa"}, "container") == "caixa"


@pytest.mark.parametrize(("spoken", "name"), [("pt", "café"), ("en", "cafe")])
def test_a_lesson_that_is_only_read_has_its_names(spoken: str, name: str) -> None:
    shown = semdocker("show", "network", "--lang", spoken, "--plain").stdout
    assert f"\n{name} # " in shown, shown[:2000]
    assert ("\ncafe # " in shown) == (spoken == "en")
