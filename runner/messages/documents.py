"""What documents for programs begin with: what they are, who wrote them, where and when."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime

from runner import __version__

FORM = "%Y-%m-%dT%H:%M:%SZ"  # of a time: UTC, ISO 8601


def heading(schema: str, lang: str | None = None) -> dict[str, str]:
    """Return the first fields of a document; `lang` where it has sentences or titles."""
    language = {"lang": lang} if lang else {}
    return {"schema": schema, "version": __version__, **language, "host": socket.gethostname(), "date": now()}


def now() -> str:
    """Return the time as records and documents have it: UTC, ISO 8601, e.g. 2026-01-31T18:04:59Z."""
    return moment(time.time())


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(FORM)


def seconds(moment: str) -> float:
    """Return the time that `moment` has written, and nothing else. Raises ValueError."""
    found = datetime.strptime(moment, FORM).replace(tzinfo=UTC)
    if found.strftime(FORM) != moment:  # strptime(3) takes "2026-3-1", too
        raise ValueError(moment)
    return found.timestamp()
