"""How fast a file comes is measured past what a limit lets through at once."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import pytest

from runner.host.reachability import download

RATE = 1_000_000  # bytes a second
HEAD = b"HTTP/1.0 200 OK\r\n\r\n"


@pytest.fixture
def server() -> Callable[[Callable[[socket.socket], None]], int]:
    """Start a server for one guest, and return its port."""

    def serve(answer: Callable[[socket.socket], None]) -> int:
        door = socket.create_server(("127.0.0.1", 0))

        def once() -> None:
            with door, door.accept()[0] as guest, suppress(OSError):  # the guest goes when it has seen enough
                guest.recv(4096)
                guest.sendall(HEAD)
                answer(guest)

        threading.Thread(target=once, daemon=True).start()
        port: int = door.getsockname()[1]
        return port

    return serve


def limited(bucket: int) -> Callable[[socket.socket], None]:
    """Send a bucketful at once, and then at RATE."""

    def answer(guest: socket.socket) -> None:
        guest.sendall(bytes(bucket))
        began, sent = time.monotonic(), 0
        while sent < RATE:
            time.sleep(0.005)
            due = int((time.monotonic() - began) * RATE) - sent
            guest.sendall(bytes(due))
            sent += due

    return answer


@pytest.mark.parametrize("bucket", [0, 32_000, 400_000])
def test_a_full_bucket_is_not_taken_for_speed(
    server: Callable[[Callable[[socket.socket], None]], int], bucket: int
) -> None:
    speed = download("127.0.0.1", server(limited(bucket)), "/", 0.25)
    assert 0.5 * RATE < speed < 1.25 * RATE


@pytest.mark.parametrize("size", [100_000, 20_000_000])
def test_a_whole_file_counts(server: Callable[[Callable[[socket.socket], None]], int], size: int) -> None:
    assert download("127.0.0.1", server(lambda guest: guest.sendall(bytes(size))), "/", 5) > 4 * RATE


def test_a_file_that_is_too_short(server: Callable[[Callable[[socket.socket], None]], int]) -> None:
    with pytest.raises(OSError, match="too short"):
        download("127.0.0.1", server(lambda guest: guest.sendall(bytes(40_000))), "/", 0.25)


def test_what_does_not_come(server: Callable[[Callable[[socket.socket], None]], int]) -> None:
    assert download("127.0.0.1", server(lambda _: time.sleep(1.2)), "/", 0.25) == 0
