"""Regions to compare with: alike in structure, whatever their performance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.errors import OptionError, nearest
from clusterid.monitoring._followed import estimated_jobs
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["peers"]

_COMPONENTS = ("mix", "size", "plant_size", "diversity", "population", "density")


@typed
def peers(
    economies: Economy | Mapping[int, Economy],
    region: str,
    *,
    regions: gpd.GeoDataFrame | None = None,
    n: int = 10,
    weights: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    r"""Return the regions that are most alike in structure.

    A comparison is fair between places with the same conditions. Only structure
    enters, nothing that says how well a region does: no growth, wages or patents.

    Parameters
    ----------
    economies : Economy, or mapping of year to Economy
        Several years are averaged.
    region : str
        Code of the region to compare.
    regions : GeoDataFrame, optional
        ``population`` and ``area_km2`` add population and density.
    n : int, default 10
        How many peers.
    weights : mapping, optional
        Weights of the components: ``mix`` (industries), ``size`` (jobs),
        ``plant_size`` (jobs per plant), ``diversity``, ``population``, ``density``;
        1 each by default. A component without data is left out.

    Returns
    -------
    DataFrame by region
        ``distance`` (0 = the same, in units of the spread between all regions),
        ``rank``, and the distance by component. Nearest first.

    Raises
    ------
    OptionError
        If the region or a component is not known, or n is below 1.

    Notes
    -----
    ``mix`` is the Hellinger distance between the shares of industries; the others are
    absolute differences of logs. Each is divided by its root mean square over all
    pairs of regions, squared, weighted and averaged. Structural variables only, after
    Navarro et al. (2014); their 42 variables and weights are not reproduced.

    References
    ----------
    Navarro, M. et al. (2014), Regional benchmarking in the smart specialisation
    process, S3 Working Paper 03/2014. Not checked against the original [M].

    Examples
    --------
    >>> from clusterid.tables import economy
    >>> table = pd.DataFrame({"A": [9.0, 9.0, 10.0], "B": [1.0, 1.2, 90.0]},
    ...                      index=["r", "s", "t"])
    >>> peers(economy(table), "r", n=1).index.tolist()
    ['s']
    """
    years = list(economies.values()) if isinstance(economies, Mapping) else [economies]
    if not years:
        raise OptionError("economies= is empty; give at least one year.")
    if n < 1:
        raise OptionError(f"n={n!r}; give at least 1.")
    codes = years[0].regions
    for economy in years:
        codes = codes.intersection(economy.regions)
    codes = codes.sort_values()
    if region not in codes:
        raise OptionError(
            f"region={region!r} is not one of the {len(codes)} regions."
            f"{nearest(region, codes)}"
        )
    parts = _economic_parts(years, codes) | _area_parts(regions, codes)
    chosen = dict.fromkeys(parts, 1.0)
    for name, weight in (weights or {}).items():
        if name not in _COMPONENTS:
            raise OptionError(
                f"weights= names {name!r}.{nearest(name, chosen)} Known are "
                f"{', '.join(_COMPONENTS)}."
            )
        if name in chosen:
            chosen[name] = float(weight)
    here = codes.get_loc(region)
    table = pd.DataFrame(index=codes.rename("region"))
    total = np.zeros(len(codes))
    for name, values in parts.items():
        gap = np.sqrt(((values[:, None] - values[None]) ** 2).sum(axis=2))
        spread = np.sqrt((gap[np.triu_indices(len(codes), k=1)] ** 2).mean())
        table[name] = gap[here] / spread if spread > 0 else np.zeros(len(codes))
        total += chosen[name] * table[name].to_numpy() ** 2
    mass = sum(chosen.values())
    table.insert(0, "distance", np.sqrt(total / mass) if mass > 0 else np.nan)
    # equal distances stay in the order of codes
    table = table.drop(index=region).sort_values("distance", kind="stable")
    table.insert(1, "rank", np.arange(1, len(table) + 1))
    return table.head(n)


def _economic_parts(
    years: Sequence[Economy], codes: pd.Index
) -> dict[str, NDArray[np.float64]]:
    """Return mix, size and diversity, and plant size where plants are counted."""
    tables = [estimated_jobs(economy).loc[codes] for economy in years]
    jobs = sum(t.sum(axis=1).to_numpy(dtype=float) for t in tables) / len(tables)
    shares = []
    for table in tables:
        values = table.to_numpy(dtype=float)
        size = values.sum(axis=1, keepdims=True)
        shares.append(
            np.divide(values, size, out=np.zeros_like(values), where=size > 0)
        )
    same = all(t.columns.equals(tables[0].columns) for t in tables)
    mix = sum(shares) / len(shares) if same else shares[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        entropy = -np.where(mix > 0, mix * np.log(mix), 0.0).sum(axis=1)
    parts = {
        "mix": np.sqrt(mix) / np.sqrt(2.0),
        "size": np.log(np.maximum(jobs, 1.0))[:, None],
        "diversity": entropy[:, None],
    }
    counts = [economy.establishments for economy in years]
    plants = [c.loc[codes].sum(axis=1).to_numpy(float) for c in counts if c is not None]
    if len(plants) == len(years):
        count = np.maximum(sum(plants) / len(plants), 1.0)
        parts["plant_size"] = np.log(np.maximum(jobs, 1.0) / count)[:, None]
    return parts


def _area_parts(
    regions: gpd.GeoDataFrame | None, codes: pd.Index
) -> dict[str, NDArray[np.float64]]:
    """Return population and density, where the shapes tell them of every region."""
    if regions is None or "population" not in regions:
        return {}
    frame = regions.set_axis(regions.index.astype(str)).reindex(codes)
    people = frame["population"].to_numpy(dtype=float)
    if not (people > 0).all():
        return {}
    parts = {"population": np.log(people)[:, None]}
    if "area_km2" in frame and frame["area_km2"].gt(0).all():
        area = frame["area_km2"].to_numpy(dtype=float)
        parts["density"] = np.log(people / area)[:, None]
    return parts
