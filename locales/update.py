"""For developers: bring the catalogues up to date with the sentences in the code (python locales/update.py).

Extracts our sentences and those of Click and Typer, which ship no catalogues; merges them; compiles.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from babel.messages import catalog as babel_catalog
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
DOMAIN = "semdocker"
KEYWORDS = {**DEFAULT_KEYWORDS, "P_": (1, 2), "key": (2,), "Key": (2,)}  # the last two: sentences on keys
FOREIGN = ("click", "typer")
babel_catalog.VERSION = "2"  # goes into the files, which another Babel must not change
DATE = datetime(2026, 11, 24, tzinfo=UTC)  # does not move: git knows when a catalogue changed


def template(packages: Sequence[str] = ("runner", *FOREIGN)) -> Catalog:
    """Every sentence that may have to be translated, without places: line numbers only make noise in a diff."""
    catalogue = Catalog(project=DOMAIN, version="1", msgid_bugs_address="-", charset="utf-8", creation_date=DATE)
    for folder in map(_package, packages):
        for _, _, message, _, context in extract_from_dir(folder, [("**.py", "python")], keywords=KEYWORDS):
            catalogue.add(message, context=context)
    return catalogue


def _package(name: str) -> Path:
    if name == "runner":
        return HERE.parent / name
    spec = find_spec(name)
    assert spec and spec.origin
    return Path(spec.origin).parent


def read(language: str) -> Catalog:
    with path(language, "po").open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def path(language: str, kind: str) -> Path:
    return HERE / language / "LC_MESSAGES" / f"{DOMAIN}.{kind}"


def compiled(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def written(catalogue: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=100, sort_output=True, ignore_obsolete=True)
    return buffer.getvalue()


def main() -> None:
    fresh = template()
    (HERE / f"{DOMAIN}.pot").write_bytes(written(fresh))
    for file in sorted(HERE.glob("*/LC_MESSAGES/*.po")):
        language = file.parts[-3]
        catalogue = read(language)
        catalogue.update(fresh, no_fuzzy_matching=True)
        file.write_bytes(written(catalogue))
        path(language, "mo").write_bytes(compiled(catalogue))


if __name__ == "__main__":
    main()
