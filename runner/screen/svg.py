"""What Rich has recorded, as an SVG that needs nothing from elsewhere and looks the same in every program."""

from __future__ import annotations

import re
from html import unescape

from rich.console import Console

COLUMNS = 84  # of a picture
# Rich's own template loads a font from elsewhere; a picture in a repository must not.
TEMPLATE = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect fill="#1b1f24" x="1" y="1" width="{width}" height="{height}" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""
SPAN = re.compile(
    r'<text(?P<style>[^>]*?)x="(?P<x>[\d.]+)"(?P<place>[^>]*?)textLength="(?P<length>[\d.]+)"(?P<rest>[^>]*)>'
    r"(?P<words>[^<]*)</text>"
)


def svg(console: Console) -> str:
    """The picture of everything that a recording console was given so far."""
    picture = console.export_svg(title="", code_format=TEMPLATE, unique_id="s", clear=False)
    return SPAN.sub(_trimmed, picture)


def _trimmed(span: re.Match[str]) -> str:
    """Without the blanks around the words: not every program that draws SVG gives them their width."""
    words = span["words"].replace("&#160;", "\xa0")
    bare = words.strip("\xa0")
    if not bare:
        return ""
    width = float(span["length"]) / len(unescape(words))
    x = float(span["x"]) + width * (len(words) - len(words.lstrip("\xa0")))
    length = width * len(unescape(bare))
    place = f'{span["style"]}x="{x:g}"{span["place"]}textLength="{length:g}"{span["rest"]}'
    return f"<text{place}>{bare.replace(chr(0xA0), '&#160;')}</text>"
