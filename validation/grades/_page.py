"""Tables on a page, each with the command, the commit and the day that made it."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pandas as pd

from validation.recovery._report import markdown

__all__ = ["paste", "source_of"]

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


def paste(tables: dict[str, pd.DataFrame], page: Path, source: str) -> list[str]:
    """Put each table between its marks on the page; return the names that have marks.

    The marks are the comments ``begin NAME`` and ``end``.
    """
    text = page.read_text(encoding="utf-8")
    done = []
    for name, table in tables.items():
        mark = f"<!-- begin {name} -->\n"
        if mark not in text:
            continue
        head, rest = text.split(mark, 1)
        _, tail = rest.split("<!-- end -->", 1)
        text = f"{head}{mark}\n{markdown(table)}\n\n{source}\n\n<!-- end -->{tail}"
        done.append(name)
    page.write_text(text, encoding="utf-8")
    return done
