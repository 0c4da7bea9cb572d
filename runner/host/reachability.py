"""Try the way to an address from the network namespace of the calling thread: a connection, an echo, a download.

Sources: icmp(7), raw(7), RFC 792 (echo), RFC 9112. Nothing is sent but these few packets.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress

ECHO, ECHO_REPLY, UNREACHABLE = 8, 0, 3  # types of ICMP
CHUNK = 1 << 16
# Seconds in which another kernel answers a packet on the lab's own links. What is lost is sent again after a second or
# never, so a longer wait finds no more; who has time (`within`) tries once more.
ANSWER = 0.3
BUCKET = 0.05  # Seconds in which what a limit lets pass at once has come. It says nothing of the rate.
PATIENCE = 1.0  # Seconds in which a program that was asked must begin to answer.
Problem = str | None  # What the kernel said; None when the way is free.
NO_ANSWER = "no answer"
TOO_SHORT = "too short to be measured"


def connect(address: str, port: int) -> Problem:
    """Open a TCP connection and close it again. Return what is in the way."""
    try:
        socket.create_connection((address, port), ANSWER).close()
    except TimeoutError:
        return NO_ANSWER
    except OSError as error:
        return error.strerror or str(error)
    return None


def ping(address: str) -> Problem:
    """Send one echo request, as ping(8) does, and wait for its answer. Return what is in the way."""
    identity = int.from_bytes(os.urandom(2))
    message = _with_checksum(struct.pack("!BBHHH", ECHO, 0, 0, identity, 1))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as door:
        try:
            door.sendto(message, (address, 0))
        except OSError as error:
            return error.strerror or str(error)
        for kind, content in _received(door, ANSWER):
            if kind == ECHO_REPLY and content[4:6] == message[4:6]:
                return None
            if kind == UNREACHABLE and content[8 + 20 + 4 :][:2] == message[4:6]:  # It quotes our packet.
                return os.strerror(errno.EHOSTUNREACH)
    return NO_ANSWER


def _with_checksum(message: bytes) -> bytes:
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return message[:2] + struct.pack("!H", ~total & 0xFFFF) + message[4:]


def _received(door: socket.socket, patience: float) -> Iterator[tuple[int, bytes]]:
    """Yield type and content of each ICMP message that comes in time: a raw socket gets them all, and IP headers."""
    deadline = time.monotonic() + patience
    while (left := deadline - time.monotonic()) > 0:
        door.settimeout(left)
        try:
            packet = door.recv(CHUNK)
        except TimeoutError:
            return
        content = packet[(packet[0] & 0xF) * 4 :]
        yield content[0], content


def download(address: str, port: int, path: str, seconds: float) -> int:
    """Get a file from a web server for about so long, once it comes. Return the bytes a second, 0 when none come.

    Raise OSError when there is no connection, the server does not give the file, or the file is too short to measure.
    """
    request = f"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n"
    with socket.create_connection((address, port), ANSWER) as connection, suppress(TimeoutError):
        connection.settimeout(PATIENCE)
        connection.sendall(request.encode())
        head, begun = _head(connection)
        status = head.partition(b"\r\n")[0].decode(errors="replace")
        if status.split()[1:2] != ["200"]:
            raise OSError(errno.ENOENT, status or NO_ANSWER, path)
        at_once, waited = _read(connection, BUCKET)
        count, took = _read(connection, seconds)
        if took < seconds:  # It was the end of the file: all of it counts.
            count, took = at_once + count, waited + took
            if begun + count < CHUNK:
                raise OSError(errno.ENODATA, TOO_SHORT, path)
        return int(count / max(took, 0.001))
    return 0


def _head(connection: socket.socket) -> tuple[bytes, int]:
    """Return the head of an answer, and how many bytes of the body came with it. Raise TimeoutError without an end."""
    answer = b""
    while b"\r\n\r\n" not in answer and (chunk := connection.recv(CHUNK)):
        answer += chunk
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, len(body)


def _read(connection: socket.socket, seconds: float) -> tuple[int, float]:
    """Read for so long, or to the end. Return how many bytes came, and in how many seconds."""
    began, count = time.monotonic(), 0
    deadline = began + seconds
    with suppress(TimeoutError):  # for a while nothing came any more: that is slow, too
        while (left := deadline - time.monotonic()) > 0:
            connection.settimeout(left)
            chunk = connection.recv(CHUNK)
            if not chunk:
                return count, time.monotonic() - began
            count += len(chunk)
    return count, max(time.monotonic() - began, seconds)
