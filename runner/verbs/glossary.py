"""`semdocker glossary`: the terms of the course, what each means, and the lesson that teaches it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import partial
from typing import Annotated

import typer

from runner.messages import language, safe_text
from runner.messages.catalog import text
from runner.messages.did_you_mean import unknown
from runner.messages.glossary import PLURALS, TERMS, Term
from runner.records.errors import ExitStatus
from runner.records.options import Options
from runner.screen.choose_face import choose_face
from runner.screen.face import Face
from runner.verbs.parameters import Action, JsonFlag, Lang, PlainFlag, merged

TERM = 20  # columns of a term; a longer one goes on below
SHORTEST = 3  # letters of a word without its ending


def command(
    context: typer.Context,
    *,
    term: Annotated[str, typer.Argument(metavar=text("help.TERM"))] = "",
    lang: Lang = None,
    plain: PlainFlag = False,
    json: JsonFlag = False,
) -> Action:
    return partial(glossary, merged(context, plain=plain, json=json), term)


def glossary(options: Options, wanted: str) -> ExitStatus:
    """Show the terms with a word in their names; all of them without one. Raises UsageError when no term has it."""
    terms = sorted(filter(partial(_has, wanted.lower()), TERMS), key=lambda term: _name(term).lower())
    if not terms:
        raise unknown("no-term", wanted, [*map(_name, TERMS)])
    if options.json:
        listed = [{"term": _name(one), "meaning": _meaning(one), "lesson": one.lesson} for one in terms]
        document = {"schema": "semdocker/glossary/1", "lang": options.lang, "terms": listed}
        sys.stdout.write(safe_text.json_text(document))
    else:
        _page(choose_face(sys.stdout, plain=options.plain), terms)
    return ExitStatus.OK


def _page(face: Face, terms: list[Term]) -> None:
    rows = [(_name(one), text("glossary.meaning", meaning=_meaning(one), lesson=one.lesson)) for one in terms]
    face.pairs(rows, fold=TERM)


def _has(word: str, term: Term) -> bool:
    """Tell whether a term has this word in its name, in the plural or in the singular."""
    name = _name(term).lower()
    return word in name or any(single in name for single in _singulars(word))


def _singulars(word: str) -> Iterator[str]:
    """Give what a word may be the plural of."""
    for ending, single in PLURALS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST:
            yield word.removesuffix(ending) + single


def _name(term: Term) -> str:
    return language.translate(term.name)


def _meaning(term: Term) -> str:
    return language.translate(term.meaning)
