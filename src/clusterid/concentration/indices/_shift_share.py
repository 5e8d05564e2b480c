"""Shift-share analysis in its published variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_of, refuse
from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.concentration._axis import Array, tidy_cells
from clusterid.concentration._given import given_numbers
from clusterid.concentration._territory import same_territory
from clusterid.errors import OptionError, check_option
from clusterid.tables import checked_wide, margins

__all__ = ["ShiftShare", "shift_share"]

Variant = Literal["dunn", "esteban_marquillas", "gerfin", "arcelus", "dynamic"]
VARIANTS = ("dunn", "esteban_marquillas", "gerfin", "arcelus", "dynamic")


@dataclass(frozen=True, slots=True)
class ShiftShare:
    """Components of regional change; each level sums the one before it.

    Parameters
    ----------
    cells : DataFrame, one row a region and industry
        ``region``, ``industry``, ``start``, ``end``, ``change``, the components,
        ``status`` (``stayed``, ``entered``, ``left``, ``absent``), ``reason``.
    regions, industries : DataFrame by region, by industry
        Sums of the cells (products and ratios for Gerfin).
    total : Series
        The same for all regions together.
    periods : DataFrame by period and region
        Components of every single period; one period unless ``between`` was given.
    components : tuple of str
        Names of the component columns, in order.
    params : mapping
        Every argument that is not data.
    """

    cells: pd.DataFrame
    regions: pd.DataFrame
    industries: pd.DataFrame
    total: pd.Series
    periods: pd.DataFrame
    components: tuple[str, ...]
    params: Mapping[str, Any]

    def __repr__(self) -> str:
        return (
            f"<ShiftShare {self.params['variant']}: {len(self.regions)} regions x "
            f"{len(self.industries)} industries, {self.params['n_periods']} periods; "
            "see .regions, .industries, .cells>"
        )

    def _repr_html_(self) -> str:
        return shown_with(self, self.regions.head(20).to_html())


@typed
def shift_share(
    start: pd.DataFrame,
    end: pd.DataFrame,
    *,
    variant: Variant = "dunn",
    between: Sequence[pd.DataFrame] = (),
    reference_start: pd.Series | None = None,
    reference_end: pd.Series | None = None,
    reference_between: Sequence[pd.Series] = (),
    totals_start: pd.DataFrame | None = None,
    totals_end: pd.DataFrame | None = None,
) -> ShiftShare:
    r"""Split the change of regional employment into its shift-share components.

    How much of a region's growth is the nation's, how much its mix of industries, and
    how much is left as its own? A description, not an explanation.

    Parameters
    ----------
    start, end : DataFrame, n_regions x n_industries
        Jobs at two dates; NaN is withheld, 0 is none. Labels in one only count as 0
        in the other (an industry that enters or leaves).
    variant : str
        With e jobs, g growth rates, capitals for the reference, h = e1 E_i1/E1 the
        homothetic employment (e1 the region's total):

        - ``"dunn"``: ``national_share`` e G, ``industrial_mix`` e (G_i - G),
          ``regional_share`` e (g_i - G_i);
        - ``"esteban_marquillas"``: ``regional_share`` split into ``competitive``
          h (g_i - G_i) and ``allocation`` (e - h)(g_i - G_i);
        - ``"arcelus"``: national, industry-mix, regional-growth and
          regional-industry-mix effects, each on h (``..._homothetic``) and on e - h
          (``..._differential``);
        - ``"gerfin"``: index form, factors instead of sums: ``industrial_mix`` times
          ``regional_share`` is ``net_shift``, growth relative to the reference;
        - ``"dynamic"``: ``"dunn"`` year by year and summed (needs ``between``).

    between : sequence of DataFrame
        Tables of the dates between start and end, in order. Any variant but Gerfin's
        is then computed period by period and summed.
    reference_start, reference_end, reference_between : Series by industry, optional
        The nation at each date; by default the sum over the regions given.
    totals_start, totals_end : DataFrame, optional
        Published totals of the two tables.

    Returns
    -------
    ShiftShare
        ``.cells``, ``.regions``, ``.industries``, ``.total``, ``.periods``.

    Raises
    ------
    TableError
        If a count is negative, a code stands twice, the reference lacks an industry,
        or a known reform sets the regions of the dates apart.
    OptionError
        If ``"dynamic"`` is asked for without ``between``, or ``between`` with Gerfin.

    Warns
    -----
    DataWarning
        If a region is in one table only: it counts as one that entered or left.

    Notes
    -----
    Components add up to the change in every cell, region and industry, and in total.
    An industry that enters a region has no growth rate there: its jobs are regional
    share in Dunn's form; in the forms that need the rate (Esteban-Marquillas,
    Arcelus) they stand in a column of their own, ``entry``. REAT's ``shifti`` puts
    the industry's own national growth under "national share" and drops the mix, so
    its rows do not add up.

    References
    ----------
    Dunn, E. S. (1960), Papers of the Regional Science Association 6;
    Esteban-Marquillas, J. M. (1972), Regional and Urban Economics 2; Gerfin, H.
    (1964), Kyklos 17; Arcelus, F. J. (1984), Growth and Change 15; Barff, R. A. and
    Knight, P. L. (1988), Growth and Change 19. Dunn, Esteban-Marquillas, Gerfin and
    the dynamic form as in REAT 3.0.3; Arcelus not checked against the original.

    Examples
    --------
    >>> import pandas as pd
    >>> old = pd.DataFrame({"A": [10, 10], "B": [10, 70]}, index=["r", "s"])
    >>> new = pd.DataFrame({"A": [16, 14], "B": [11, 79]}, index=["r", "s"])
    >>> parts = shift_share(old, new).regions
    >>> names = ["national_share", "industrial_mix", "regional_share"]
    >>> parts.loc["r", names].round(6).tolist()
    [4.0, 2.25, 0.75]
    """
    references: list[pd.Series | None]
    references = [reference_start, *reference_between, reference_end]
    _check_periods(variant, len(between), references)
    if not reference_between:
        references[1:-1] = [None] * len(between)
    frames = _same_labels([start, *between, end])
    totals = [totals_start, *[None] * len(between), totals_end]
    given = zip(frames, references, totals, strict=True)
    years = [_year(*one) for one in given]
    regions, industries = frames[0].index, frames[0].columns
    steps = [_components(variant, first, last) for first, last in pairwise(years)]
    names = tuple(steps[0])
    e1, e2 = years[0].cells, years[-1].cells
    level = {"start": e1, "end": e2, "change": e2 - e1}
    for name in names:
        level[name] = np.asarray(sum(step[name] for step in steps))
    if variant == "gerfin":
        by_regions, by_industries, total, factors = _gerfin_levels(
            years[0], years[-1], regions, industries
        )
        level |= factors
        names = ("industrial_mix", "regional_share", "net_shift")
        periods = _numbered(by_regions, 1)
    else:
        by_regions, by_industries = (
            pd.DataFrame({k: v.sum(axis=axis) for k, v in level.items()}, index=labels)
            for axis, labels in ((1, regions), (0, industries))
        )
        total = by_regions.sum(skipna=False).rename("total")
        periods = _periods(steps, years, regions)
    cells = tidy_cells(
        regions,
        industries,
        {
            **level,
            "status": _status(e1, e2),
            "reason": _reasons(years, np.stack([level[name] for name in names])),
        },
        words=("status", "reason"),
    )
    params = {
        "variant": variant,
        "n_periods": len(steps),
        "reference": "given" if reference_start is not None else "sum of regions",
    }
    return ShiftShare(cells, by_regions, by_industries, total, periods, names, params)


def _check_periods(
    variant: str, n_between: int, references: list[pd.Series | None]
) -> None:
    """Raise OptionError unless variant, years between and references fit."""
    check_option("variant", variant, VARIANTS)
    if variant == "dynamic" and not n_between:
        raise OptionError(
            'variant="dynamic" needs the tables of the years between: '
            "pass between=[...]."
        )
    if variant == "gerfin" and n_between:
        raise OptionError('variant="gerfin" has no sum over periods; drop between=.')
    if references[0] is not None and len(references) - 2 != n_between:
        raise OptionError(
            f"reference_between has {len(references) - 2} series for "
            f"{n_between} tables between; give one for each."
        )
    if (references[0] is None) != (references[-1] is None):
        raise OptionError(
            "reference_start and reference_end belong together; give both or none."
        )


@dataclass(frozen=True, slots=True)
class _Year:
    """One year: cells (regions x industries), the nation by industry, the regions."""

    cells: Array
    nation: Array
    regions: Array


def _year(
    frame: pd.DataFrame, reference: pd.Series | None, totals: pd.DataFrame | None
) -> _Year:
    margin = margins(frame, totals)
    regions = margin.region.to_numpy()
    if reference is None:
        return _Year(frame.to_numpy(), margin.industry.to_numpy(), regions)
    rule = "industries have no reference value"
    mend = "give one for each; 0 for an industry the nation did not have"
    missing = frame.columns.difference(reference.index)
    refuse("reference", faults_of(rule, mend, missing, ...))
    nation = given_numbers(reference, frame.columns, name="reference")
    return _Year(frame.to_numpy(), nation, regions)


def _reasons(years: list[_Year], components: Array) -> NDArray[np.object_]:
    """Return why a cell has no components, "" where it has."""
    missing = np.isnan(components).any(axis=0)
    reason = np.full(missing.shape, "", dtype=object)
    reason[missing] = "undefined"
    if any(np.isnan(year.nation).any() for year in years):
        # one unknown industry hides the nation's growth, and so every component
        reason[missing] = "reference_withheld"
    reason[np.isnan(years[0].cells) | np.isnan(years[-1].cells)] = "withheld"
    return reason


def _same_labels(frames: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    tables = [checked_wide(frame) for frame in frames]
    regions, industries = tables[0].index, tables[0].columns
    for earlier, table in pairwise(tables):
        same_territory(earlier.index, table.index)
        regions = regions.union(table.index)
        industries = industries.union(table.columns)
    result = []
    for table in tables:
        # a label that a table does not have is none there; NaN inside it is withheld
        known = table.isna().reindex(
            index=regions, columns=industries, fill_value=False
        )
        full = table.reindex(index=regions, columns=industries, fill_value=0.0)
        full = full.fillna(0.0).where(~known.astype(bool))
        full = full.rename_axis(index="region", columns="industry")
        result.append(full.sort_index().sort_index(axis=1))
    return result


def _components(variant: str, first: _Year, last: _Year) -> dict[str, Array]:
    """Components of every cell for one period."""
    e1, E1, r1 = first.cells, first.nation, first.regions
    e2, E2, r2 = last.cells, last.nation, last.regions
    with np.errstate(divide="ignore", invalid="ignore"):
        G = E2.sum() / E1.sum() - 1.0
        G_i = np.where(E1 > 0, E2 / E1 - 1.0, np.where(np.isnan(E1 + E2), np.nan, G))
        g = np.where(e1 > 0, e2 / e1 - 1.0, np.nan)
        g_r = np.where(r1 > 0, r2 / r1 - 1.0, np.nan)[:, None]
    national, mix = e1 * G, e1 * (G_i - G)
    regional = e2 - e1 * (1.0 + G_i)
    if variant in {"dunn", "dynamic", "gerfin"}:
        return {
            "national_share": national,
            "industrial_mix": mix,
            "regional_share": regional,
        }
    homothetic = r1[:, None] * (E1 / E1.sum())
    enters = e1 == 0
    entry = np.where(enters, e2, np.where(np.isnan(e1 + e2), np.nan, 0.0))
    rest = e1 - homothetic
    if variant == "esteban_marquillas":
        own = g - G_i
        return {
            "national_share": national,
            "industrial_mix": mix,
            "competitive": np.where(enters, 0.0, homothetic * own),
            "allocation": np.where(enters, 0.0, rest * own),
            "entry": entry,
        }
    effects = {
        "national": np.broadcast_to(G, e1.shape),
        "industry_mix": np.broadcast_to(G_i - G, e1.shape),
        "regional_growth": np.broadcast_to(g_r - G, e1.shape),
        "regional_industry_mix": (g - g_r) - (G_i - G),
    }
    parts = {}
    for name, effect in effects.items():
        parts[f"{name}_homothetic"] = np.where(enters, 0.0, homothetic * effect)
        parts[f"{name}_differential"] = np.where(enters, 0.0, rest * effect)
    parts["entry"] = entry
    return parts


def _gerfin_levels(
    start: _Year, end: _Year, regions: pd.Index, industries: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series, dict[str, Array]]:
    """Gerfin's factors of any set of cells: expected over start, end over expected."""
    e1, E1, e2, E2 = start.cells, start.nation, end.cells, end.nation
    growth = E2.sum() / E1.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = e1 * np.where(E1 > 0, E2 / E1, growth)

        def factors(first: Array, middle: Array, last: Array) -> dict[str, Array]:
            mix = middle / first / growth
            own = last / middle
            return {
                "industrial_mix": np.where(first > 0, mix, np.nan),
                "regional_share": np.where(middle > 0, own, np.nan),
                "net_shift": np.where(first > 0, last / first / growth, np.nan),
            }

        levels = []
        for axis, labels in ((1, regions), (0, industries)):
            a, m, b = (v.sum(axis=axis) for v in (e1, expected, e2))
            numbers = {"start": a, "end": b, "change": b - a, **factors(a, m, b)}
            levels.append(pd.DataFrame(numbers, index=labels))
        a, m, b = (np.asarray(v.sum()) for v in (e1, expected, e2))
        numbers = {"start": a, "end": b, "change": b - a, **factors(a, m, b)}
        total = pd.Series({name: float(v) for name, v in numbers.items()}, name="total")
        cells = factors(e1, expected, e2)
    return levels[0], levels[1], total, cells


def _periods(
    steps: list[dict[str, Array]], years: list[_Year], regions: pd.Index
) -> pd.DataFrame:
    frames = []
    for t, step in enumerate(steps):
        change = (years[t + 1].cells - years[t].cells).sum(axis=1)
        sums = {name: values.sum(axis=1) for name, values in step.items()}
        frame = pd.DataFrame({"change": change, **sums}, index=regions)
        frames.append(_numbered(frame, t + 1))
    return pd.concat(frames)


def _numbered(frame: pd.DataFrame, period: int) -> pd.DataFrame:
    """Return a table by region with the number of the period in front."""
    return frame.assign(period=period).reset_index().set_index(["period", "region"])


def _status(e1: Array, e2: Array) -> np.ndarray:
    words = np.full(e1.shape, "stayed", dtype=object)
    words[(e1 == 0) & (e2 > 0)] = "entered"
    words[(e1 > 0) & (e2 == 0)] = "left"
    words[(e1 == 0) & (e2 == 0)] = "absent"
    words[np.isnan(e1) | np.isnan(e2)] = "unknown"
    return words
