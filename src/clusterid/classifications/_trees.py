"""Code trees built from tables: embedded ones by name, or one's own."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pandas as pd

from clusterid.classifications._catalogue import (
    CLASSIFICATIONS,
    ClassificationFile,
    canonical_name,
)
from clusterid.classifications._classification import Classification
from clusterid.classifications._reading import CodeTable, embedded_table, loaded
from clusterid.errors import Fault, TableError

__all__ = ["read_classification"]

_COLUMNS = ["level", "parent", "label_en", "label_de"]


def read_classification(source: str | Path | pd.DataFrame) -> Classification:
    """Return an embedded classification by name, or one from a file or a table.

    Parameters
    ----------
    source : str, Path or DataFrame
        ``"nace2"``, ``"nace21"``, ``"nace1"``, ``"wz2008"``, ``"wz2025"``,
        ``"sic2007"``, ``"isic31"``, ``"isic4"``, ``"isic5"``, ``"naics2012"``,
        ``"naics2017"``, ``"naics2022"``, ``"kldb2010"`` (occupations); or a CSV file
        or table with ``code`` and, where known, ``level``, ``parent``, ``label_en``,
        ``label_de`` (or ``label``).

    Returns
    -------
    Classification
        Codes are text; a parent that the file leaves out is found by the codes'
        own digits.

    Raises
    ------
    ClassificationError
        If no embedded classification has the name.
    TableError
        If a code stands twice, is empty, or has a parent that does not exist.
    SourceError
        If the file cannot be read.

    Notes
    -----
    ``naics*`` files list six-digit industries; the shorter codes are added from
    them. ``nace1`` is incomplete at the source.

    Examples
    --------
    >>> read_classification("nace2")
    <Classification nace2: 21 section, 88 division, 272 group, 615 class>
    >>> read_classification("kldb2010").codes.loc["252", "label_en"]
    'Vehicle, aerospace and shipbuilding technology'
    """
    if isinstance(source, str):
        name = canonical_name(source)
        if name in CLASSIFICATIONS:
            return _embedded(name)
    given = loaded(source, "classification", list(CLASSIFICATIONS))
    name = "given" if isinstance(source, pd.DataFrame) else Path(source).stem
    return _tree(given.frame, name, None)


@lru_cache(maxsize=32)
def _embedded(name: str) -> Classification:
    info = CLASSIFICATIONS[name]
    table = embedded_table("classifications", info.file)
    if name.startswith("naics"):
        table = _naics_tree(table, name.removeprefix("naics"))
    if name == "sic2007":
        for column in ("code", "parent"):
            table[column] = table[column].str.replace(".", "", regex=False)
    return _tree(table, name, info)


_NAICS_RANGES = {
    "31": "31-33", "32": "31-33", "33": "31-33", "44": "44-45", "45": "44-45",
    "48": "48-49", "49": "48-49",
}  # fmt: skip


def _naics_tree(table: pd.DataFrame, year: str) -> pd.DataFrame:
    """Add the shorter codes above six-digit industries, with their titles of a year.

    Sector ranges are as published.
    """
    label = dict(zip(table["code"], table["label_en"], strict=True))
    levels = ("subsector", "industry_group", "naics_industry", "industry")
    rows: dict[str, tuple[str, str]] = {}
    children: dict[str, set[str]] = {}
    for code in sorted(label):
        sector = _NAICS_RANGES.get(code[:2], code[:2])
        rows[sector] = ("sector", "")
        for digits, level in zip((3, 4, 5, 6), levels, strict=True):
            parent = sector if digits == 3 else code[: digits - 1]
            rows[code[:digits]] = (level, parent)
            children.setdefault(parent, set()).add(code[:digits])
    # A shorter code with one child has the child's meaning and takes its name.
    for code in sorted(rows, key=len, reverse=True):
        below = children.get(code, set())
        if code not in label and len(below) == 1:
            label[code] = label.get(next(iter(below)), "")
    titles = _naics_titles(year)
    label = titles | {code: title for code, title in label.items() if title}
    return pd.DataFrame(
        [(c, level, parent, label.get(c, "")) for c, (level, parent) in rows.items()],
        columns=["code", "level", "parent", "label_en"],
    )


def _naics_titles(year: str) -> dict[str, str]:
    """Return the titles of codes of two to five digits in a version of NAICS."""
    table = embedded_table("classifications", "naics_titles.csv")
    table = table[table["since"].le(year)].sort_values(["code", "since"])
    # of a title that changed, the later row wins
    return dict(zip(table["code"], table["label_en"], strict=True))


def _tree(
    table: pd.DataFrame, name: str, info: ClassificationFile | None
) -> Classification:
    """Return the tree of a table; what an embedded file leaves out is added."""
    codes = _codes(CodeTable(table, f"classification {name}"))
    codes["parent"] = _parents(codes, info)
    if not codes["level"].ne("").all():
        codes["level"] = _depths(codes["parent"]).map(lambda d: f"level_{d + 1}")
    unknown = codes.index[codes["parent"].ne("") & ~codes["parent"].isin(codes.index)]
    if info is not None:
        if len(unknown):
            codes = _add_missing_parents(codes, info)
            codes["parent"] = _parents(codes, info)
        codes = codes[_COLUMNS].sort_index()
        return Classification(name, codes, info.levels, info.title, info.source)
    if len(unknown):
        rows = tuple((code, codes.loc[code, "parent"]) for code in unknown[:5])
        rule = "a parent is no code of the table"
        fault = Fault(rule, "add the parent", len(unknown), rows)
        raise TableError(f"classification {name}", [fault])
    depth = _depths(codes["parent"]).groupby(codes["level"]).min()
    levels = tuple(str(level) for level in depth.sort_values().index)
    return Classification(name, codes[_COLUMNS].sort_index(), levels, name)


def _codes(given: CodeTable) -> pd.DataFrame:
    """Return the rows by code, as text, with all columns of a tree."""
    given.need(["code"], "name it; the table has")
    table = given.frame.reset_index(drop=True).astype(object)
    table = table.where(table.notna(), "").astype(str)
    if "label_en" not in table.columns:
        table = table.rename(columns={"label": "label_en"})
    code = table["code"]
    empty = code.str.strip().eq("")
    given.refuse("a code is empty", "fill it or drop the row", empty, code.str.strip())
    twice = code.duplicated(keep=False)
    given.refuse("a code stands more than once", "keep one row", twice, code)
    given.done()
    absent = [name for name in _COLUMNS if name not in table.columns]
    return table.assign(**dict.fromkeys(absent, "")).set_index("code")


def _depths(parent: pd.Series) -> pd.Series:
    """Return how many codes stand above each code."""
    depth = pd.Series(0, index=parent.index)
    above = parent.copy()
    for _ in range(len(parent)):
        if not above.ne("").any():
            break
        depth += above.ne("").astype(int)
        above = above.map(parent).fillna("")
    return depth


def _parents(codes: pd.DataFrame, info: ClassificationFile | None) -> pd.Series:
    if info is not None and info.parents == "order":
        return _parents_by_order(codes, info.levels)
    known = set(codes.index)

    def shorter(code: str) -> str:
        above = code[:-1].rstrip(".")
        while above and above not in known:
            above = above[:-1].rstrip(".")
        return above

    pairs = codes["parent"].items()
    found = [parent or shorter(str(code)) for code, parent in pairs]
    return pd.Series(found, index=codes.index, dtype="str")


def _parents_by_order(codes: pd.DataFrame, levels: tuple[str, ...]) -> pd.Series:
    """Sections stand before their divisions; below that the digits decide."""
    last, found = dict.fromkeys(levels, ""), []
    for code, level in codes["level"].items():
        last[level] = str(code)
        rank = levels.index(level)
        found.append(last[levels[rank - 1]] if rank else "")
    return pd.Series(found, index=codes.index, dtype="str")


def _add_missing_parents(codes: pd.DataFrame, info: ClassificationFile) -> pd.DataFrame:
    """Add sections that the file names as parents but does not list (WZ 2008)."""
    missing = sorted(set(codes["parent"]) - set(codes.index) - {""})
    nace = _embedded("nace2").codes
    rows = pd.DataFrame(
        {
            "level": info.levels[0],
            "parent": "",
            "label_en": [nace["label_en"].get(code, "") for code in missing],
            "label_de": [nace["label_de"].get(code, "") for code in missing],
        },
        index=missing,
    )
    return pd.concat([codes, rows])
