"""HTML pages: one look for all of them, Markdown of lessons as HTML, and nothing in it that a browser would obey.

A page is one file that asks for no other. `templates/base.html` has its frame, `templates/look.css` its look.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.messages import safe_text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
# Lessons may come from anywhere. An image would be fetched, and a link leads away from what is on paper anyway: both
# are shown as they were written. A title in a text would disturb the order of the page's own.
UNWANTED = ("image", "link", "autolink", "reference", "heading", "lheading")


def page(folder: Path, template: str, **values: object) -> str:
    """Return the page that a template makes of values. Each value is escaped, unless this module made HTML of it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        autoescape=True,
        finalize=_inert,
        loader=FileSystemLoader((folder, TEMPLATES)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(values)


def _inert(value: Any) -> Any:
    """Return a value as text without control characters; HTML that was made here has none."""
    return value if hasattr(value, "__html__") else safe_text.inert(str(value))


def html(markdown: str) -> Markup:
    """Return Markdown as HTML, paragraphs and all. Raw HTML in it is text like any other."""
    return trusted(_parser().render(markdown))


def html_line(markdown: str) -> Markup:
    """Return Markdown as HTML that may stand in a line: marks, but no paragraphs, lists or tables."""
    return trusted(_parser().renderInline(" ".join(markdown.split())))


def trusted(made: str) -> Markup:
    """Take text as HTML that this program made, without control characters: they may come of entities (`&#27;`)."""
    from markupsafe import Markup

    return Markup(safe_text.inert(made))  # noqa: S704 -- the parser has escaped what it was given


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table").disable(list(UNWANTED))
    parser.core.ruler.push("cells", _cells)
    return parser


def _cells(state: StateCore) -> None:
    """Let each head of a column say that it is one, but no empty corner; the layout of cells is that of our style."""
    for token in state.tokens:
        if token.type in ("th_open", "td_open"):
            token.attrs = {"scope": "col"} if token.tag == "th" else {}
    for head, inside, foot in zip(state.tokens, state.tokens[1:], state.tokens[2:], strict=False):
        if head.type == "th_open" and not inside.content:
            head.tag, foot.tag, head.attrs = "td", "td", {}
