"""The code tree of a classification: parents, levels, leaves, truncation."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid._embedded import embedded_path
from clusterid._opening import (
    SHEET_PART,
    foreign_reading,
    packed_fault,
    path_fault,
    sentence,
    size_fault,
    twice_in_header,
    unpacked,
)
from clusterid.classifications._catalogue import (
    CLASSIFICATIONS,
    ClassificationFile,
    canonical_name,
)
from clusterid.errors import (
    ClassificationError,
    Fault,
    SourceError,
    TableError,
    TableTypeError,
    check_option,
    nearest,
)

__all__ = ["Classification", "read_classification"]

_COLUMNS = ("level", "parent", "label_en", "label_de")


@dataclass(frozen=True, slots=True)
class Classification:
    """A classification as a tree of codes.

    Parameters
    ----------
    name : str
        E.g. ``"nace2"``.
    codes : DataFrame, index ``code``
        Columns ``level``, ``parent`` (``""`` at the root), ``label_en``, ``label_de``.
    levels : tuple of str
        Names of the levels, from the root to the leaves.
    title, source : str
        Shown in outputs.
    """

    name: str
    codes: pd.DataFrame
    levels: tuple[str, ...]
    title: str = ""
    source: str = ""
    _tree: dict[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    _bare: dict[str, str] = field(init=False, repr=False, compare=False)
    _leaves: dict[str, tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        tree: dict[str, list[str]] = {}
        for code, above in self.codes["parent"].items():
            tree.setdefault(str(above), []).append(str(code))
        object.__setattr__(
            self, "_tree", {above: tuple(sorted(c)) for above, c in tree.items()}
        )
        bare = {str(code).replace(".", ""): str(code) for code in self.codes.index}
        object.__setattr__(self, "_bare", bare)

    @property
    def parents(self) -> pd.Series:
        """Parent of every code that has one (Series child -> parent)."""
        parent = self.codes["parent"]
        return parent[parent.ne("")].rename("parent")

    def labels(self, language: str = "en") -> pd.Series:
        """Names of all codes in a language; the other one where it has none.

        Raises
        ------
        OptionError
            If the language is neither ``"en"`` nor ``"de"``.
        """
        check_option("language", language, ("en", "de"))
        other = "de" if language == "en" else "en"
        mine = self.codes[f"label_{language}"]
        return mine.where(mine.ne(""), self.codes[f"label_{other}"]).rename("label")

    def at_level(self, level: str) -> pd.Index:
        """Codes of one level, sorted.

        Raises
        ------
        OptionError
            If the classification has no such level.
        """
        check_option("level", level, self.levels)
        return self.codes.index[self.codes["level"].eq(level)].sort_values()

    def notation(self, code: str) -> str | None:
        """Return a code as this classification writes it, or None if it has none.

        Dots and spaces do not matter (``2910``, ``29.10``), nor do the letter of the
        section before a division (``C29``) and digits beyond the finest level.

        Examples
        --------
        >>> read_classification("nace2").notation("2910")
        '29.10'
        >>> read_classification("nace2").notation("29100")
        '29.10'
        """
        text = str(code).strip()
        if text in self.codes.index:
            return text
        plain = re.sub(r"[.\s]", "", text)
        if plain in self._bare:
            return self._bare[plain]
        if re.fullmatch(r"[A-Z]\d+", plain) and plain[1:] in self._bare:
            return self._bare[plain[1:]]
        finest = max(map(len, self._bare))
        if plain.isdigit() and len(plain) > finest:
            return self._bare.get(plain[:finest])
        return None

    def leaves(self, code: str) -> tuple[str, ...]:
        """Return the finest codes below a code, a range, or a group of codes.

        Parameters
        ----------
        code : str
            A code (``"29"``), a range (``"G-I"``, ``"10-12"``, ``"C10-C12"``), or
            several joined by ``+``, ``_`` or ``,`` (``"B+D+E"``, ``"R_S"``).

        Returns
        -------
        tuple of str
            Sorted; empty where nothing is known by that code.

        Examples
        --------
        >>> read_classification("nace2").leaves("G-I")[:2]
        ('45.11', '45.19')
        """
        if code not in self._leaves:
            self._leaves[code] = self._find_leaves(code)
        return self._leaves[code]

    def _find_leaves(self, code: str) -> tuple[str, ...]:
        single = self.notation(code)
        if single is not None:
            return self._leaves_of_node(single)
        parts = [p.strip() for p in re.split(r"[+_,;]", str(code)) if p.strip()]
        if len(parts) > 1:
            return tuple(sorted({leaf for p in parts for leaf in self.leaves(p)}))
        match = re.fullmatch(r"\s*([A-Z]?\d*)\s*(?:-|–|bis|to)\s*([A-Z]?\d*)\s*", code)
        if match:
            first, last = (self.notation(end) for end in match.groups())
            if first is not None and last is not None:
                level = self.codes.loc[first, "level"]
                within = [c for c in self.at_level(str(level)) if first <= c <= last]
                return tuple(
                    sorted({leaf for c in within for leaf in self._leaves_of_node(c)})
                )
        return ()

    def _leaves_of_node(self, code: str) -> tuple[str, ...]:
        found, waiting = [], [code]
        while waiting:
            node = waiting.pop()
            if node in self._tree:
                waiting.extend(self._tree[node])
            else:
                found.append(node)
        return tuple(sorted(found))

    def children(self, code: str) -> tuple[str, ...]:
        """Codes directly below a code, sorted."""
        return self._tree.get(self._known(code), ())

    def ancestors(self, code: str) -> tuple[str, ...]:
        """Codes above a code, the nearest first."""
        parent = self.codes["parent"]
        above = []
        node = str(parent[self._known(code)])
        while node:
            above.append(node)
            node = str(parent[node])
        return tuple(above)

    def _known(self, code: str) -> str:
        known = self.notation(code)
        if known is None:
            raise ClassificationError(
                f"{code!r} is no code of {self.name}.{nearest(code, self.codes.index)}"
            )
        return known

    def truncate(self, codes: Iterable[str], level: str) -> pd.Series:
        """Return the ancestor of each code at a level (Series code -> ancestor).

        A code that stands at the level is its own ancestor. A code that is already
        coarser has none, and is refused: nothing says how to divide it.

        Parameters
        ----------
        codes : iterable of str
            Codes of this classification, in any notation :meth:`notation` knows.
        level : str
            One of ``levels``.

        Raises
        ------
        ClassificationError
            For codes that are unknown or coarser than the level (all are listed).
        OptionError
            If the level is not offered.

        Examples
        --------
        >>> nace = read_classification("nace2")
        >>> nace.truncate(["29.10", "62.01"], "division").to_dict()
        {'29.10': '29', '62.01': '62'}
        """
        check_option("level", level, self.levels)
        levels = self.codes["level"]
        result, wrong = {}, []
        for code in codes:
            known = self.notation(code)
            chain = () if known is None else (known, *self.ancestors(known))
            at = [c for c in chain if levels[c] == level]
            if at:
                result[code] = at[0]
            else:
                wrong.append(code)
        if wrong:
            shown = ", ".join(map(repr, wrong[:5])) + (", ..." if wrong[5:] else "")
            raise ClassificationError(
                f"{len(wrong)} of {len(wrong) + len(result)} codes have no "
                f"{level} in {self.name} ({shown}). Codes must be known and not "
                f"coarser than the level; levels are {', '.join(self.levels)}."
            )
        return pd.Series(result, name=level, dtype="object").rename_axis("code")

    def __repr__(self) -> str:
        counts = self.codes["level"].value_counts()
        shown = ", ".join(f"{counts.get(level, 0)} {level}" for level in self.levels)
        return f"<Classification {self.name}: {shown}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.codes.head(10).to_html()}"


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
    if isinstance(source, pd.DataFrame):
        table = single_columns(source, "classification").reset_index(drop=True)
        return _from_table(table, "given", None)
    if isinstance(source, str):
        name = canonical_name(source)
        if name in CLASSIFICATIONS:
            return _embedded(name)
    path = named_file(source, "classification")
    if path is not None:
        return _from_table(read_any(path), path.stem, None)
    raise ClassificationError(
        f"No classification is called {str(source)!r}."
        f"{nearest(str(source), CLASSIFICATIONS)} "
        f"Embedded are {', '.join(CLASSIFICATIONS)}; a path to a CSV file works, too."
    )


def named_file(source: Any, what: str) -> Path | None:
    """Return the file that a text or path names; None where it is a name only.

    Raises
    ------
    SourceError
        If it is no regular file, or is not there.
    TableTypeError
        If it is neither a name, nor a path.
    """
    if not isinstance(source, (str, os.PathLike)):
        raise TableTypeError(
            f"{what}: give a name, a path or a DataFrame, not {type(source).__name__}."
        )
    path = Path(source)
    fault = path_fault(path)
    if fault is None:
        return path
    if not path.suffix and fault.rule.startswith("there is no file"):
        return None
    raise SourceError(sentence(fault))


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # half of a pair
        return False
    return True


def single_columns(table: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return a table with its columns named by text; one that stands twice is told."""
    twice = twice_in_header(table.columns)
    if twice is not None:
        raise TableError(label, [twice])
    for column in table.columns:
        bad = [
            (row, value.encode("utf-8", "replace").decode())
            for row, value in enumerate(table[column], start=1)
            if isinstance(value, str) and not _is_utf8(value)
        ]
        if bad:
            rule, mend = f"{column} holds characters that are no text", "correct them"
            raise TableError(label, [Fault(rule, mend, len(bad), tuple(bad[:5]))])
    return table.set_axis([str(c).strip() for c in table.columns], axis=1)


def numbers_in(column: pd.Series) -> pd.Series:
    """Return a column as floats, NaN where it is no number, whatever its type."""
    text = pd.Series([str(value) for value in column], index=column.index, dtype=object)
    return pd.to_numeric(text, errors="coerce").astype(float)


_BOOKS = (".xlsx", ".xlsm")
_PARQUET = (".parquet", ".pq")


def read_any(path: Path) -> pd.DataFrame:
    """Read CSV, the first sheet of a workbook, or Parquet, with every value as text."""
    ending = path.suffix.lower()
    if ending not in {*_BOOKS, *_PARQUET}:
        return _read_csv(path)
    told: list[Fault] = []
    made = pd.DataFrame()
    with foreign_reading(path.suffix, told):
        fault = path_fault(path) or size_fault(path)
        if fault is None and ending in _BOOKS:
            fault = packed_fault(path, part=SHEET_PART)
        if fault is not None:
            raise SourceError(f"{path}: {sentence(fault)}")
        if ending in _BOOKS:
            # without a header: pandas would rename a column that stands twice
            rows = pd.read_excel(path, header=None, dtype=str, keep_default_na=False)
            made = rows.iloc[1:].reset_index(drop=True)
            if len(rows):
                made = made.set_axis(rows.iloc[0].tolist(), axis=1)
        else:
            made = pd.read_parquet(path).reset_index(drop=True)
    if told:
        raise SourceError(f"{path}: {sentence(told[0])}")
    if not len(made.columns):
        raise SourceError(f"{path}: the table is empty; export it again.")
    made = single_columns(made, path.name)
    return made.astype(object).where(made.notna(), "").astype(str)


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV file with every value as text; a gzip file, too."""
    fault = path_fault(path) or size_fault(path)
    if fault is not None:
        raise SourceError(f"{path}: {sentence(fault)}")
    try:
        content = unpacked(path) if path.suffix == ".gz" else path.read_bytes()
        text = "" if isinstance(content, Fault) else content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"{path}: not UTF-8 at byte {error.start}; save the file as UTF-8."
        ) from None
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror}).") from None
    if isinstance(content, Fault):
        raise SourceError(f"{path}: {sentence(content)}")
    if "\x00" in text:
        raise SourceError(f"{path}: holds NUL characters; export it again.")
    told: list[Fault] = []
    table = pd.DataFrame()
    with foreign_reading("CSV", told):
        header = next(csv.reader(io.StringIO(text)), [])
        twice = twice_in_header(header)
        if twice is not None:
            raise SourceError(f"{path}: {sentence(twice)}")
        if not header:
            told.append(Fault("no CSV table: the file is empty", "export it again"))
        else:
            table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    if told:
        raise SourceError(f"{path}: no CSV table: {sentence(told[0])}")
    return table


@lru_cache(maxsize=32)
def _embedded(name: str) -> Classification:
    info = CLASSIFICATIONS[name]
    table = _read_csv(embedded_path("classifications", info.file))
    if name.startswith("naics"):
        table = _naics_tree(table)
    if name == "sic2007":
        table["code"] = table["code"].str.replace(".", "", regex=False)
        table["parent"] = table["parent"].str.replace(".", "", regex=False)
    return _from_table(table, name, info)


_NAICS_RANGES = {
    "31": "31-33", "32": "31-33", "33": "31-33", "44": "44-45", "45": "44-45",
    "48": "48-49", "49": "48-49",
}  # fmt: skip


def _naics_tree(table: pd.DataFrame) -> pd.DataFrame:
    """Add the shorter codes above six-digit industries; sector ranges as published."""
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
    return pd.DataFrame(
        [(c, level, parent, label.get(c, "")) for c, (level, parent) in rows.items()],
        columns=["code", "level", "parent", "label_en"],
    )


def _from_table(
    table: pd.DataFrame, name: str, info: ClassificationFile | None
) -> Classification:
    if "code" not in table.columns:
        fault = Fault(
            "there is no column 'code'",
            f"name it; the table has {', '.join(map(str, table.columns))}",
        )
        raise TableError(f"classification {name}", [fault])
    table = table.reset_index(drop=True).astype(object).where(table.notna(), "")
    table = table.astype(str)
    if "label" in table.columns and "label_en" not in table.columns:
        table = table.rename(columns={"label": "label_en"})
    faults = []
    empty = table.index[table["code"].str.strip().eq("")]
    if len(empty):
        rows = tuple((int(i) + 1, "") for i in empty[:5])
        faults.append(
            Fault("a code is empty", "fill it or drop the row", len(empty), rows)
        )
    twice = table.index[table["code"].duplicated(keep=False)]
    if len(twice):
        rows = tuple((int(i) + 1, table.loc[i, "code"]) for i in twice[:5])
        faults.append(
            Fault("a code stands more than once", "keep one row", len(twice), rows)
        )
    if faults:
        raise TableError(f"classification {name}", faults)
    codes = table.set_index("code")
    for column in _COLUMNS:
        if column not in codes.columns:
            codes[column] = ""
    codes["parent"] = _parents(codes, info)
    if not codes["level"].ne("").all():
        codes["level"] = _depths(codes["parent"]).map(lambda d: f"level_{d + 1}")
    unknown = codes.index[codes["parent"].ne("") & ~codes["parent"].isin(codes.index)]
    if info is not None and len(unknown):
        codes = _add_missing_parents(codes, info)
        codes["parent"] = _parents(codes, info)
    elif len(unknown):
        rows = tuple((code, codes.loc[code, "parent"]) for code in unknown[:5])
        fault = Fault(
            "a parent is no code of the table", "add the parent", len(unknown), rows
        )
        raise TableError(f"classification {name}", [fault])
    if info is not None:
        levels = info.levels
    else:
        depth = _depths(codes["parent"]).groupby(codes["level"]).min()
        levels = tuple(str(level) for level in depth.sort_values().index)
    codes = codes.loc[:, list(_COLUMNS)].sort_index().rename_axis("code")
    title = info.title if info else name
    source = info.source if info else ""
    return Classification(name, codes, levels, title, source)


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
    parent: Any = codes["parent"].copy()
    known = set(codes.index)
    for code in codes.index:
        if parent[code]:
            continue
        shorter = code[:-1].rstrip(".")
        while shorter and shorter not in known:
            shorter = shorter[:-1].rstrip(".")
        parent[code] = shorter
    return pd.Series(parent)


def _parents_by_order(codes: pd.DataFrame, levels: tuple[str, ...]) -> pd.Series:
    """Sections stand before their divisions; below that the digits decide."""
    parent: Any = pd.Series("", index=codes.index)
    last: dict[str, str] = {}
    for code, level in codes["level"].items():
        last[level] = str(code)
        rank = levels.index(level)
        if rank:
            parent[code] = last[levels[rank - 1]]
    return pd.Series(parent)


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
