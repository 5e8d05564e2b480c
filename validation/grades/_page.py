"""Below a table on a page: the command, the commit and the day that made it."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

__all__ = ["source_of"]

_ROOT = Path(__file__).parents[2]


def source_of(command: str) -> str:
    """Return the line below a table: what printed it, at which commit, on which day."""
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    commit = said.stdout.strip() or "no commit"
    day = dt.datetime.now(dt.UTC).date().isoformat()
    return f"`{command}`, commit {commit}, {day}"
