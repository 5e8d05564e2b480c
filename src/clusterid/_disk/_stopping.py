"""Signals that ask a command to stop: heeded once, and not while a result is placed."""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Any

from clusterid._disk._whole_folder import carrying

__all__ = ["Stopped", "Stopping"]


class Stopped(BaseException):
    """A signal asked the command to stop.

    Attributes
    ----------
    signal : int
        Number of the signal; the shell's status is 128 more.
    """

    def __init__(self, number: int) -> None:
        self.signal = number
        super().__init__(number)


class Stopping:
    """While entered, SIGINT, SIGTERM and SIGHUP raise :class:`Stopped`.

    A signal that comes while a complete result is carried into place (milliseconds) is
    not heeded: the work is done then. What is ignored already, as under ``nohup``,
    stays ignored.

    Examples
    --------
    >>> with Stopping() as stopping:
    ...     stopping.raise_if_asked()
    """

    def __init__(self) -> None:
        self._asked = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stopping:
        self._asked = 0
        if threading.current_thread() is threading.main_thread():
            for name in ("SIGINT", "SIGTERM", "SIGHUP"):
                number = getattr(signal, name, None)
                if number and signal.getsignal(number) is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    def raise_if_asked(self) -> None:
        """Raise where the exception was lost, in a callback that swallows it."""
        if self._asked:
            raise Stopped(self._asked)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if carrying() or self._asked:
            return
        self._asked = number
        raise Stopped(number)
