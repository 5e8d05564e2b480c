"""Where and how groups are sought: resolution, quality and links, by evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from clusterid.communities._graph import Edges, Ints
from clusterid.communities._held_out import HeldOut, described, held_out_scores
from clusterid.communities._layers import JoinedLayers
from clusterid.communities._resolution import (
    Profile,
    choose,
    improved,
    resolution_profile,
)
from clusterid.communities._rules import CommunityRules
from clusterid.communities._runs import Runs, agreement_of, undisturbed
from clusterid.communities._templates import PROFILE

__all__ = ["Chosen", "Way", "at_the_best_resolution"]

#: Searches a resolution, of which the best counts; one where several ways are tried on
#: more links than the second number: 10,000 industries then stay within a minute.
_FIRST_RUNS, _MANY_LINKS = 3, 50_000


@dataclass(frozen=True, slots=True)
class Way:
    """A quality, and what a link counts in it: as given, or all the same."""

    quality: str
    links: str

    def seen(self, edges: Edges) -> Edges:
        """Return the links as this way counts them."""
        if self.links == "equal":
            return edges.with_weight(np.ones(len(edges.weight)))
        return edges


def ways(joined: JoinedLayers, rules: CommunityRules) -> list[Way]:
    """Return the ways to try: one, or all where one layer describes itself.

    What is asked for is not second-guessed; layers held out speak of one way only,
    the constant Potts model on the layers joined by rank.
    """
    alone = joined.judge is None and len(joined.used) == 1
    if rules.quality != "auto" or rules.resolution != "auto" or not alone:
        quality = "cpm" if rules.quality == "auto" else rules.quality
        return [Way(quality, "given")]
    weight, n = joined.edges.weight, joined.edges.n_nodes
    kinds = ["given"]
    some = len(weight) < n * (n - 1) / 2
    if some and rules.redraw is None and weight.max() > weight.min():
        kinds.append("equal")
    return [Way(quality, links) for links in kinds for quality in ("cpm", "modularity")]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The resolution used, how it was chosen, and the runs there.

    ``levels`` are coarser and finer partitions by resolution.
    """

    way: Way
    edges: Edges
    resolution: float
    how: str
    runs: list[Ints]
    runs_agree: float
    profile: pd.DataFrame
    levels: Mapping[str, Ints]

    @classmethod
    def without_profile(cls, edges: Edges, runs: list[Ints]) -> Chosen:
        """Return runs of a method that has no resolution."""
        empty = pd.DataFrame(columns=PROFILE)
        way = Way("", "given")
        return cls(way, edges, np.nan, "", runs, agreement_of(runs), empty, {})


def at_the_best_resolution(
    joined: JoinedLayers, rules: CommunityRules, repeat: Runs, seed: int
) -> Chosen:
    """Return the resolution of the widest plateau that held-out data prefer.

    Where one layer alone describes itself, several ways are tried and the one whose
    chosen partition saves most is taken; of equal ones the first.
    """
    tried = ways(joined, rules)
    many = len(tried) > 1 and len(joined.edges.weight) > _MANY_LINKS
    starts = 1 if many else _FIRST_RUNS
    found = [
        _drawn(
            joined,
            rules,
            replace(repeat, edges=way.seen(joined.edges)),
            way,
            seed,
            starts,
        )
        for way in tried
    ]
    best = max(found, key=lambda one: one.score)
    k, profile, made = best.place, best.profile, best.made
    resolution = float(profile.resolution[k])
    if k not in made:
        made[k] = best.repeat.at((resolution,), best.way.quality)[0]
    stable = [agreement_of(made.get(i, [])) for i in range(len(profile.resolution))]
    table = pd.DataFrame({
        "resolution": profile.resolution,
        "n_templates": profile.n_templates,
        "quality": profile.quality,
        "plateau": profile.plateau,
        "validation": best.held.scores,
        "chosen": np.arange(len(stable)) == k,
        "stability": np.array(stable),
    })
    how = best.held.how if rules.given_resolution is None else "given"
    levels = _levels(profile, k)
    edges = best.repeat.edges
    return Chosen(best.way, edges, resolution, how, made[k], stable[k], table, levels)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The profile of one way, its scores and the place taken."""

    way: Way
    repeat: Runs
    profile: Profile
    held: HeldOut
    made: dict[int, list[Ints]]
    place: int

    @property
    def score(self) -> float:
        """The score of the partition taken; the lowest where it has none."""
        found = float(self.held.scores[self.place])
        if self.profile.n_templates[self.place] < 2 or not np.isfinite(found):
            return -np.inf
        return found


def _drawn(
    joined: JoinedLayers,
    rules: CommunityRules,
    repeat: Runs,
    way: Way,
    seed: int,
    starts: int,
) -> _Drawn:
    """Return the profile of one way and the place that its scores prefer."""
    given, quality, edges = rules.given_resolution, way.quality, repeat.edges
    profile = resolution_profile(
        edges,
        quality=quality,
        resolutions=rules.resolutions,
        starts=starts,
        seed=seed,
        at=given,
    )
    made: dict[int, list[Ints]] = {}
    if rules.runs_at == "every":
        made = dict(enumerate(repeat.at(tuple(profile.resolution), quality)))
        better = [undisturbed(made[k]) for k in sorted(made)]
        profile = improved(profile, edges, quality, better, seed)
    held = held_out_scores(profile, joined, quality=quality, seed=seed)
    k = 0
    if given is None:
        if not np.isfinite(held.scores).any():
            held = described(profile, joined)
        k = choose(
            profile,
            held.scores,
            held.tolerance,
            rules.largest,
            rules.prefer,
            exact=held.exact,
        )
    return _Drawn(way, repeat, profile, held, made, k)


def _levels(profile: Profile, chosen: int) -> dict[str, Ints]:
    """Return coarser and finer partitions than the chosen one, one a plateau."""
    levels = {}
    for stretch in sorted(set(profile.stretch)):
        inside = np.flatnonzero(profile.stretch == stretch)
        k = int(inside[len(inside) // 2])
        if stretch == profile.stretch[chosen]:
            k = chosen
        if profile.n_templates[k] >= 1:
            levels[f"{profile.resolution[k]:.6g}"] = profile.partitions[k]
    return levels
