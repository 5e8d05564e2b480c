"""Simulated economies whose real rates are known, with jobs and largest plants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.communities import Templates, given_templates
from clusterid.simulation import Design, simulate_counts
from clusterid.simulation._design import probabilities
from clusterid.tables import Economy, contiguity

__all__ = ["Drawn", "design_of", "designs", "drawn", "jobs_alone", "with_sizes"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drawn:
    """One economy with what is behind it.

    ``rate`` (regions x industries) is the real quotient of plants, 1 = as everywhere:
    what the simulation expects of the cell over the industry's plants times the
    region's expected share of all plants. ``planted`` marks planted cells, ``largest``
    the jobs of the largest plant, ``number`` plants by industry.
    """

    economy: Economy
    design: Design
    rate: Floats
    number: Integers
    largest: pd.DataFrame
    planted: Bools

    @property
    def templates(self) -> Templates:
        """The templates of the design, as given ones."""
        rows = self.design.industries.templates.drop_duplicates("industry")
        return given_templates(rows.set_index("industry")["template"])

    @property
    def groups(self) -> pd.DataFrame:
        """The templates of the design, industries x templates of 0 and 1."""
        rows = self.design.industries.templates.drop_duplicates("industry")
        groups = pd.crosstab(rows["industry"], rows["template"]).astype(float)
        return groups.reindex(self.economy.industries, fill_value=0.0)

    @property
    def graph(self) -> Any:
        """Who neighbours whom."""
        return contiguity(self.design.regions, islands="keep")

    def rates_of(self, weights: Floats) -> Floats:
        """Return the real quotients of groups (industries x groups), regions x groups.

        A group's rate is the mean of its industries' rates by their plants.
        """
        plants = self.number[:, None] * weights
        return (self.rate @ plants) / np.maximum(plants.sum(axis=0), 1e-300)

    def rate_of(self, region: str, industries: list[str]) -> float:
        """Return the real quotient of some industries together in one region."""
        i = self.economy.regions.get_loc(region)
        k = self.economy.industries.get_indexer(pd.Index(industries))
        return float(np.average(self.rate[i, k], weights=self.number[k]))


def design_of(seed: int | np.random.Generator, **options: Any) -> Design:
    """Return a design of :func:`simulate_counts` alone."""
    return simulate_counts(replicates=1, seed=seed, **options)[0]


def designs(
    settings: Sequence[tuple[int, int, float]], seed: int, **more: Any
) -> Iterator[tuple[int, tuple[int, int, float], Design]]:
    """Yield number, setting (regions, plants a region, roughness) and its design."""
    for number, (regions, plants, roughness) in enumerate(settings):
        design = design_of(
            seed + number,
            n_regions=regions,
            n_plants=regions * plants,
            roughness=roughness,
            shared_roughness=0.5,
            **{name: of(regions) for name, of in more.items()},
        )
        yield number, (regions, plants, roughness), design


def drawn(design: Design, replicates: int, seed: Any) -> Iterator[Drawn]:
    """Yield economies of one design; roughness, plants and sizes are drawn anew."""
    for rng in np.random.default_rng(seed).spawn(replicates):
        rough, thrown, sizes = rng.spawn(3)
        odds = probabilities(design, rough)
        counts = thrown.multinomial(design.n_plants, odds)
        region = design.n_plants @ odds / design.n_plants.sum()
        jobs, largest = with_sizes(design, counts, sizes)
        index, columns = design.regions.index, design.codes
        frame = {"index": index, "columns": columns}
        yield Drawn(
            economy=Economy(
                pd.DataFrame(jobs, **frame),
                pd.DataFrame(counts.T.astype(float), **frame),
            ),
            design=design,
            rate=(odds / region).T,
            number=design.n_plants,
            largest=pd.DataFrame(largest, **frame),
            planted=(design.planted > 1).T,
        )


def with_sizes(
    design: Design, counts: Integers, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Return jobs and the jobs of the largest plant, regions x industries.

    Sizes as in ``simulate_economy``: log-normal by industry, whole persons, at most
    60,000. ``counts`` are industries x regions.
    """
    mean = np.repeat(design.size_log_mean, counts.sum(axis=1))
    size = np.minimum(np.ceil(np.exp(rng.normal(mean, design.size_log_sd))), 60_000.0)
    flat = counts.ravel()
    jobs = np.bincount(np.repeat(np.arange(flat.size), flat), size, flat.size)
    largest = np.zeros(flat.size)
    some = flat > 0
    first = np.cumsum(flat)[some] - flat[some]
    if some.any():
        largest[some] = np.maximum.reduceat(size, first)
    return jobs.reshape(counts.shape).T, largest.reshape(counts.shape).T


def jobs_alone(economy: Economy) -> Economy:
    """Return the same economy as a statistic that counts jobs and no plants."""
    return replace(economy, establishments=None)
