"""An economy from plants as its published tables say it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.disclosure._plant_squares import published_squares
from clusterid.errors import Fault, TableError, TableTypeError
from clusterid.tables import TOTAL, Economy

if TYPE_CHECKING:
    from clusterid.disclosure.suppression import Guard

__all__ = ["published_economy"]

Floats = NDArray[np.float64]


def published_economy(economy: Economy, guard: Guard) -> Economy:
    """Return what may be published of an economy from plants, as an economy of its own.

    Cells that are held are NaN, as cells are that a source withholds; totals that are
    held are left out; counts of plants stay, as in County Business Patterns. The
    largest plants and the squares of single cells are not published, and the plant
    Herfindahl of an industry is an interval (:func:`published_herfindahl`).

    Parameters
    ----------
    economy : Economy
        From plants.
    guard : Guard
        What of it is held, see :func:`guard`.

    Returns
    -------
    Economy
        Any measure of it sees no more than the published tables do.

    Examples
    --------
    >>> from clusterid.disclosure import guard
    >>> jobs = pd.DataFrame({"A": [9.0, 60.0], "B": [40.0, 70.0]}, index=["r", "s"])
    >>> plants = pd.DataFrame({"A": [1.0, 9.0], "B": [5.0, 8.0]}, index=["r", "s"])
    >>> private = Economy(jobs, plants)
    >>> public = published_economy(private, guard(private, secondary=False))
    >>> public.employment["A"].tolist(), public.margins.industry.tolist()
    ([nan, 60.0], [69.0, 110.0])
    """
    _check(economy, guard)
    jobs = guard.apply(economy.employment)
    totals = economy.totals
    if guard.held.to_numpy().any():
        totals = _published_totals(economy, guard)
    public = replace(
        economy,
        employment=jobs,
        lower=None,
        upper=None,
        totals=totals,
        largest_plant=None,
        second_plant=None,
        plant_squares=None,
        plant_herfindahl=None,
    )
    herfindahl = published_herfindahl(
        economy, public, p_percent=float(guard.params.get("p_percent") or 0.0)
    )
    return replace(public, plant_herfindahl=herfindahl)


def _check(economy: Economy, guard: Guard) -> None:
    """Raise unless a guard is of this economy."""
    from clusterid.disclosure import suppression

    kinds: tuple[tuple[str, object, type], ...] = (
        ("economy", economy, Economy),
        ("guard", guard, suppression.Guard),
    )
    for name, given, kind in kinds:
        if not isinstance(given, kind):
            raise TableTypeError(
                f"{name} must be {kind.__name__}, not {type(given).__name__}"
            )
    jobs, held = economy.employment, guard.held
    same = jobs.index.equals(held.index) and jobs.columns.equals(held.columns)
    if not same or guard.params.get("year") != economy.metadata.year:
        year = guard.params.get("year")
        fault = Fault(
            f"the guard is of another economy ({held.shape[0]} regions x "
            f"{held.shape[1]} industries, year {year})",
            "make the guard of this economy",
        )
        raise TableError("guard", [fault])


def _published_totals(economy: Economy, guard: Guard) -> pd.DataFrame:
    """Return the totals of regions, industries, groups and of all that are not held."""
    whole = economy.margins
    parts = []
    for name, series, hidden in (
        ("region", whole.region, guard.region_totals),
        ("industry", whole.industry, guard.industry_totals),
    ):
        known = series[~hidden.reindex(series.index).to_numpy(dtype=bool)].dropna()
        other = "industry" if name == "region" else "region"
        parts.append(
            pd.DataFrame({name: known.index, other: TOTAL, "value": known.to_numpy()})
        )
    if not guard.total and np.isfinite(whole.total):
        parts.append(
            pd.DataFrame({"region": [TOTAL], "industry": TOTAL, "value": whole.total})
        )
    columns = ["region", "industry", "value"]
    return pd.concat(parts, ignore_index=True)[columns]


def published_herfindahl(
    economy: Economy, public: Economy, *, p_percent: float
) -> pd.Series | pd.DataFrame | None:
    r"""Return the plant Herfindahl of every industry as far as it may be published.

    .. math:: H_i = \sum_k e_k^2 \Big/ \Big(\sum_k e_k\Big)^2

    holds the size of the largest plant. Of the cells that are published the sum of
    squares is used, too, unless a plant could compute the largest from it more closely
    than ``p_percent`` allows (:func:`published_squares`); a published cell of x jobs in
    n plants otherwise has squares between :math:`x^2/n` and :math:`x^2`. The cells that
    are withheld have R jobs together, the published total less the published cells:
    their squares lie between :math:`R^2/n` and :math:`R^2`. Both ends are rounded
    outwards to two digits: plants have whole numbers of jobs, and few sets of whole
    numbers have one exact sum of squares.

    Parameters
    ----------
    economy : Economy
        From plants.
    public : Economy
        The same with its cells and totals as published.
    p_percent : float
        Per cent; 0 asks for no protection.

    Returns
    -------
    DataFrame by industry (lower, upper), or Series
        NaN where the total of the industry is withheld. As given where nothing is
        withheld and no protection is asked for; None without plants.
    """
    given = economy.plant_herfindahl
    if given is None or public.establishments is None:
        return None
    jobs = public.employment.to_numpy(dtype=float)
    plants = public.establishments.to_numpy(dtype=float)
    total = public.margins.industry.to_numpy(dtype=float)
    hidden = np.isnan(jobs)
    if not p_percent > 0 and not hidden.any():
        return given
    known = np.where(hidden, 0.0, jobs)
    square = np.where(hidden, 0.0, known**2)
    least = _parts(square, np.maximum(plants, 1.0)).sum(axis=0)
    most = square.sum(axis=0)
    exact = published_squares(economy, public, p_percent=p_percent)
    least, most = (np.where(np.isnan(exact), end, exact) for end in (least, most))
    rest = np.maximum(total - known.sum(axis=0), 0.0)
    n_hidden = np.where(hidden, plants, 0.0).sum(axis=0)
    least = least + _parts(rest**2, np.maximum(n_hidden, 1.0))
    most = most + rest**2
    whole = np.where(total > 0, total, np.nan) ** 2
    ends = {
        "lower": _outwards(least / whole, np.floor),
        "upper": np.minimum(_outwards(most / whole, np.ceil), 1.0),
    }
    return pd.DataFrame(ends, index=public.employment.columns)


def _outwards(value: Floats, towards: np.ufunc) -> Floats:
    """Round to two significant digits, up or down."""
    with np.errstate(divide="ignore", invalid="ignore"):
        step = 10.0 ** (np.floor(np.log10(value)) - 1.0)
        # a sum of floats that is a round number stays that number
        rounded = towards(np.round(value / step, 9)) * step
    return np.where(value > 0, rounded, value)


def _parts(value: Floats, count: Floats) -> Floats:
    return np.asarray(value / count, dtype=float)
