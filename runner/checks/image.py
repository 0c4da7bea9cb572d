"""The check `image`: an OCI image layout, from its index to the last digest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from runner.checks.check_context import PATH, Scene, compare, judge, presence, view
from runner.host import files, image_layout, rooted_path
from runner.host.image_layout import Image, Layout, Misfit
from runner.messages.translatable import N_
from runner.records.results import ABSENT, Finding
from runner.records.shapes import Flag, Integer, Key, Record, Text, Unless

FITS, DOES_NOT = "fits", "does not fit"
SHOWN = 80  # characters of a file in it
OF_ONE = ("layers", "command", "entry", "lacks", "digest_in")  # what only an image that fits can have

MEANING = N_(
    "An OCI image: a directory with index.json, manifests, configurations and layers, each named by its digest."
)
PARAMS = Record(
    {
        "path": Key(PATH, "The folder."),
        "of": view("host"),
        "tag": Key(Text(template=True), "The name of the image in the index; without it, the last one counts.", None),
        "blobs": Key(Integer(), "How many files lie in blobs/sha256, each named by its own digest.", None),
        "fits": Key(
            Flag(), "Whether each digest and size fits, from the index to the layers and to the diff_ids.", None
        ),
        "layers": Key(Integer(1), "How many layers it has.", None),
        "command": Key(Text(template=True), "What it starts, its words joined by blanks.", None),
        "entry": Key(PATH, "A path in the image, as whoever unpacks all its layers finds it.", None),
        "exists": Key(Flag(), "Whether that path is there.", None),
        "holds": Key(Text(template=True), "What must be in the first 64 KiB of the file at that path.", None),
        "lacks": Key(Text(template=True), "Words that are in no layer, not even in one that another covers.", None),
        "digest_in": Key(PATH, "A file that has the digest of its manifest in it, such as an order.", None),
    },
    at_least_one=(("blobs", "fits", *OF_ONE),),
    needs={"exists": "entry", "holds": "entry"},
    unless={
        "holds": Unless("exists", (False,)),
        **dict.fromkeys(OF_ONE, Unless("fits", (False,))),
    },
)


def check(params: Mapping[str, Any], scene: Scene) -> Iterator[Finding]:
    root = f"/proc/{scene.pid(params['of'])}/root"
    layout, source = Layout(root, params["path"]), params["path"]
    if "blobs" in params:
        wrong = [one[: image_layout.SHOWN] + "…" for one in layout.misnamed]
        observed = " ".join((str(len(layout.blobs)), *(f"≠ {name}" for name in wrong)))
        yield compare("image.blobs", params["blobs"], observed, f"{source}/{image_layout.BLOBS}")
    if params.keys() & {"fits", *OF_ONE}:
        yield from _image(params, layout, root)


def _image(params: Mapping[str, Any], layout: Layout, root: str) -> Iterator[Finding]:
    facts: list[Finding] = []
    misfit, expected = "", params.get("fits", True)
    try:
        image = layout.image(params.get("tag"))
        facts += _facts(params, image, root) if expected else ()
    except Misfit as found:
        misfit = str(found)
    if "fits" in params or misfit:
        wanted = FITS if expected else DOES_NOT
        yield judge("image.fits", wanted, misfit or FITS, (not misfit) == expected, f"{params['path']}/index.json")
    yield from facts


def _facts(params: Mapping[str, Any], image: Image, root: str) -> Iterator[Finding]:
    source = params["path"]
    if "layers" in params:
        yield compare("image.layers", params["layers"], len(image.layers), source)
    if "command" in params:
        yield compare("image.command", params["command"], image.command, source)
    if "entry" in params:
        yield _entry(params, image)
    if "lacks" in params:
        yield compare("image.lacks", 0, image.mention(params["lacks"]), source)
    if "digest_in" in params:
        yield _digest(params["digest_in"], image, root)


def _entry(params: Mapping[str, Any], image: Image) -> Finding:
    name, content = params["entry"], image.entry(params["entry"])
    there = content is not None
    if "holds" in params:
        text = (content or b"").decode(errors="replace")
        return judge(
            f"image.entry.{name}", params["holds"], text[:SHOWN] if there else ABSENT, params["holds"] in text, name
        )
    return compare(f"image.entry.{name}", presence(params.get("exists", True)), presence(there), name)


def _digest(path: str, image: Image, root: str) -> Finding:
    stream = files.opened(Path(rooted_path.resolve(root, path)))
    if stream is None:
        return judge("image.digest", image.digest, ABSENT, False, path)
    with stream:
        text = stream.read(image_layout.ENTRY_SIZE).decode(errors="replace")
    return judge("image.digest", text.strip()[:SHOWN], image.digest, image.digest in text, path)
