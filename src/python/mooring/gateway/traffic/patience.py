"""Work that may hang: files on a shared folder that is unreachable."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def in_background(work: Callable[[], T]) -> Future[T]:
    """Work in a thread of its own, for which the process does not wait when it ends.

    A pool's threads are waited for, and one that hangs in the kernel would keep a gateway that was
    told to stop from stopping.
    """
    future: Future[T] = Future()

    def run() -> None:
        # From here on nobody can cancel it any more, who only stops to wait.
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name="routing document", daemon=True).start()
    return future
