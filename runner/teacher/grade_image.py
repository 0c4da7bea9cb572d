"""The image that a student's engine is graded with: an OCI image layout made of a static busybox, byte by byte the same
for the same salt.

It has three layers: the second removes files of the first and the third brings one of them back, so that the order
shows. Sources: image-layout.md, manifest.md, config.md and layer.md of opencontainers/image-spec.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import platform
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

BUSYBOX = "bin/busybox"
APPLETS = (
    "awk",
    "cat",
    "env",
    "hostname",
    "ls",
    "mkdir",
    "mount",
    "ps",
    "rm",
    "rmdir",
    "sh",
    "sleep",
    "true",
    "umount",
)
FOLDERS = ("bin", "dev", "etc", "etc/shade", "etc/shade/deep", "proc", "root", "sys", "tmp", "work")
WORKDIR = "/work"
TYPE = "application/vnd.oci.image"
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "i686": "386", "armv7l": "arm"}
Entries = Mapping[str, bytes | str | None]  # a file's bytes, what a link leads to, or a folder


def make(busybox: Path, salt: str) -> dict[str, bytes]:
    """Return the files of the image by their paths in its folder. `salt` is in its contents, so nobody knows them."""
    layers = [(_tar(entries), zipped) for entries, zipped in _layers(busybox.read_bytes(), salt)]
    blobs = [gzip.compress(layer, 6, mtime=0) if zipped else layer for layer, zipped in layers]
    config = _json(_config([layer for layer, _ in layers], salt))
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": f"{TYPE}.manifest.v1+json",
            "config": _descriptor(config, f"{TYPE}.config.v1+json"),
            "layers": [
                _descriptor(blob, f"{TYPE}.layer.v1.tar{'+gzip' * zipped}")
                for blob, (_, zipped) in zip(blobs, layers, strict=True)
            ],
        }
    )
    index = {"schemaVersion": 2, "manifests": [_descriptor(manifest, f"{TYPE}.manifest.v1+json")]}
    named = {f"blobs/sha256/{hashlib.sha256(blob).hexdigest()}": blob for blob in (*blobs, config, manifest)}
    return {"oci-layout": _json({"imageLayoutVersion": "1.0.0"}), "index.json": _json(index), **named}


def _layers(busybox: bytes, salt: str) -> tuple[tuple[Entries, bool], ...]:
    """Return what is in each layer, and whether it is compressed. `.wh.NAME` removes NAME, and `.wh..wh..opq` all that
    a folder had before (layer.md, "Whiteouts").
    """
    first: Entries = {
        **dict.fromkeys(FOLDERS),
        BUSYBOX: busybox,
        **{f"bin/{name}": "busybox" for name in APPLETS},
        "dev/null": b"",  # an engine that fills /dev covers it; without one, no shell starts anything in the background
        "etc/passwd": b"root:x:0:0:root:/root:/bin/sh\n",
        "etc/image": salt.encode(),
        "etc/order": f"first {salt}".encode(),
        "etc/removed": b"first\n",
        "etc/again": b"first\n",
        "etc/shade/old": b"first\n",
        "etc/shade/deep/old": b"first\n",
    }
    second: Entries = {
        "etc/order": f"second {salt}".encode(),
        "etc/.wh.removed": b"",
        "etc/.wh.again": b"",
        "etc/shade": None,
        "etc/shade/.wh..wh..opq": b"",
        "etc/shade/new": salt.encode(),
    }
    third: Entries = {"etc/order": f"third {salt}".encode(), "etc/again": f"third {salt}".encode()}
    return (first, True), (second, False), (third, True)


def _tar(entries: Entries) -> bytes:
    """Return an archive in which nothing depends on when and by whom it was made."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in entries.items():
            member = tarfile.TarInfo(name)
            member.mode = 0o1777 if name == "tmp" else 0o755
            if content is None:
                member.type = tarfile.DIRTYPE
            elif isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
            else:
                member.size = len(content)
            archive.addfile(member, io.BytesIO(content) if isinstance(content, bytes) else None)
    return held.getvalue()


def _config(layers: list[bytes], salt: str) -> dict[str, Any]:
    return {
        "architecture": ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": {
            "Env": ["PATH=/bin", f"GREETING=hello {salt}"],
            "Cmd": ["sh", "-c", f"echo usual {salt}"],
            "WorkingDir": WORKDIR,
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers]},
    }


def _descriptor(blob: bytes, kind: str) -> dict[str, Any]:
    return {"mediaType": kind, "digest": f"sha256:{hashlib.sha256(blob).hexdigest()}", "size": len(blob)}


def _json(document: object) -> bytes:
    return json.dumps(document, indent=2).encode() + b"\n"
