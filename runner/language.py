"""Which language to speak, and the catalogue that speaks it: for our sentences and for those of Click and Typer."""

from __future__ import annotations

import gettext
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal

from runner import data

Language = Literal["pt", "en"]

LANGUAGES: tuple[Language, ...] = ("pt", "en")
DOMAIN = "semdocker"
SOURCE: Language = "en"  # the language of the sentences in the code; it needs no catalogue

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def negotiate(argv: Sequence[str], environ: Mapping[str, str]) -> Language:
    """--lang, then SEMDOCKER_LANG, then the locale; English where nothing says otherwise.

    As in GNU gettext, LANGUAGE only refines a locale that is not C. Python's own search differs in both points
    (it obeys LANGUAGE even then, and skips English because it has no catalogue), so it is not used.
    """
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "C")
    from_locale = [] if _base(locale) in ("c", "posix") else [*environ.get("LANGUAGE", "").split(":"), locale]
    wishes = [*reversed(asked(argv)), environ.get("SEMDOCKER_LANG", ""), *from_locale]
    spoken = (_base(wish) for wish in wishes)
    return next((language for language in spoken if language in LANGUAGES), SOURCE)


def chosen(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether somebody chose the language, rather than the locale."""
    return any(_base(wish) in LANGUAGES for wish in (*asked(argv), environ.get("SEMDOCKER_LANG", "")))


def asked(argv: Sequence[str]) -> list[str]:
    """The values of every --lang on a command line; read before Typer is imported, which binds its texts then."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    return [
        following if word == "--lang" else word.removeprefix("--lang=")
        for word, following in pairwise([*words, ""])
        if word == "--lang" or word.startswith("--lang=")
    ]


def _base(locale: str) -> str:
    """pt_BR.UTF-8@euro -> pt."""
    for mark in ".@_-":
        locale = locale.partition(mark)[0]
    return locale.lower()


def install(language: Language) -> None:
    """Speak this language from now on. Call it before typer or click is imported."""
    global _catalogue  # noqa: PLW0603 -- the language of a process is one, as in gettext itself
    _catalogue = gettext.translation(DOMAIN, data.locales(), [language], fallback=True)
    # Click ships no catalogues and binds these two functions when it is imported.
    for name, function in (("gettext", translate), ("ngettext", translate_plural)):
        setattr(gettext, name, function)


def translate(message: str) -> str:
    return _catalogue.gettext(message)


def translate_plural(one: str, many: str, count: int) -> str:
    return _catalogue.ngettext(one, many, count)
