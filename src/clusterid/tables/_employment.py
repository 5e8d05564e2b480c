"""The employment table: persons by region, industry and year, withheld apart from 0."""

from __future__ import annotations

import inspect
import re
import warnings
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.errors import DataWarning, OptionError
from clusterid.tables._apart import Wanted, set_apart
from clusterid.tables._held_codes import code_notes
from clusterid.tables._layout import as_long
from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    Other,
    Reading,
    Table,
    TableOptions,
    Word,
    Year,
)

__all__ = ["read_employment", "read_rows"]

#: Marks of quality that publishers put beside a number (SDMX status of observations).
_STATUS = frozenset("abdefiprsu")
_NIL_FLAGS = ("-", "–")
_EMPLOYMENT = Table(
    "employment",
    (
        Code("region", required=True, padded=True, width=None),
        Code("industry", required=True, padded=True, width=None, known_as="industries"),
        Year(),
        Number("employment", required=True, counts=True),
        Number("establishments", whole=True),
        Number("lower", counts=True),
        Number("upper", counts=True),
        Other("flag"),
        Word(
            "concept",
            ("workplace", "residence", "unknown"),
            mend="say where a job is counted",
        ),
        Code("classification", null=True),
    ),
    key=("region", "industry", "year", "concept"),
    repeated="filter to one kind of count (filter=), or add the rows up first",
    sort=("year", "region", "industry", "concept"),
)


def read_employment(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    regions: object = None,
    industries: Sequence[str] | None = None,
    year: int | None = None,
    layout: str | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    withheld: str | Sequence[str] = (),
    nil: str | Sequence[str] = (),
    withheld_flags: str | Sequence[str] | None = None,
    nil_flags: str | Sequence[str] | None = None,
    bands: Mapping[str, tuple[float, float | None]] | None = None,
    marked: bool = False,
    pad: Mapping[str, int] | None = None,
    classification: str | None = None,
    level: int | str | None = None,
    digits: int | None = None,
    levels: Mapping[str, int] | None = None,
    total_codes: Mapping[str, str] | None = None,
    outside: Sequence[str] = (),
    rounding: float | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check employment by region and industry.

    A withheld value is NaN, never 0: an empty cell is withheld, a mark such as
    ``"."`` has to be named in ``withheld`` or ``nil``, and a 0 that carries a flag
    is a fault until ``withheld_flags`` says what the flag means; so is a missing
    value whose flag, a dash, says that there is none, until ``nil_flags`` does.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``region``, ``industry``, ``employment`` (persons); optional ``year``,
        ``establishments`` (count), ``lower``, ``upper`` (persons), ``flag``,
        ``concept`` (workplace or residence), ``classification``. Others are left out.
    columns : mapping, optional
        ``{"region": "ags"}``: our name to the name in the source.
    regions : regions table, Index or list of codes, optional
        A region that is not among them is a fault.
    industries : list of codes, optional
        An industry that is not among them is a fault.
    year : int, optional
        Keep this year; for a table without a year column, the year it is of.
    layout : {"long", "wide", "years"}, optional
        ``"wide"`` (or ``"matrix"``): regions in rows (column ``region``), one column an
        industry; ``"years"``: one row a region and industry, one column a year. Told
        from the columns where not given, and said in a warning if it is not long.
    decimal, thousands : str
        How numbers are written in text; ``thousands=""`` says that points are not
        thousands separators.
    withheld, nil : list of str
        Marks that stand for withheld values (NaN) and for none (0).
    withheld_flags : list of str, optional
        Values of ``flag`` that make a cell withheld, whatever number stands there.
    nil_flags : list of str, optional
        Values of ``flag`` that say a missing cell is a true zero.
    bands : mapping, optional
        ``{flag: (lower, upper)}`` in persons: bounds of withheld cells; None is no
        upper bound. A band makes its flag a withheld flag; it may stand in ``flag`` or
        in place of the number (``"(L)"``).
    marked : bool
        True: a mark, a footnote or brackets beside a number in its cell (``45p``,
        ``(34)``) are taken off and kept as ``flag``; a range or a limit (``5-9``,
        ``<10``, ``250+``) makes the cell withheld, with these bounds.
    pad : mapping, optional
        ``{"region": 5}``: fill codes of digits with leading zeros; 0 says that the
        codes are right as they are.
    classification : str, optional
        Of the industries (``"nace2"``, ``"naics2017"`` ...): its code tree says which
        codes are sums of others.
    level, digits : optional
        Where sums stand among their parts: which industries are counted, by the name
        of a level of the classification (``level="division"``) or by how many digits
        their codes have (``digits=4``). Coarser codes are then published totals.
    levels : mapping, optional
        ``{"region": 4, "industry": 3}``: the same by how many characters the counted
        codes have, for regions, too. A cell without a row is then missing, not zero,
        unless its total leaves nothing for it; finer codes are left out.
    total_codes : mapping, optional
        ``{"industry": "00"}``: the code that stands for all.
    outside : sequence of str
        With ``levels``: codes of regions that are no place (jobs that were not
        regionalised).
    rounding : float, optional
        With a level: published values are within so many persons of the truth; by
        default 1 where a sum is below its parts, else 0.
    **reading
        ``encoding``, ``separator``, ``sheet``, ``skip_rows``, ``filter``: see
        :func:`read_table`.

    Returns
    -------
    DataFrame
        One row a cell, columns in the order above, codes as text, sorted by year,
        region, industry. ``lower`` and ``upper`` equal employment where it is
        published; of a withheld cell, ``lower`` is at least 0 and ``upper`` NaN where
        no bound is known. Totals that stood among the cells are no rows of it: they
        are kept beside it, and :func:`economy` finds them there.

    Raises
    ------
    TableError
        With every fault of the table; sums that stand among their parts are one, where
        no level is named.

    Warns
    -----
    DataWarning
        Where a code says by its name that it is a total ("Insgesamt").

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"ags": ["01001", "01002"], "wz": ["C", "C"], "svb": ["12", "."]}
    >>> names = {"region": "ags", "industry": "wz", "employment": "svb"}
    >>> read_employment(pd.DataFrame(rows), columns=names, withheld=["."])
      region industry  employment
    0  01001        C        12.0
    1  01002        C         NaN
    """
    given = locals()
    rows, name = _rows(given)
    wanted = Wanted(
        levels=levels or {},
        digits=digits,
        level=level,
        classification=classification,
        total_codes=total_codes or {},
        outside=outside,
        rounding=rounding,
    )
    cells, published = set_apart(rows, wanted, name)
    for note in code_notes(cells["industry"], classification):
        warnings.warn(f"{name}: {note}", DataWarning, stacklevel=2)
    return published.kept_with(cells)


def read_rows(source: object, **options: Any) -> pd.DataFrame:
    """Read as :func:`read_employment`, with totals still among the rows.

    For readers that set totals apart over several files.
    """
    offered = inspect.signature(read_employment).parameters
    given = {n: p.default for n, p in offered.items() if p.default is not p.empty}
    reading = {n: options.pop(n) for n in list(options) if n not in offered}
    rows, _ = _rows({**given, **options, "source": source, "reading": reading})
    return rows


def _rows(given: Mapping[str, Any]) -> tuple[pd.DataFrame, str]:
    """Return the checked rows of a source and the name of the table."""
    known = {side: given[many] for side, many in _KNOWN.items()}
    options = TableOptions.of(read_employment, given, known=known)
    year = given["year"]
    nil, withheld = _listed(given["nil"]) or (), _listed(given["withheld"]) or ()
    bands = given["bands"] or {}
    options = replace(options, nil=nil, withheld=withheld, bands=bands)
    raw = _EMPLOYMENT.load(given["source"], options)
    check = Check(as_long(raw, given["layout"], options.numerals))
    _EMPLOYMENT.check(check, options, {"year": partial(_select_year, year=year)})
    flags = _Flags(
        _listed(given["withheld_flags"]),
        _listed(given["nil_flags"]),
        bands,
    )
    flags.apply(check)
    _bounds(check)
    _EMPLOYMENT.unique(check)
    return _EMPLOYMENT.finished(check), check.name


#: Where the codes that may occur on a side are given.
_KNOWN = {"region": "regions", "industry": "industries"}


def _listed(marks: str | Sequence[str] | None) -> tuple[str, ...] | None:
    """Return a single mark given as text as a list of one; None stays None."""
    if marks is None:
        return None
    return (marks,) if isinstance(marks, str) else tuple(marks)


def _finite(edge: float | None) -> float:
    return np.nan if edge is None or np.isinf(edge) else float(edge)


def _select_year(check: Check, *, year: int | None) -> None:
    """Keep the rows of a year; a table without a year column is all of it."""
    if year is None or not len(check.frame):
        return
    if not check.has("year"):
        check.frame["year"] = np.int64(year)
        return
    keep = check.frame["year"].eq(year).to_numpy()
    if not keep.any():
        years = ", ".join(
            f"{y:g}" for y in sorted(check.frame["year"].dropna().unique())
        )
        check.say(f"the table has no rows of year {year}", f"it has {years}")
        return
    check.frame = check.frame[keep].copy()
    check.numbers_of = check.numbers_of[keep]


@dataclass(frozen=True, slots=True)
class _Flags:
    """What the flags beside numbers mean: withheld, none, or between two bounds."""

    withheld: Sequence[str] | None
    nil: Sequence[str] | None
    bands: Mapping[str, tuple[float, float | None]]

    def __post_init__(self) -> None:
        for flag, band in self.bands.items():
            low, high = band
            if not (0 <= low < np.inf and (high is None or high >= low)):
                raise OptionError(
                    f"bands={{{flag!r}: {band!r}}} is not a pair of bounds; give "
                    "(lower, upper) in persons, from 0, None (inf in a study file) "
                    "for no upper bound."
                )

    def apply(self, check: Check) -> None:
        """Make employment NaN or 0 as the flags say; tell those that say too little."""
        inside = _inside_as_columns(check)
        if inside and "flag" not in check.frame.columns:
            return
        if not {"flag", "employment"} <= set(check.frame.columns):
            if self.bands or self.withheld or self.nil:
                check.say(
                    "bands=, withheld_flags= and nil_flags= need a column 'flag'",
                    'pass columns={"flag": "<its name in the file>"}',
                )
            return
        check.codes("flag", null=True, pad=0)
        frame = check.frame
        flag = frame["flag"]
        nil = _NIL_FLAGS if self.nil is None else self.nil
        withheld = {*(self.withheld or ()), *self.bands}
        is_withheld = _says_any(flag, withheld)
        if self.withheld is None:
            known = {*withheld, *nil}
            silent = flag.notna() & ~flag.isin(known)
            check.fault(
                (frame["employment"].eq(0) & silent).to_numpy(),
                "employment is 0 and carries a flag: withheld, or a true zero?",
                "pass withheld_flags= with the flags that mean withheld (or an empty "
                "list)",
                flag,
            )
            _note_unexplained(frame, flag, known)
        employment = frame["employment"].where(~is_withheld)
        is_nil = flag.isin(nil) & employment.isna() & ~is_withheld
        if self.nil is None:
            check.fault(
                is_nil.to_numpy(),
                "employment is missing and its flag is a dash: none, or unknown?",
                'pass nil_flags=("-",) if the dash means none, nil_flags=() if unknown',
                flag,
            )
        frame["employment"] = employment.where(~is_nil, 0.0)
        self._set_bounds(frame)

    def _set_bounds(self, frame: pd.DataFrame) -> None:
        """Set bounds by the bands of flags, where the table has none of its own."""
        for column, side in (("lower", 0), ("upper", 1)) if self.bands else ():
            edge = {flag: _finite(band[side]) for flag, band in self.bands.items()}
            bound = frame["flag"].map(edge).astype(float)
            if column in frame.columns:
                bound = frame[column].where(frame[column].notna(), bound)
            frame[column] = bound


def _says_any(flag: pd.Series, words: Collection[str]) -> NDArray[np.bool_]:
    """Return where a flag is one of the words, or holds one beside other flags.

    Several stand together as in ``bc``, ``b c`` or ``b;c``: break, confidential.
    """
    place, distinct = pd.factorize(flag)
    single = {word.casefold() for word in words if len(word) == 1}
    letters = _STATUS | {"c", "z", "n", "m", "q", "s"} | single
    says = [
        text in words
        or any(part in words for part in re.split(r"[\s,;+|]+", text))
        or (
            text.isalpha()
            and set(text.casefold()) <= letters
            and text.islower() == all(w.islower() for w in words if len(w) == 1)
            and bool(set(text) & set(words))
        )
        for text in map(str, distinct)
    ]
    return np.array([*says, False], dtype=bool)[place]


def _inside_as_columns(check: Check) -> bool:
    """Write what stood in the cells of employment as bounds, and as flag if free."""
    inside = check.inside.get("employment")
    if inside is None:
        return False
    inside = inside.reindex(check.frame.index)
    for edge in ("lower", "upper"):
        if inside[edge].notna().any():
            own = check.frame[edge] if edge in check.frame.columns else np.nan
            check.frame[edge] = inside[edge].fillna(own)
    hidden = check.frame["employment"].isna()
    marks = inside["mark"].where(inside["mark"].ne("") & ~hidden)
    if "flag" not in check.frame.columns and marks.notna().any():
        check.frame["flag"] = marks.astype(object)
        return True
    return bool("flag" not in check.frame.columns)


def _note_unexplained(frame: pd.DataFrame, flag: pd.Series, known: set[str]) -> None:
    """Warn of flags beside a number that nothing explains."""
    odd = flag[frame["employment"].notna() & flag.notna() & ~flag.isin(known)]
    odd = odd[[str(word).lower() not in _STATUS for word in odd]]
    if not len(odd):
        return
    words = ", ".join(repr(word) for word in sorted(odd.unique())[:5])
    warnings.warn(
        f"flag holds {words} beside {len(odd)} numbers, and nothing says what it "
        "means; the numbers are taken as they are. withheld_flags= names the flags "
        "that mean withheld.",
        DataWarning,
        stacklevel=4,
    )


def _bounds(check: Check) -> None:
    """Tell bounds that contradict, and give every cell those that follow."""
    frame = check.frame
    if "employment" not in frame.columns or not len(frame):
        return
    if "lower" not in frame.columns and "upper" not in frame.columns:
        return
    employment = frame["employment"].to_numpy(dtype=float)
    lower = _column(frame, "lower")
    upper = _column(frame, "upper")
    with np.errstate(invalid="ignore"):
        shown = [c for c in ("lower", "employment", "upper") if c in frame.columns]
        check.fault(
            lower > upper,
            "lower is above upper",
            "exchange or correct the bounds",
            shown,
        )
        check.fault(
            ((employment < lower) | (employment > upper)) & ~(lower > upper),
            "employment lies outside its bounds",
            "correct the bounds, or leave employment empty where it is withheld",
            shown,
        )
    published = np.isfinite(employment)
    lower = np.where(published, employment, np.where(np.isnan(lower), 0.0, lower))
    upper = np.where(published, employment, upper)
    frame["lower"], frame["upper"] = lower, upper


def _column(frame: pd.DataFrame, name: str) -> NDArray[np.float64]:
    if name not in frame.columns:
        return np.full(len(frame), np.nan)
    return frame[name].to_numpy(dtype=float)
