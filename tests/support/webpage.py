"""An HTML page as the tests read it: its elements, its outline, and what it would fetch."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise
from typing import NamedTuple

from runner.messages.safe_text import inert

EMPTY = {"meta", "br", "hr", "link", "img", "input"}
TEXT = {
    *("p", "ul", "ol", "li", "dl", "dt", "dd", "div", "span", "b", "strong", "em", "code", "pre", "samp", "br", "hr"),
    *("blockquote", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td"),
}
FRAME = {"html", "head", "meta", "title", "style", "body", "header", "main", "footer", "nav", "section", "article"}
OURS = {"a", "aside", "details", "summary", "figure", "figcaption", "h1", "h2", "h3"}
DRAWN = {"svg", "title", "desc", "rect", "text", "polyline", "path", "defs", "pattern"}


class Element(NamedTuple):
    name: str
    attributes: dict[str, str]
    within: tuple[str, ...]  # the names of the elements around it, from the outside


class Page(HTMLParser):
    """A page, read; every element must be closed in its order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self.texts: list[tuple[str, str]] = []  # the innermost element, and a text in it
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert self._open == [], self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        attributes = {name: value or "" for name, value in attrs}
        self.elements.append(Element(tag, attributes, tuple(self._open)))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.texts.append((self._open[-1] if self._open else "", data))

    def named(self, *names: str) -> list[Element]:
        return [one for one in self.elements if one.name in names]

    def of_class(self, name: str) -> list[Element]:
        return [one for one in self.elements if name in one.attributes.get("class", "").split()]

    @property
    def ids(self) -> list[str]:
        return [one.attributes["id"] for one in self.elements if "id" in one.attributes]

    @property
    def said(self) -> str:
        """Return all its text, with single blanks."""
        return " ".join(" ".join(data for within, data in self.texts if within != "style").split())


def assert_alone_and_harmless(html: str) -> Page:
    """Assert that a page asks for nothing else, runs nothing, and holds no element or attribute that is not ours."""
    page = Page(html)
    assert {one.name for one in page.elements} <= TEXT | FRAME | OURS | DRAWN
    names = {name for one in page.elements for name in one.attributes}
    assert not {name for name in names if name.startswith("on")} | {"src", "srcset", "style", "action"} & names
    for one in page.elements:
        assert one.attributes.get("href", "#").startswith("#"), one
        assert re.fullmatch(r"[^(]*|url\(#[\w-]+\)", one.attributes.get("fill", "")), one
    styles = "".join(data for within, data in page.texts if within == "style")
    assert styles and not re.search(r"url\(|@import|expression", styles)
    assert "default-src 'none'" in html.partition("<style>")[0]
    assert html == inert(html)  # no control character, no mark that reorders text
    html.encode()
    return page


def assert_in_order(page: Page) -> None:
    """Assert what a screen reader needs: one title, no level left out, unique ids, links that lead somewhere."""
    levels = [int(one.name[1]) for one in page.named("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(set(page.ids)) == len(page.ids)
    anchors = [one.attributes["href"][1:] for one in page.named("a")]
    labels = [one.attributes["aria-labelledby"] for one in page.elements if "aria-labelledby" in one.attributes]
    assert {*anchors, *labels} <= set(page.ids)
    assert page.named("html")[0].attributes["lang"]
    assert len(page.named("main")) == 1
    heads = [one for one in page.named("th") if "thead" in one.within]
    assert all(one.attributes.get("scope") for one in page.named("th"))
    assert bool(heads) == bool(page.named("table"))
