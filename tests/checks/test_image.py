"""An image layout: every digest in it, its layers one on the other, and whatever somebody may have put there."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

import pytest

from runner.checks.registry import Scene, evaluate
from runner.host import kernel
from runner.lab.lab import Lab
from runner.records.course import Check
from runner.records.results import Outcome
from tests.support.looking import look, type_

NAME = "org.opencontainers.image.ref.name"
PASSED, FAILED = Outcome.PASSED, Outcome.FAILED


def layer(**files: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"./{name.replace('__', '/')}")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode()))
    return stream.getvalue()


class Folder:
    """A layout on the disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.blobs = path / "blobs/sha256"
        self.blobs.mkdir(parents=True)
        (path / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
        self.manifests: list[dict[str, Any]] = []

    def store(self, content: bytes, kind: str = "any") -> dict[str, Any]:
        digits = hashlib.sha256(content).hexdigest()
        (self.blobs / digits).write_bytes(content)
        return {"mediaType": kind, "digest": f"sha256:{digits}", "size": len(content)}

    def add(self, tag: str, *layers: bytes, diff_ids: list[str] | None = None, **settings: Any) -> dict[str, Any]:
        """Add an image, and return the descriptor of its manifest."""
        plain = [gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in layers]
        measured = [f"sha256:{hashlib.sha256(one).hexdigest()}" for one in plain]
        config = {"config": settings, "rootfs": {"type": "layers", "diff_ids": diff_ids or measured}}
        manifest = {
            "schemaVersion": 2,
            "config": self.store(json.dumps(config).encode()),
            "layers": [self.store(one) for one in layers],
        }
        descriptor = self.store(json.dumps(manifest).encode())
        self.manifests.append({**descriptor, "annotations": {NAME: tag}})
        self.write()
        return descriptor

    def write(self) -> None:
        (self.path / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": self.manifests}))

    def look(self, **params: Any) -> Outcome:
        here = kernel.identity(os.getpid())
        assert here is not None
        scene = Scene({"host": here})
        return evaluate(Check("image", {"path": str(self.path), "of": "host", **params}), scene).outcome


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "image")
    made.add("1", layer(etc__name="first", bin__tail="tail"), Entrypoint=["/bin/sh"], Cmd=["-c", "true"])
    return made


def test_every_digest_fits(folder: Folder) -> None:
    assert folder.look(fits=True, layers=1, command="/bin/sh -c true", tag="1", blobs=3) is PASSED
    assert folder.look(fits=False) is FAILED
    assert folder.look(layers=2) is FAILED
    assert folder.look(command="/bin/sh") is FAILED
    assert folder.look(blobs=4) is FAILED
    assert folder.look(tag="2", fits=True) is FAILED
    assert folder.look(tag="2", fits=False) is PASSED


@pytest.mark.parametrize("which", range(3))
def test_one_byte_of_any_blob(folder: Folder, which: int) -> None:
    blob = sorted(folder.blobs.iterdir())[which]
    content = bytearray(blob.read_bytes())
    content[-1] ^= 1
    blob.write_bytes(bytes(content))
    assert folder.look(fits=True) is FAILED
    assert folder.look(fits=False) is PASSED
    assert folder.look(blobs=3) is FAILED
    assert folder.look(entry="/etc/name", exists=False) is FAILED  # nothing is true of an image that does not fit


def test_a_blob_that_is_not_there(folder: Folder) -> None:
    sorted(folder.blobs.iterdir())[0].unlink()
    assert folder.look(fits=True) is FAILED


def test_a_layer_is_measured_without_its_compression(folder: Folder) -> None:
    packed = gzip.compress(layer(etc__name="packed"))
    folder.add("gz", packed)
    assert folder.look(tag="gz", fits=True, entry="/etc/name", holds="packed") is PASSED
    folder.add("wrong", packed, diff_ids=[f"sha256:{hashlib.sha256(packed).hexdigest()}"])
    assert folder.look(tag="wrong", fits=True) is FAILED


def test_layers_cover_one_another(folder: Folder) -> None:
    base = layer(etc__name="first", etc__secret="hunter2", bin__tail="tail", opt__old="old")
    folder.add(
        "2", base, layer(etc__name="second", **{"bin__.wh.tail": "", "etc__.wh.secret": "", "opt__.wh..wh..opq": ""})
    )
    assert folder.look(tag="2", layers=2, entry="/etc/name", holds="second") is PASSED
    assert folder.look(tag="2", entry="/etc/name", holds="first") is FAILED
    assert folder.look(tag="2", entry="/bin/tail", exists=False) is PASSED
    assert folder.look(tag="2", entry="/opt/old", exists=False) is PASSED
    assert folder.look(tag="2", entry="/etc/secret", exists=True) is FAILED
    assert folder.look(tag="2", entry="/etc/secret", holds="hunter2") is FAILED
    assert folder.look(tag="2", lacks="hunter2") is FAILED  # covered is not gone
    assert folder.look(tag="1", lacks="hunter2", entry="/bin/tail") is PASSED


def test_an_order_names_one_manifest(folder: Folder, tmp_path: Path) -> None:
    order = tmp_path / "order"
    order.write_text(f"please send {folder.manifests[0]['digest']}\n")
    assert folder.look(digest_in=str(order)) is PASSED
    folder.add("2", layer(etc__name="other"))
    assert folder.look(digest_in=str(order), tag="2") is FAILED
    assert folder.look(digest_in=str(order), tag="1") is PASSED


@pytest.mark.parametrize(
    "index",
    [
        "",
        "[]",
        "{",
        '{"schemaVersion": 2}',
        '{"schemaVersion": 2, "manifests": []}',
        '{"schemaVersion": 2, "manifests": [7]}',
        '{"schemaVersion": 2, "manifests": [{"mediaType": "any", "digest": 7, "size": 1}]}',
        '{"schemaVersion": 2, "manifests": [{"mediaType": "any", "digest": "sha256:../../../etc/passwd"}]}',
        '{"schemaVersion": 2, "manifests": [{"annotations": 7}]}',
        "[" * 100_000,
    ],
)
def test_whatever_an_index_says(folder: Folder, index: str) -> None:
    (folder.path / "index.json").write_text(index)
    assert folder.look(fits=True) is FAILED
    assert folder.look(fits=False) is PASSED


@pytest.mark.parametrize("document", [b"7", b"{}", b'{"schemaVersion": 2, "config": 7, "layers": 7}', b"\xff"])
def test_whatever_a_manifest_says(folder: Folder, document: bytes) -> None:
    folder.manifests = [folder.store(document)]
    folder.write()
    assert folder.look(fits=True) is FAILED


def test_a_layer_that_is_no_archive(folder: Folder) -> None:
    folder.add("odd", b"no archive at all", Cmd=7)
    assert folder.look(tag="odd", entry="/etc/name") is FAILED
    torn = gzip.compress(layer(etc__name="packed"))[:-20]
    manifest = {"schemaVersion": 2, "config": folder.store(b"{}"), "layers": [folder.store(torn)]}
    folder.manifests = [folder.store(json.dumps(manifest).encode())]
    folder.write()
    assert folder.look(fits=True) is FAILED


def test_nothing_there(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "image")
    assert folder.look(blobs=0) is PASSED
    assert folder.look(fits=True) is FAILED
    (folder.path / "index.json").mkdir()
    assert folder.look(fits=True) is FAILED


@pytest.mark.root
def test_it_is_looked_for_in_the_root_of_a_process(running: Lab) -> None:
    type_(running, "mkdir -p /tmp/image/blobs/sha256; cd /tmp/image/blobs/sha256; echo one > blob")
    assert look(running, "image", path="/tmp/image", of="host", blobs=1) is FAILED
    type_(running, "mv blob $(sha256sum blob | cut -c-64)")
    assert look(running, "image", path="/tmp/image", of="host", blobs=1) is PASSED
    type_(running, "mkdir /tmp/real && mv /tmp/image/blobs /tmp/real && ln -s /tmp/real/blobs /tmp/image/blobs")
    assert look(running, "image", path="/tmp/image", of="host", blobs=1) is PASSED, "an absolute link leads from there"
    type_(running, "ln -sfn /nothing /tmp/image/blobs")
    assert look(running, "image", path="/tmp/image", of="host", blobs=0) is PASSED
