"""How a command speaks: results, notes, progress and faults, as words or as JSON."""

from __future__ import annotations

import json
import math
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from clusterid.errors import ClusteridError, ClusteridWarning, Fault

__all__ = ["Console", "as_json", "first_line"]


@dataclass(slots=True)
class Console:
    """How this call speaks: set once by the global options."""

    debug: bool = False
    quiet: bool = False
    as_json: bool = False

    def say(self, text: str, **facts: Any) -> None:
        """Print a result line, or its facts as JSON."""
        line = as_json(facts) if self.as_json else printable(text)
        sys.stdout.write(line + "\n")

    @contextmanager
    def progress(self) -> Iterator[Callable[[str, int, int], None] | None]:
        """Yield a listener that draws a bar when standard error is a terminal."""
        if self.quiet or not sys.stderr.isatty():
            yield None
            return
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (
            BarColumn(bar_width=24),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starting", total=None)

            def listen(name: str, done: int, total: int) -> None:
                bar.update(task, description=name, completed=done, total=total or None)

            yield listen

    def note(self, text: str) -> None:
        """Say beside the results what changes their meaning, unless quiet."""
        if not self.quiet:
            sys.stderr.write(printable(f"note: {text}\n"))

    def warn(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        """Show a warning as a note; those of other packages under --debug."""
        if self.debug or issubclass(category, ClusteridWarning):
            self.note(str(message))

    def wrote(self, target: Path, what: str, **facts: Any) -> None:
        """Name the file that was written; a device or a pipe gets its content alone."""
        if target.is_file():
            self.say(str(target), **facts, **{what: target})

    def fail(self, error: BaseException, text: str, status: int = 1) -> int:
        """Say in words, or as one object, what is wrong; return the exit status."""
        if self.debug:
            traceback.print_exception(error)
        if self.as_json:
            faults = error.faults if isinstance(error, ClusteridError) else ()
            listed = [_fault(f) for f in faults or [Fault(text, "")]]
            sys.stdout.write(as_json({"error": text, "faults": listed}) + "\n")
        sys.stderr.write(printable(f"clusterid: {text}\n"))
        return status


def printable(text: str) -> str:
    """Return the text with control signs spelt out: names are no terminal commands."""
    return "".join(
        c if c in "\n\t" or c.isprintable() else c.encode("unicode_escape").decode()
        for c in text
    )


def as_json(facts: object) -> str:
    """Return one line of JSON; what is not a finite number is null."""

    def plain(value: object) -> Any:
        if isinstance(value, dict):
            return {str(key): plain(item) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(item) for item in value]
        if hasattr(value, "item"):
            value = value.item()
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        return value if isinstance(value, (int, str, type(None))) else str(value)

    return json.dumps(plain(facts), ensure_ascii=False)


def first_line(error: BaseException) -> str:
    """Return the type and the first line of an error, at most 160 signs."""
    text = (str(error).splitlines() or [""])[0][:160]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "where": fault.where,
        "rule": fault.rule,
        "mend": fault.mend,
        "count": fault.count,
        "rows": [{"row": row, "value": value} for row, value in fault.rows],
    }
