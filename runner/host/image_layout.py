"""An OCI image layout as it lies on the disk: its index, its manifests, and whether every digest in it fits.

What a blob is called is what it is: below `blobs/sha256` the name of a file is the sha256 of its bytes. From
`index.json` a chain of descriptors (digest and size) leads over manifests to configurations and layers. Whoever made
them is not trusted: what is too large, too deep or no JSON is a fault, as everything else that does not fit.
Sources: image-layout.md, descriptor.md, manifest.md, config.md and layer.md of the OCI image specification.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from runner.host import files, rooted_path

# Bytes of a document, of a blob and of all layers of an image unpacked, of a text.
JSON_SIZE, LAYER_SIZE, ENTRY_SIZE = 1 << 20, 1 << 28, 1 << 16
BLOBS = "blobs/sha256"
WHITEOUT, OPAQUE = ".wh.", ".wh..wh..opq"
TAG = "org.opencontainers.image.ref.name"
GZIP = b"\x1f\x8b"
# What tarfile raises for headers that somebody has made up: numbers that are none, and links from one to the next.
BROKEN = (tarfile.TarError, ValueError, ArithmeticError, LookupError, EOFError, RecursionError)
SHOWN = 12  # Of a digest so many digits are shown.

Json = Mapping[str, Any]


class Misfit(Exception):
    """Something in the layout does not fit; the text says what, by the names of files and keys."""


@dataclass(frozen=True)
class Image:
    """One image of a layout: the configuration and the layers to which its manifest leads, lowest layer first."""

    digest: str  # that of its manifest
    config: Json
    layers: tuple[bytes, ...]  # as tar archives

    @property
    def command(self) -> str:
        """What it starts, as one line."""
        started = _part(self.config, "config")
        words = (started.get(key) for key in ("Entrypoint", "Cmd"))
        return " ".join(str(word) for row in words if isinstance(row, list) for word in row)

    def entry(self, path: str) -> bytes | None:
        """Return the content of a file, as who unpacks all layers would find it; None when there is none.

        Raises Misfit when a layer is no archive.
        """
        wanted = path.strip("/")
        try:
            for layer in reversed(self.layers):
                with tarfile.open(fileobj=io.BytesIO(layer), mode="r:") as archive:  # and unpack nothing again
                    members = {_name(member): member for member in archive}  # of two with one name the last one counts
                    if wanted in members:
                        content = archive.extractfile(members[wanted]) if members[wanted].isfile() else None
                        return content.read(ENTRY_SIZE) if content else b""
                    if any(mark in members for mark in _whiteouts(wanted)):
                        return None
        except BROKEN:
            raise Misfit("tar") from None
        return None

    def mention(self, text: str) -> int:
        """Return in how many layers these words are, no matter what a later one covers."""
        return sum(text.encode() in layer for layer in self.layers)


@dataclass(frozen=True)
class Layout:
    """The folder at a path, as a process with that root directory finds it: there are links in it as anywhere."""

    root: str  # such as /proc/PID/root
    path: str

    @cached_property
    def blobs(self) -> tuple[str, ...]:
        """The names of what is in `blobs/sha256`, in order."""
        folder = self._find(BLOBS)
        return tuple(sorted(one.name for one in folder.iterdir())) if folder.is_dir() else ()

    @cached_property
    def misnamed(self) -> tuple[str, ...]:
        """Those of them that are not the digest of what they name."""
        return tuple(one for one in self.blobs if not self._well_named(one))

    def image(self, tag: str | None = None) -> Image:
        """Return the last image of the index, or the last with a name. Raises Misfit.

        That, and all before it, are looked through to the last digest.
        """
        marker = _document(self._bytes("oci-layout", JSON_SIZE), "oci-layout")
        if marker.get("imageLayoutVersion") != "1.0.0":
            raise Misfit("oci-layout: imageLayoutVersion")
        wanted = [one for one in self._entries() if tag in (None, _tag(one))]
        if not wanted:
            raise Misfit(f"index.json: {tag or 'manifests'}")
        for earlier in wanted[:-1]:
            self._image(earlier)
        return self._image(wanted[-1])

    def _find(self, name: str) -> Path:
        return Path(rooted_path.resolve(self.root, f"{self.path}/{name}"))

    def _bytes(self, name: str, most: int, shown: str = "") -> bytes:
        """Return what is in a file of the layout. Raises Misfit when it is no file, or larger than so many bytes."""
        shown = shown or name
        try:
            stream = files.opened(self._find(name))
        except (FileNotFoundError, NotADirectoryError):
            stream = None
        if stream is None:
            raise Misfit(f"{shown}: -")
        with stream:
            content = stream.read(most + 1)
        if len(content) > most:
            raise Misfit(f"{shown}: > {most}")
        return content

    def _well_named(self, blob: str) -> bool:
        try:
            return _sha256(self._bytes(f"{BLOBS}/{blob}", LAYER_SIZE)) == blob
        except Misfit:
            return False

    def _entries(self) -> list[Json]:
        index = _document(self._bytes("index.json", JSON_SIZE), "index.json")
        if index.get("schemaVersion") != 2:
            raise Misfit("index.json: schemaVersion")
        return [*_rows(index, "manifests", "index.json")]

    def _image(self, descriptor: Json) -> Image:
        name, manifest = self._followed(descriptor, "index.json")
        document = _document(manifest, name)
        if document.get("schemaVersion") != 2:
            raise Misfit(f"{name}: schemaVersion")
        configured, config = self._followed(_part(document, "config"), name)
        settings = _document(config, configured)
        layers: list[bytes] = []
        for one in _rows(document, "layers", name):
            layers.append(_unpacked(*self._followed(one, name)))
            if sum(map(len, layers)) > LAYER_SIZE:  # one blob may be named a thousand times
                raise Misfit(f"{name}: layers > {LAYER_SIZE}")
        measured = [f"sha256:{_sha256(layer)}" for layer in layers]
        if _part(settings, "rootfs").get("diff_ids") != measured:
            raise Misfit(f"{configured}: diff_ids")
        return Image(str(descriptor["digest"]), settings, tuple(layers))

    def _followed(self, descriptor: Json, source: str) -> tuple[str, bytes]:
        """Return the short name and the bytes of the blob to which a descriptor leads. Raises Misfit."""
        algorithm, _, digits = str(descriptor.get("digest", "")).partition(":")
        if algorithm != "sha256" or len(digits) != 64 or not digits.isalnum():
            raise Misfit(f"{source}: digest")
        if not descriptor.get("mediaType"):
            raise Misfit(f"{source}: mediaType")
        name = f"{BLOBS}/{digits[:SHOWN]}…"
        content = self._bytes(f"{BLOBS}/{digits}", LAYER_SIZE, name)
        found = _sha256(content)
        if found != digits:
            raise Misfit(f"{name}: sha256 {found[:SHOWN]}…")
        if descriptor.get("size") != len(content):
            raise Misfit(f"{name}: size {len(content)}")
        return name, content


def _document(content: bytes, name: str) -> Json:
    try:
        document = json.loads(content) if len(content) <= JSON_SIZE else None
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Misfit(f"{name}: JSON")
    return document


def _part(document: Json, key: str) -> Json:
    part = document.get(key)
    return part if isinstance(part, dict) else {}


def _tag(descriptor: Json) -> object:
    return _part(descriptor, "annotations").get(TAG)


def _rows(document: Json, key: str, name: str) -> Iterator[Json]:
    rows = document.get(key)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Misfit(f"{name}: {key}")
    yield from rows


def _unpacked(name: str, content: bytes) -> bytes:
    """Return a layer as the tar archive that it is, or that is in it."""
    if not content.startswith(GZIP):
        return content
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            archive = stream.read(LAYER_SIZE + 1)
    except (OSError, EOFError, zlib.error):
        raise Misfit(f"{name}: gzip") from None
    if len(archive) > LAYER_SIZE:
        raise Misfit(f"{name}: > {LAYER_SIZE}")
    return archive


def _name(member: tarfile.TarInfo) -> str:
    return member.name.removeprefix("./").strip("/")


def _whiteouts(path: str) -> Iterator[str]:
    """Yield the marks of a layer that hide a path of those below it: its own, and those of the folders it is in."""
    parts = path.split("/")
    for depth, part in enumerate(parts):
        folder = parts[:depth]
        yield "/".join((*folder, WHITEOUT + part))
        yield "/".join((*folder, OPAQUE))


def _sha256(content: bytes) -> str:
    import hashlib  # slow to import, and every verb comes by this file

    return hashlib.sha256(content).hexdigest()
