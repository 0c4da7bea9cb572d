"""Which language to speak, and the catalogue that speaks it: for our sentences and for those of Click and Typer."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from runner.host import bundled
from runner.messages.similar import unknown
from runner.records.errors import UsageError

Language = str  # two lower-case letters
T = TypeVar("T")

REQUIRED: tuple[Language, ...] = ("pt", "en")  # every built-in lesson is written in these
DOMAIN = "semdocker"
SOURCE: Language = "en"  # the language of the sentences in the code; it needs no catalogue

CODE = re.compile("[a-z]{2}")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def negotiate(argv: Sequence[str], environ: Mapping[str, str]) -> Language:
    """--lang, then SEMDOCKER_LANG, then the locale; English where nothing says otherwise.

    As in GNU gettext, LANGUAGE only refines a locale that is not C. Python's own search differs in both points
    (it obeys LANGUAGE even then, and skips English because it has no catalogue), so it is not used.
    """
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "C")
    from_locale = [] if _base(locale) in ("c", "posix") else [*environ.get("LANGUAGE", "").split(":"), locale]
    wishes = [*reversed(asked(argv, "--lang")), environ.get("SEMDOCKER_LANG", ""), *from_locale]
    spoken = (_base(wish) for wish in wishes)
    extra = [Path(folder) for folder in asked(argv, "--lessons")]
    return next((language for language in spoken if known(language, extra)), SOURCE)


def chosen(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Whether somebody chose the language, rather than the locale."""
    return any(known(_base(wish)) for wish in (*asked(argv, "--lang"), environ.get("SEMDOCKER_LANG", "")))


def asked(argv: Sequence[str], option: str) -> list[str]:
    """The values of an option on a command line; read before Typer is imported, which binds its texts then."""
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    return [
        following if word == option else word.removeprefix(f"{option}=")
        for word, following in pairwise([*words, ""])
        if word == option or word.startswith(f"{option}=")
    ]


def refuse_unknown(argv: Sequence[str]) -> None:
    """Raises UsageError for a --lang that nothing is written in."""
    extra = [Path(folder) for folder in asked(argv, "--lessons")]
    for wish in asked(argv, "--lang"):
        if not wish or wish.startswith("-") or known(wish, extra):
            continue  # where the value is missing, the parser says so
        there = available(extra)
        if _base(wish) in there:
            raise UsageError("unknown-language-near", name=wish[:40], near=_base(wish))
        raise unknown("unknown-language", wish[:40], there)


def known(language: Language, extra: Sequence[Path] = ()) -> bool:
    """Whether anything is written in that language: our own sentences, or a lesson, here or in the `extra` folders."""
    if language in REQUIRED:
        return True
    return bool(CODE.fullmatch(language)) and language in available(extra)


def available(extra: Sequence[Path] = ()) -> tuple[Language, ...]:
    """Every language there is a file for; those that are always there come first."""
    catalogues = (path.parts[-3] for path in bundled.locales().glob(f"??/LC_MESSAGES/{DOMAIN}.mo"))
    lessons = (path.stem for folder in (bundled.lessons(), *extra) for path in folder.glob("[0-9][0-9]-*/??.yaml"))
    found = {name for name in (*catalogues, *lessons) if CODE.fullmatch(name)}
    return (*REQUIRED, *sorted(found.difference(REQUIRED)))


def _base(locale: str) -> str:
    """pt_BR.UTF-8@euro -> pt."""
    for mark in ".@_-":
        locale = locale.partition(mark)[0]
    return locale.lower()


def install(language: Language) -> None:
    """Speak this language from now on. Call it before typer or click is imported."""
    global _catalogue  # noqa: PLW0603 -- the language of a process is one, as in gettext itself
    _catalogue = gettext.translation(DOMAIN, bundled.locales(), [language], fallback=True)
    # Click ships no catalogues and binds these two functions when it is imported.
    for name, function in (("gettext", translate), ("ngettext", translate_plural)):
        setattr(gettext, name, function)


def translate(message: str) -> str:
    return _catalogue.gettext(message)


def translate_plural(one: str, many: str, count: int) -> str:
    return _catalogue.ngettext(one, many, count)


def after(language: Language, extra: Sequence[Path] = ()) -> Language:
    """The next of all languages there are, round and round."""
    there = available(extra)
    return there[(there.index(language) + 1) % len(there)]


def written(folder: Path) -> tuple[Language, ...]:
    """The languages that a lesson's folder has words in."""
    names = (name.removesuffix(".yaml") for name in os.listdir(folder) if name.endswith(".yaml"))
    return tuple(sorted(name for name in names if CODE.fullmatch(name)))


class ByLanguage(dict[Language, T]):
    """Words by language. For a missing language come the nearest: English, Portuguese, or what there is."""

    def __missing__(self, language: Language) -> T:
        return self[nearest(language, self)]


def nearest(language: Language, there: Collection[Language]) -> Language:
    """The language itself, or the one of those that stands in for it."""
    return next(name for name in (language, SOURCE, *REQUIRED, *there) if name in there)
