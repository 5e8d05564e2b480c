"""A result as it may leave: what is declared, and no more of a withheld cell."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TypeVar

from clusterid.disclosure._known import Known
from clusterid.disclosure._parts import published_fields
from clusterid.errors import DataWarning, StudyError
from clusterid.results import Result, check_result, declared_parts

__all__ = ["publishable", "shown"]

ResultT = TypeVar("ResultT", bound=Result)

#: names of dropped columns that a warning lists
_MOST_NAMED = 5


def publishable(result: ResultT) -> ResultT:
    """Return the result as it may leave the machine.

    Every column of every table is declared once, beside the table that has it, by
    kind. What nothing declares is dropped. Of a withheld cell there is no value; sums,
    quotients and what models make of them are rounded where a cell of them is
    estimated, because the estimate could be computed from them and the published rest.

    A result from plants is the same pipeline run on the published tables: what may not
    be published of them is withheld there like any withheld cell.

    Parameters
    ----------
    result : Result
        As a study returns it.

    Returns
    -------
    Result
        Of the same type, ``provenance.published`` True.

    Raises
    ------
    TableTypeError
        If it is not the result of a study.
    StudyError
        If the result is confidential, or its economy one of plants that no guard has
        looked at: nothing of it may leave.

    Warns
    -----
    DataWarning
        If something hangs on the result that nothing declares; it is dropped.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> import clusterid as cid
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> result = Result("Two regions", "en", cid.economy(jobs), regions)
    >>> publishable(result).provenance.published
    True
    """
    check_result(result)
    if result.provenance.confidential:
        raise StudyError(
            "This result is confidential: it was computed from plants that may not be "
            "published. Run the study without confidential=True for the public one."
        )
    if result.provenance.published:
        return result
    _check_no_plants(result)
    lost: list[str] = []
    parts = published_fields(result, declared_parts(), Known.of(result), lost)
    public = replace(result, **parts)
    if lost:
        _warn(lost)
    provenance = replace(public.provenance, published=True)
    return replace(_said_anew(public), provenance=provenance)


def shown(result: ResultT) -> ResultT:
    """Return what a page shows: the publishable result, or a confidential one itself.

    Pages of a confidential result bear a mark.

    Raises
    ------
    TableTypeError
        If it is not the result of a study.

    Examples
    --------
    >>> shown("a result")
    Traceback (most recent call last):
    clusterid.errors.TableTypeError: result must be a Result, as run() of a study or \
read_result() returns it, not 'a result'.
    """
    check_result(result)
    return result if result.provenance.confidential else publishable(result)


def _check_no_plants(result: Result) -> None:
    """Raise where the economy is that of plants, and not of what is published of them.

    A result made by hand from plants has met no guard.
    """
    economy = result.economy
    if economy.second_plant is not None or economy.plant_squares is not None:
        raise StudyError(
            "The economy of this result holds sizes of single plants, which no guard "
            "has looked at. Make the result of published_economy(economy, "
            "guard(economy)), or run a study with [plants]."
        )


def _said_anew(result: ResultT) -> ResultT:
    """Return the result with the sentences of its verdicts said from what is left."""
    comparison = result.comparison
    if comparison is None or not result.economy.withheld.to_numpy().any():
        return result
    from clusterid.comparison import with_sentences

    verdicts = with_sentences(
        comparison.verdicts,
        kind=result.economy.metadata.kind,
        since=comparison.params.get("since") or 0,
    )
    return replace(result, comparison=replace(comparison, verdicts=verdicts))


def _warn(lost: list[str]) -> None:
    names = ", ".join(lost[:_MOST_NAMED])
    more = len(lost) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    warnings.warn(
        f"{names}{rest}: not declared, so it stays out of what is published. Declare "
        "what it is beside its table (see clusterid._columns), or leave it out.",
        DataWarning,
        stacklevel=4,
    )
