"""Namespaces that differ or are shared."""

from __future__ import annotations

import pytest

from runner.lab.lab import Lab
from runner.records.results import Outcome
from tests.support.looking import look

pytestmark = pytest.mark.root


def test_namespace(container: Lab) -> None:
    new = ["pid", "mnt", "uts", "ipc"]
    assert look(container, "namespace", of="container", differ=new, same=["net", "user"]) is Outcome.PASSED
    assert look(container, "namespace", of="container", same=["uts"]) is Outcome.FAILED
    assert look(container, "namespace", of="container", differ=["net"]) is Outcome.FAILED
    assert look(container, "namespace", of="nobody", differ=["net"]) is Outcome.FAILED
    assert look(container, "namespace", of="nobody", same=["net"]) is Outcome.FAILED
