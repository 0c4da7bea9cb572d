"""A look that gets no answer is left behind, in a thread of its own, which waits on and ends with us.

Root in the lab can have each opening of a file wait for a permission that never comes (FAN_OPEN_PERM in
fanotify_mark(2)). Only SIGKILL ends that wait.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from runner.records.results import NO_ANSWER

LIMIT = 15.0  # seconds; the longest look, at a download, takes a few

T = TypeVar("T")

_left_behind: dict[str, threading.Thread] = {}  # those that wait still, by what was asked


def within_limit(question: str, look: Callable[[], T]) -> T:
    """Return what a function returns, or raise what it raises. Raises TimeoutError when it takes too long, and at once
    for a question that has one waiting. Where there is no room for a thread, there is no limit.
    """
    if (before := _left_behind.get(question)) and before.is_alive():
        raise TimeoutError(NO_ANSWER)
    answer: Future[T] = Future()
    thread = threading.Thread(target=_answer, args=(answer, look), daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return look()
    try:
        return answer.result(LIMIT)
    except TimeoutError as error:
        if answer.done():  # The function's own.
            raise
        _left_behind[question] = thread
        raise TimeoutError(NO_ANSWER) from error


def _answer(answer: Future[T], look: Callable[[], T]) -> None:
    try:
        answer.set_result(look())
    except BaseException as error:  # whoever asked gets it
        answer.set_exception(error)
