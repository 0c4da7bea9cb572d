"""Choose the language, and install its catalog for our sentences and for those of Click and Typer."""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from runner.host import package_files
from runner.messages.did_you_mean import unknown
from runner.messages.translatable import N_
from runner.records.errors import UsageError

Language = str  # Two lower-case letters, as in ISO 639-1.
T = TypeVar("T")

REQUIRED: tuple[Language, ...] = ("pt", "en")  # Every built-in lesson has words in these.
DOMAIN = "semdocker"
SOURCE: Language = "en"  # The sentences in the code are in this language, so it needs no catalog.

CODE = re.compile("[a-z]{2}")
NAME = N_("English")  # Each catalog translates it with the name of its own language.

_catalog: gettext.NullTranslations = gettext.NullTranslations()
_spoken: Language = SOURCE


def negotiate(argv: Sequence[str], environ: Mapping[str, str]) -> Language:
    """Return the language to speak: from --lang, else from SEMDOCKER_LANG, else from the locale, else English.

    As in GNU gettext, LANGUAGE counts only when the locale is not C. We do not use the search of Python's gettext: it
    obeys LANGUAGE even in the locale C, and it skips English, which has no catalog.
    """
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "C")
    from_locale = [] if _base(locale) in ("c", "posix") else [*environ.get("LANGUAGE", "").split(":"), locale]
    wishes = [*reversed(asked(argv, "--lang")), environ.get("SEMDOCKER_LANG", ""), *from_locale]
    languages = (_base(wish) for wish in wishes)
    extra = [Path(folder) for folder in asked(argv, "--lessons")]
    return next((language for language in languages if known(language, extra)), SOURCE)


def chosen(argv: Sequence[str], environ: Mapping[str, str]) -> bool:
    """Say whether the user chose the language, so that it does not come from the locale."""
    return any(known(_base(wish)) for wish in (*asked(argv, "--lang"), environ.get("SEMDOCKER_LANG", "")))


def asked(argv: Sequence[str], option: str) -> list[str]:
    """Return the values of an option on a command line.

    We cannot leave this to Typer, because it translates its texts when it is imported, and needs the language then.
    """
    words = list(argv[: argv.index("--")] if "--" in argv else argv)
    return [
        following if word == option else word.removeprefix(f"{option}=")
        for word, following in pairwise([*words, ""])
        if word == option or word.startswith(f"{option}=")
    ]


def refuse_unknown(argv: Sequence[str]) -> None:
    """Raise UsageError for a --lang in which nothing is written."""
    extra = [Path(folder) for folder in asked(argv, "--lessons")]
    for wish in asked(argv, "--lang"):
        if not wish or wish.startswith("-") or known(wish, extra):
            continue  # The parser reports a missing value.
        languages = available(extra)
        if _base(wish) in languages:
            raise UsageError("unknown-language-near", name=wish[:40], near=_base(wish))
        raise unknown("unknown-language", wish[:40], languages)


def known(language: Language, extra: Sequence[Path] = ()) -> bool:
    """Say whether our sentences, or a lesson here or in the `extra` folders, are written in that language."""
    if language in REQUIRED:
        return True
    return bool(CODE.fullmatch(language)) and language in available(extra)


def available(extra: Sequence[Path] = ()) -> tuple[Language, ...]:
    """Return every language that has a catalog or a lesson. The required ones come first."""
    catalogs = (path.parts[-3] for path in package_files.locales().glob(f"??/LC_MESSAGES/{DOMAIN}.mo"))
    lessons = (
        path.stem for folder in (package_files.lessons(), *extra) for path in folder.glob("[0-9][0-9]-*/??.yaml")
    )
    languages = {name for name in (*catalogs, *lessons) if CODE.fullmatch(name)}
    return (*REQUIRED, *sorted(languages.difference(REQUIRED)))


def _base(locale: str) -> str:
    """Return the language of a locale: "pt" for "pt_BR.UTF-8@euro"."""
    for mark in ".@_-":
        locale = locale.partition(mark)[0]
    return locale.lower()


def install(language: Language) -> None:
    """Speak this language from now on. Call it before typer or click is imported."""
    global _catalog, _spoken  # noqa: PLW0603 -- A process has one language, as in gettext itself.
    _spoken = language
    _catalog = gettext.translation(DOMAIN, package_files.locales(), [language], fallback=True)
    # Click ships no catalogs, and takes these two functions when it is imported.
    for name, function in (("gettext", translate), ("ngettext", translate_plural)):
        setattr(gettext, name, function)


def spoken() -> Language:
    """Return the language that is installed."""
    return _spoken


def translate(message: str) -> str:
    """Return a sentence in the installed language."""
    return _catalog.gettext(message)


def translate_plural(one: str, many: str, count: int) -> str:
    """Return the form of a sentence that fits the count, in the installed language."""
    return _catalog.ngettext(one, many, count)


def after(language: Language, extra: Sequence[Path] = ()) -> Language:
    """Return the language after this one. The first comes after the last."""
    languages = available(extra)
    return languages[(languages.index(language) + 1) % len(languages)]


def name(language: Language) -> str:
    """Return the name of a language in that language; its two letters when no catalog has its name."""
    own = gettext.translation(DOMAIN, package_files.locales(), [language], fallback=True).gettext(NAME)
    return own if own != NAME or language == SOURCE else language


def written(folder: Path) -> tuple[Language, ...]:
    """Return the languages in which the folder of a lesson has words."""
    names = (name.removesuffix(".yaml") for name in os.listdir(folder) if name.endswith(".yaml"))
    return tuple(sorted(name for name in names if CODE.fullmatch(name)))


class ByLanguage(dict[Language, T]):
    """Words by language. A missing language gets the nearest one: English, Portuguese, or any other."""

    def __missing__(self, language: Language) -> T:
        return self[nearest(language, self)]


def nearest(language: Language, choices: Collection[Language]) -> Language:
    """Return the language itself, or the one of the choices that stands in for it."""
    return next(name for name in (language, SOURCE, *REQUIRED, *choices) if name in choices)
