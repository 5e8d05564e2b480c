"""The three tables of a survey read and checked, with all their faults at once."""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterid._disk._embedded import embedded_path
from clusterid._typed import check_types
from clusterid.errors import DataWarning, TableError, check_option, nearest
from clusterid.survey._survey import Survey
from clusterid.survey._ticks import with_unticked
from clusterid.tables import check_answers, check_declared, check_places

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import TypeAlias

    import geopandas as gpd
    import pyarrow as pa

    Source: TypeAlias = "pd.DataFrame | pa.Table | Path | str"
    Codes: TypeAlias = "Iterable[str] | None"
    Regions: TypeAlias = "gpd.GeoDataFrame | Iterable[str] | None"

__all__ = ["read_codebook", "read_survey"]

#: columns of a table that is not given
_EMPTY = {
    "answers": ["place", "question", "option", "value", "rank"],
    "declared": ["record", "place", "label", "fields", "year_founded", "identified_by",
                 "initiated_by", "funded_by", "source"],
}  # fmt: skip


def read_codebook() -> pd.DataFrame:
    """Return the embedded codebook: questions, options, bases, labels de and en.

    Examples
    --------
    >>> read_codebook()["question"].unique()[:3].tolist()
    ['themes', 'strategy', 'concepts']
    """
    return pd.read_csv(
        embedded_path("survey", "codebook.csv"), dtype=str, keep_default_na=False
    )


def read_survey(
    places: Source,
    answers: Source | None = None,
    declared: Source | None = None,
    *,
    codebook: pd.DataFrame | None = None,
    regions: Regions = None,
    fields: Codes = None,
    columns: dict[str, dict[str, str]] | None = None,
    unticked: str | None = None,
    filter: dict[str, dict[str, Any]] | None = None,
) -> Survey:
    """Read and check the three tables of a survey; all faults are named at once.

    One file may be the list of places and of declared clusters: a place then stands in
    it as often as it declares.

    Parameters
    ----------
    places : path, DataFrame or Arrow table
        Places asked; see :func:`clusterid.tables.check_places`.
    answers : path, DataFrame or Arrow table, optional
        ``place``, ``question``, ``option``, ``value``, ``rank``.
    declared : path, DataFrame or Arrow table, optional
        ``record``, ``place``, ``label``, ``fields`` ...
    codebook : DataFrame, optional
        ``question``, ``option`` and labels; the embedded one by default.
    regions : regions table or codes, optional
        Known regions; a place elsewhere is a fault.
    fields : iterable of str, optional
        Known fields; another one is a fault.
    columns : mapping of table to mapping, optional
        Column name here to the one in the table, e.g.
        ``{"declared": {"record": "record_id"}}``.
    unticked : {"no", "missing"}, optional
        Of an export that lists ticks alone: what an option without a row means where
        the place ticked another of the same question.
    filter : mapping of table to mapping, optional
        Rows to keep, by the table's own columns, e.g.
        ``{"declared": {"verified": "True"}}``.

    Returns
    -------
    Survey

    Raises
    ------
    TableError
        With every fault of all three tables.

    Examples
    --------
    >>> places = pd.DataFrame({"place": ["Z"], "regions": ["R1"]})
    >>> read_survey(places)
    <Survey: 1 places asked, 1 answered, 0 answers, 0 declared clusters>
    """
    check_types(read_survey, locals())
    if unticked is not None:
        check_option("unticked", unticked, ("no", "missing"))
    columns, kept = columns or {}, filter or {}
    for option, names in (("columns", columns), ("filter", kept)):
        for key in names:
            check_option(option, key, ("places", "answers", "declared"))
    book = read_codebook() if codebook is None else codebook
    checked = {name: pd.DataFrame(columns=names) for name, names in _EMPTY.items()}
    faults: list[TableError] = []
    given = {"places": places, "answers": answers, "declared": declared}
    for name, source in given.items():
        if source is None and name != "places":
            continue
        known, renamed = checked.get("places"), columns.get(name)
        rows = kept.get(name)
        try:
            if name == "places":
                table = check_places(
                    source,
                    regions=regions,
                    records=_same_file(places, declared),
                    columns=renamed,
                    filter=rows,
                )
            elif name == "answers":
                table = check_answers(
                    source, places=known, codebook=book, columns=renamed, filter=rows
                )
            else:
                table = check_declared(
                    source, places=known, fields=fields, columns=renamed, filter=rows
                )
            checked[name] = table
        except TableError as error:
            faults.append(error)
    _warn_of_unknown_words(checked["declared"], book)
    _raise_together(faults)
    checked["answers"] = with_unticked(checked["answers"], book, unticked)
    return Survey(checked["places"], checked["answers"], checked["declared"], book)


def _same_file(places: Source, declared: Source | None) -> bool:
    """Return whether the list of records names the places, too."""
    return places is declared or (
        isinstance(places, (str, os.PathLike))
        and isinstance(declared, (str, os.PathLike))
        and os.fspath(places) == os.fspath(declared)
    )


def _raise_together(faults: list[TableError]) -> None:
    """Raise the faults of all tables as one error, if there are any."""
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise TableError(
            " and ".join(e.table for e in faults), [f for e in faults for f in e.faults]
        )


def _warn_of_unknown_words(declared: pd.DataFrame, book: pd.DataFrame) -> None:
    """Warn of words of coded columns that the codebook does not list."""
    for column in ("identified_by", "initiated_by", "funded_by"):
        known = set(book.loc[book["question"].eq(column), "option"])
        said = [word for words in declared[column] for word in words]
        unknown = sorted({word for word in said if word not in known})
        if known and unknown:
            shown = ", ".join(map(repr, unknown[:5]))
            warnings.warn(
                f"declared clusters: {len(unknown)} words of {column} are not in the "
                f"codebook ({shown}{', ...' if len(unknown) > 5 else ''}); known are "
                f"{', '.join(sorted(known))}.{nearest(unknown[0], known)}",
                DataWarning,
                stacklevel=3,
            )
