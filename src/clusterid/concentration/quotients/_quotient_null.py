"""What a quotient is tested against: shares, a bar, roughness; and the p-values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, TypedDict, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.concentration._given import given_numbers
from clusterid.concentration.quotients._count_test import Alternative, Ties, count_test
from clusterid.concentration.quotients._known_plants import KnownPlants
from clusterid.concentration.quotients._location_quotient import QuotientParts
from clusterid.concentration.quotients._plant_draws import throw_plants
from clusterid.concentration.quotients._power import power_quotient
from clusterid.concentration.quotients._roughness import overdispersion
from clusterid.errors import Fault, OptionError, TableError, check_option
from clusterid.statistics import Correction, normal_tail, two_sided

__all__ = [
    "Family", "Method", "Null", "QuotientOptions", "QuotientRules", "chance_shares",
    "fitted_null", "p_values",
]  # fmt: skip

Method = Literal["auto", "count", "herfindahl", "z", "monte_carlo"]
Family = Literal["industry", "region", "study"]
Matrix = NDArray[np.float64]
_NEEDS = {
    "count": "establishments=, or plants= with a region",
    "monte_carlo": "plants=",
    "herfindahl": "plant_herfindahl= or plants=",
    "z": "plant_herfindahl= or plants=",
}


class QuotientOptions(TypedDict, total=False):
    """Keywords of :func:`location_quotient_test` that are rules."""

    method: Method
    family: Family
    correction: Correction
    alternative: Alternative
    draws: int
    seed: int | np.random.Generator
    tau: float
    roughness: str | float | pd.Series
    ties: Ties
    coverage: float
    level: float


@dataclass(frozen=True, slots=True)
class QuotientRules:
    """How quotients are tested; every option of :func:`location_quotient_test`."""

    method: Method = "auto"
    family: Family = "industry"
    correction: Correction = "bh"
    alternative: Alternative = "greater"
    draws: int = 999
    seed: int | np.random.Generator = 0
    tau: float = 1.0
    roughness: str | float | pd.Series = "none"
    ties: Ties = "exact"
    coverage: float = 0.9
    level: float = 0.05

    def __post_init__(self) -> None:
        check_option("method", self.method, get_args(Method))
        check_option("family", self.family, get_args(Family))
        check_option("correction", self.correction, get_args(Correction))
        check_option("alternative", self.alternative, get_args(Alternative))
        for name, least, most in (
            ("tau", 0, np.inf), ("coverage", 0, 1), ("level", 0, 1),
        ):  # fmt: skip
            value = getattr(self, name)
            if not least < value < most:
                wanted = "above 0" if most == np.inf else "between 0 and 1"
                raise OptionError(f"{name}={value}: use a number {wanted}.")
        if self.draws < 1:
            raise OptionError(f"draws={self.draws}: at least one is needed.")
        if not isinstance(self.seed, np.random.Generator) and self.seed < 0:
            raise OptionError(f"seed={self.seed}: use a whole number from 0 on.")

    def chosen(self, known: KnownPlants) -> str:
        """Return the test to be made: the one wanted, or the best that is possible."""
        if self.method == "auto":
            return next(known.ways(), "none")
        if self.method not in set(known.ways()):
            raise OptionError(f"method={self.method!r} needs {_NEEDS[self.method]}")
        return self.method


@dataclass(frozen=True, slots=True)
class Null:
    """What the tests are against, and the plants behind them.

    ``observed`` and ``expected`` are plants, or effective ones (1/H) where they are
    not counted, regions x industries; ``trials`` all plants of an industry.
    """

    method: str
    share: Matrix
    observed: Matrix
    expected: Matrix
    trials: Matrix
    tau: float
    alternative: Alternative
    roughness: Matrix
    follows_density: bool = False

    def names(self) -> NDArray[np.object_]:
        """Return by industry what is tested against; the words of ``null``."""
        rough = (self.roughness > 0) | self.follows_density
        even, uneven = "dartboard", "roughness"
        if self.tau != 1.0:
            even, uneven = "bar", "rough_bar"
        return np.where(rough, uneven, even).astype(object)

    def power(self, tests: NDArray[np.int64], level: float) -> Matrix:
        """Return the smallest quotient that each cell's test would detect.

        ``tests`` is the size of its family, broadcast to the cells.
        """
        shape = self.expected.shape
        size = np.broadcast_to(tests, shape).ravel()
        trials, roughness = (
            np.broadcast_to(values, shape).ravel()
            for values in (self.trials, self.roughness)
        )
        expected, result = self.expected.ravel(), np.full(size.shape, np.nan)
        # cells of one size of family together, in the order of the table
        order = np.argsort(size, kind="stable")
        sizes, first = np.unique(size[order], return_index=True)
        last = [*first[1:].tolist(), len(order)]
        for m, start, end in zip(sizes.tolist(), first.tolist(), last, strict=False):
            at = order[start:end]
            if m > 0:
                result[at] = power_quotient(
                    expected[at],
                    level=level,
                    tests=int(m),
                    tau=self.tau,
                    roughness=roughness[at],
                    trials=trials[at],
                )
        return result.reshape(shape)


def fitted_null(
    table: pd.DataFrame,
    parts: QuotientParts,
    known: KnownPlants,
    rules: QuotientRules,
    shares: pd.Series | None,
    density: pd.Series | None,
) -> Null:
    """Return the null of the test that is made, its roughness given or fitted."""
    method = rules.chosen(known)
    share = chance_shares(table, parts, known, shares, method)
    observed, expected, trials = _effective_counts(parts, known, method, share)
    null = Null(
        method, share, observed, expected, trials, rules.tau, rules.alternative,
        np.zeros(table.shape[1]),
    )  # fmt: skip
    return _roughened(null, rules.roughness, table, density)


def chance_shares(
    table: pd.DataFrame,
    parts: QuotientParts,
    known: KnownPlants,
    shares: pd.Series | None,
    method: str,
) -> Matrix:
    """Return the share of each region under chance: given, of all plants or jobs."""
    if shares is not None:
        x = given_numbers(shares.rename(index=str), table.index, name="shares")
        if not (np.nanmin(x) >= 0 and np.isfinite(x).all() and x.sum() > 0):
            rule = "a region has no share, or a negative one"
            raise TableError("shares", [Fault(rule, "give every region a share")])
        return np.asarray((x / x.sum())[:, None])
    with np.errstate(invalid="ignore", divide="ignore"):
        if method == "count":
            return _plant_shares(known.counts)
        return np.asarray(parts.region_total / parts.all_total)


def _plant_shares(counts: Matrix) -> Matrix:
    """Return the share of each region in all plants, 1.0 over regions.

    Of an industry that is counted in some regions only, the shares are those among
    these regions: what is not known is missing on both sides.
    """
    known = ~np.isnan(counts)
    counted = known.all(axis=0)
    if not counted.any():
        counted = known.any(axis=0)
    total = np.nansum(counts[:, counted], axis=1)
    share = (total / total.sum())[:, None]
    if known.all():
        return np.asarray(share)
    return np.asarray(np.where(known, share, np.nan) / (known * share).sum(axis=0))


def _effective_counts(
    parts: QuotientParts, known: KnownPlants, method: str, x: Matrix
) -> tuple[Matrix, Matrix, Matrix]:
    """Return plants observed, expected, in all; effective ones if not counted."""
    if method == "count":
        n = known.n_industry
        return known.counts, n * x * np.ones_like(known.counts), n
    if known.herfindahl is None:
        nothing = np.full(parts.cell.shape, np.nan)
        return nothing, nothing.copy(), nothing[0]
    n = 1.0 / known.herfindahl[1]
    share = parts.shares()
    return share * n, n * x * np.ones_like(share), n


def _roughened(
    null: Null,
    roughness: str | float | pd.Series,
    table: pd.DataFrame,
    density: pd.Series | None,
) -> Null:
    """Return the null with the roughness given, or fitted to the plants."""
    if isinstance(roughness, pd.Series):
        v = given_numbers(roughness.rename(index=str), table.columns, name="roughness")
        if not (v >= 0).all():
            fault = Fault("roughness is missing or negative", "give every industry one")
            raise TableError("roughness", [fault])
        return replace(null, roughness=v)
    if isinstance(roughness, (int, float)) and not isinstance(roughness, bool):
        if roughness < 0:
            raise OptionError(f"roughness={roughness!r} must not be negative")
        return replace(null, roughness=np.full(table.shape[1], float(roughness)))
    check_option("roughness", roughness, ("none", "estimate"))
    if roughness == "none" or null.method == "none":
        return null
    logs = None
    if density is not None:
        given = given_numbers(density.rename(index=str), table.index, name="density")
        logs = pd.Series(np.log(given), table.index)
    plants = (null.observed, null.expected)
    frames = (pd.DataFrame(a, table.index, table.columns) for a in plants)
    fitted = overdispersion(*frames, covariate=logs)
    null = replace(null, roughness=fitted["variance"].fillna(0.0).to_numpy())
    if logs is None:
        return null
    slope = fitted["gradient"].fillna(0.0).to_numpy()
    centred = logs.to_numpy() - logs.to_numpy().mean()
    gradient = np.exp(centred[:, None] * slope[None, :])
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.nansum(null.expected * gradient, axis=0)
        scale /= np.nansum(null.expected, axis=0)
    return replace(
        null,
        share=null.share * gradient / scale,
        expected=null.expected * gradient / scale,
        follows_density=True,
    )


def p_values(
    null: Null,
    parts: QuotientParts,
    known: KnownPlants,
    rules: QuotientRules,
    industries: pd.Index,
) -> tuple[Matrix, Matrix]:
    """Return p by cell; two tables, one for each end of the Herfindahl interval."""
    if null.method == "none":
        nothing = np.full(parts.cell.shape, np.nan)
        return nothing, nothing.copy()
    if null.method == "count":
        p = _count_p(null, known.counts, known.n_industry, rules.ties)
        return p, p.copy()
    share = parts.shares()
    if null.method != "monte_carlo" and known.herfindahl is not None:
        low, high = known.herfindahl
        if null.method == "z":
            return _normal_p(share, high, null), _normal_p(share, low, null)
        one, other = (_count_p(null, share / h, 1.0 / h, "exact") for h in (high, low))
        return one, other
    p = _thrown_p(null, share, known, rules, industries)
    return p, p.copy()


def _count_p(null: Null, observed: Matrix, trials: Matrix, ties: Ties) -> Matrix:
    return np.asarray(
        count_test(
            observed,
            trials,
            null.share,
            null.tau,
            roughness=null.roughness,
            alternative=null.alternative,
            ties=ties,
        )
    )


def _thrown_p(
    null: Null,
    share: Matrix,
    known: KnownPlants,
    rules: QuotientRules,
    industries: pd.Index,
) -> Matrix:
    """Return p by throwing each industry's own plants, each with its own chance."""
    if rules.draws < 1:
        raise OptionError(f"draws={rules.draws!r} must be at least 1")
    generators = np.random.default_rng(rules.seed).spawn(share.shape[1])
    greater, less = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    x = np.broadcast_to(null.share, share.shape)
    for i, code in enumerate(industries):
        greater[:, [i]], less[:, [i]] = throw_plants(
            share[:, [i]],
            x[:, i],
            known.sizes or {},
            [code],
            tau=null.tau,
            roughness=null.roughness[[i]],
            draws=rules.draws,
            generators=[generators[i]],
        )
    return two_sided(greater, less, null.alternative)


def _normal_p(share: Matrix, h: Matrix, null: Null) -> Matrix:
    p = np.minimum(null.tau * null.share, 1.0)
    variance = h * p * (1.0 - p) + (1.0 - h) * null.roughness * p**2
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (share - p) / np.sqrt(variance)
    z[~np.isfinite(z)] = np.nan
    return normal_tail(z, null.alternative)
