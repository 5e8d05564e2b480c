"""What is counted and expected of every group in every region, and in which unit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._counts import (
    Shares,
    group_shares,
    group_weights,
    point_employment,
)
from clusterid.clusters._density import region_sizes
from clusterid.clusters._roughness import Null, fit_null, industry_roughness
from clusterid.clusters._rules import CellRules
from clusterid.errors import OptionError
from clusterid.statistics import over_positive
from clusterid.tables import Economy

__all__ = [
    "Evidence", "counted_plants", "evidence_of", "fitted_nulls", "log_density",
]  # fmt: skip

Floats = npt.NDArray[np.float64]

#: Plants that a plant's worth of jobs is spread over: 1 + CV^2 of plant sizes,
#: measured between 4.2 and 9.5 on log-normal sizes; used where no Herfindahl is known.
SIZE_SPREAD = 5.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """Jobs and plants of every group in every region, observed and expected.

    ``weights`` (industries x groups); ``employment`` by region and industry, and what
    of it is ``imputed``; ``counted``, the table that the test counts: establishments,
    or jobs over jobs per effective plant; ``jobs`` and ``plants`` (None where jobs
    alone are known) by region and group; ``effective``, jobs of one effective plant,
    by group.
    """

    economy: Economy
    weights: pd.DataFrame
    employment: pd.DataFrame
    imputed: pd.DataFrame
    counted: pd.DataFrame
    jobs: Shares
    plants: Shares | None
    effective: Floats

    @property
    def tested(self) -> Shares:
        """Plants, or jobs where no plants are counted."""
        return self.jobs if self.plants is None else self.plants

    @property
    def unit(self) -> Floats:
        """What all industries of a group are counted in.

        A count is then its quotient on another scale, whatever the sizes of its
        industries' plants.
        """
        return self.effective if self.plants is None else self.plants.scale

    @property
    def count(self) -> Floats:
        """Plants or effective plants observed, regions x groups."""
        return self.tested.observed / self.unit

    @property
    def mean(self) -> Floats:
        """Plants or effective plants expected on the dartboard, regions x groups."""
        return self.tested.expected / self.unit


def evidence_of(economy: Economy, groups: pd.DataFrame, rules: CellRules) -> Evidence:
    """Return what the economy says of the groups."""
    weights = group_weights(groups, economy.industries)
    employment, imputed = point_employment(economy, rules.imputed)
    by_plants = economy.establishments is not None and rules.concept != "employment"
    if rules.concept == "establishments" and not by_plants:
        raise OptionError(
            "concept='establishments', but the economy has no establishments; use "
            "'employment', or read a table that counts local units."
        )
    jobs = group_shares(employment, weights, region_sizes(economy, employment))
    counted, lumps = counted_plants(
        economy, employment, by_plants, rules.jobs_per_effective_plant
    )
    plants = group_shares(counted, weights) if by_plants else None
    effective = _effective(economy, weights, jobs, plants, lumps)
    return Evidence(
        economy, weights, employment, imputed, counted, jobs, plants, effective
    )


def counted_plants(
    economy: Economy, employment: pd.DataFrame, by_plants: bool, jobs_each: float
) -> tuple[pd.DataFrame, Floats]:
    """Return the table the test counts, and the jobs of one effective plant.

    Establishments where they are known; else jobs over jobs per effective plant: the
    plant Herfindahl times the industry's jobs where it is known (the lower end of an
    interval: size bands of enterprises overstate plants), ``jobs_each`` elsewhere.
    """
    total = employment.sum(axis=0).to_numpy(dtype=float)
    lump: Floats = np.full(len(total), float(jobs_each))
    if economy.plant_herfindahl is not None:
        herfindahl = economy.plant_herfindahl.reindex(employment.columns)
        values = herfindahl.to_numpy(dtype=float)
        if values.ndim == 2:
            values = values[:, 0]
        known = np.isfinite(values * total) & (values * total > 0)
        lump = np.where(known, values * total, lump)
    if by_plants and economy.establishments is not None:
        return economy.establishments, lump
    return employment.div(lump, axis=1), lump


def _effective(
    economy: Economy,
    weights: pd.DataFrame,
    jobs: Shares,
    plants: Shares | None,
    lumps: Floats,
) -> Floats:
    """Return jobs per effective plant of every group: the noise in its employment."""
    if plants is not None and economy.plant_herfindahl is None:
        total = jobs.observed.sum(axis=0)
        return (
            over_positive(total, plants.observed.sum(axis=0), otherwise=1.0)
            * SIZE_SPREAD
        )
    e_i = economy.employment.sum(axis=0).to_numpy(dtype=float)
    w = weights.to_numpy(dtype=float)
    return over_positive((w**2).T @ (lumps * e_i), w.T @ e_i, otherwise=1.0)


def fitted_nulls(evidence: Evidence, rules: CellRules) -> list[Null]:
    """Return the ordinary unevenness of every group, estimated over all regions."""
    covariate = log_density(rules.density, evidence.economy, evidence.employment)
    shares, taus = _industries(evidence.counted, evidence.weights, covariate)
    return fit_null(
        np.where(evidence.tested.withheld < 1, evidence.count, np.nan),
        evidence.mean,
        shares=shares,
        taus=taus,
        density=covariate,
        roughness=rules.roughness,
        plants=evidence.plants is not None,
    )


def log_density(
    density: pd.Series | str, economy: Economy, employment: pd.DataFrame
) -> Floats | None:
    """Return the log density of every region, NaN where unknown; None for ``none``."""
    if isinstance(density, str) and density == "none":
        return None
    values = region_sizes(economy, employment)
    if not isinstance(density, str):
        given = density.reindex(economy.regions).astype(float)
        values = values if given.isna().all() else given
    array = values.to_numpy(dtype=float)
    logs: Floats = np.log(array, out=np.full(len(array), np.nan), where=array > 0)
    return logs


def _industries(
    plants: pd.DataFrame, weights: pd.DataFrame, covariate: Floats | None
) -> tuple[Floats, Floats]:
    """Return the industries' share of each group's plants, and their own roughness."""
    w = weights.to_numpy(dtype=float)
    used = w.any(axis=1)
    eye = np.eye(len(w))[:, used]
    alone = group_shares(plants, pd.DataFrame(eye, index=weights.index))
    taus = np.zeros(len(w))
    known = plants.notna().to_numpy()[:, used]
    taus[used] = industry_roughness(
        np.where(known, alone.observed, np.nan), alone.expected, covariate
    )
    total = plants.sum(axis=0).to_numpy(dtype=float)
    return w * total[:, None], taus
