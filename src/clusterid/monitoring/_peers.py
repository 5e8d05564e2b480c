"""Regions to compare with: alike in structure, whatever their performance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from clusterid._typed import typed
from clusterid.comparison import filled_employment
from clusterid.errors import OptionError, nearest
from clusterid.tables import Economy

__all__ = ["peers"]


@typed
def peers(
    economies: Economy | Mapping[int, Economy],
    region: str,
    *,
    regions: Any = None,
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
    years = economies if isinstance(economies, Mapping) else {0: economies}
    if not years:
        raise OptionError("economies= is empty; give at least one year.")
    if n < 1:
        raise OptionError(f"n={n!r}; give at least 1.")
    codes = next(iter(years.values())).regions
    for economy in years.values():
        codes = codes.intersection(economy.regions)
    codes = codes.sort_values()
    if region not in codes:
        raise OptionError(
            f"region={region!r} is not one of the {len(codes)} regions."
            f"{nearest(region, codes)}"
        )
    parts = _components(years, codes, regions)
    chosen = dict.fromkeys(parts, 1.0)
    for name, weight in (weights or {}).items():
        if name not in ("mix", "size", "plant_size", "diversity", "population",
                        "density"):  # fmt: skip
            raise OptionError(
                f"weights= names {name!r}.{nearest(name, chosen)} Known are mix, size, "
                "plant_size, diversity, population, density."
            )
        if name in chosen:
            chosen[name] = float(weight)
    here = codes.get_loc(region)
    result = pd.DataFrame(index=codes)
    result.index.name = "region"
    total = np.zeros(len(codes))
    mass = 0.0
    for name, values in parts.items():
        gap = np.sqrt(((values[:, None] - values[None]) ** 2).sum(axis=2))
        spread = np.sqrt((gap[np.triu_indices(len(codes), k=1)] ** 2).mean())
        mine = gap[here] / spread if spread > 0 else np.zeros(len(codes))
        result[name] = mine
        total += chosen[name] * mine**2
        mass += chosen[name]
    result.insert(0, "distance", np.sqrt(total / mass) if mass > 0 else np.nan)
    result = result.drop(index=region).sort_values(
        "distance", kind="stable"
    )  # equal distances stay in the order of codes
    result.insert(1, "rank", np.arange(1, len(result) + 1))
    return result.head(n)


def _components(
    years: Mapping[int, Economy], codes: pd.Index, regions: Any
) -> dict[str, np.ndarray]:
    tables = [filled_employment(e).loc[codes] for e in years.values()]
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
    parts: dict[str, np.ndarray] = {
        "mix": np.sqrt(mix) / np.sqrt(2.0),
        "size": np.log(np.maximum(jobs, 1.0))[:, None],
        "diversity": entropy[:, None],
    }
    plants = [e.establishments for e in years.values()]
    if all(p is not None for p in plants):
        count = sum(
            p.loc[codes].sum(axis=1).to_numpy(dtype=float)
            for p in plants
            if p is not None
        ) / len(plants)
        parts["plant_size"] = np.log(np.maximum(jobs, 1.0) / np.maximum(count, 1.0))[
            :, None
        ]
    if regions is not None:
        frame = regions.set_axis(regions.index.astype(str)).reindex(codes)
        if "population" in frame and frame["population"].gt(0).all():
            people = frame["population"].to_numpy(dtype=float)
            parts["population"] = np.log(people)[:, None]
            if "area_km2" in frame and frame["area_km2"].gt(0).all():
                area = frame["area_km2"].to_numpy(dtype=float)
                parts["density"] = np.log(people / area)[:, None]
    return parts
