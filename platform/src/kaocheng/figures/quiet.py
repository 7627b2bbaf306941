"""The search for dead cycles put off, while an import makes tens of thousands of objects that all live.

Each such search goes through everything that lives, and finds nothing: it takes a third of an import's time.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

__all__ = ["no_search"]

_lock = Lock()
_under_way: list[bool] = []  # one entry per import; the first knows whether there was a search to put off


@contextmanager
def no_search() -> Iterator[None]:
    """Search no more until the last who asked is done; what nothing refers to is freed all the same."""
    with _lock:
        _under_way.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            before = _under_way.pop(0)
            if _under_way:
                _under_way[0] = before
            elif before:
                gc.enable()
