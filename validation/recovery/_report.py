"""Tables as they are printed, and as files."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

DIGITS = 3


def _column(values: pd.Series) -> list[str]:
    """Return the texts of one column: whole numbers if all are, else three digits."""
    if pd.api.types.is_bool_dtype(values):
        return ["yes" if v else "no" for v in values]
    if not pd.api.types.is_numeric_dtype(values):
        return ["" if pd.isna(v) else _word(v) for v in values]
    numbers = values.astype(float)
    whole = numbers.dropna().eq(numbers.dropna().round()).all()
    whole &= numbers.dropna().gt(1).any() or numbers.dropna().eq(0).all()
    digits = 0 if whole or pd.api.types.is_integer_dtype(values) else DIGITS
    return ["" if pd.isna(v) else f"{v:,.{digits}f}" for v in numbers]


def _word(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def markdown(table: pd.DataFrame) -> str:
    """Return a table as Markdown."""
    flat = table.reset_index()
    head = [
        ", ".join(filter(None, c)) if isinstance(c, tuple) else str(c)
        for c in flat.columns
    ]
    columns = [flat.iloc[:, i] for i in range(flat.shape[1])]
    numeric = [
        pd.api.types.is_numeric_dtype(c) and not pd.api.types.is_bool_dtype(c)
        for c in columns
    ]
    lines = [head, ["--:" if n else ":--" for n in numeric]]
    lines += zip(*(_column(c) for c in columns), strict=True)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def paste(tables: dict[str, pd.DataFrame], page: Path, source: str = "") -> list[str]:
    """Put each table between its marks on a page; return the names that have marks.

    The marks are the comments ``begin NAME`` and ``end``; ``source`` stands below each
    table.
    """
    text = page.read_text(encoding="utf-8")
    below = f"{source}\n\n" if source else ""
    done = []
    for name, table in tables.items():
        mark = f"<!-- begin {name} -->\n"
        if mark not in text:
            continue
        head, rest = text.split(mark, 1)
        _, tail = rest.split("<!-- end -->", 1)
        text = f"{head}{mark}\n{markdown(table)}\n\n{below}<!-- end -->{tail}"
        done.append(name)
    page.write_text(text, encoding="utf-8")
    return done


def show(tables: dict[str, pd.DataFrame], folder: Path | None = None) -> None:
    """Print every table; write each as CSV and Markdown where a folder is given."""
    for name, table in tables.items():
        text = markdown(table)
        print(f"\n### {name}\n\n{text}", flush=True)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
            table.to_csv(folder / f"{stem}.csv", float_format="%.6g")
            (folder / f"{stem}.md").write_text(text + "\n", encoding="utf-8")
