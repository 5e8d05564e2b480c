"""Many runs of one search, over seeds and perturbed data, and what they agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np

from clusterid.communities._agreement import adjusted_mutual_information
from clusterid.communities._graph import Edges, Ints
from clusterid.communities._partition import (
    generator,
    infomap,
    relabel,
    to_igraph,
    two_iterations,
)
from clusterid.communities._shaken import Other, other_data

if TYPE_CHECKING:
    import igraph

    from clusterid.communities._layers import JoinedLayers
    from clusterid.communities._rules import CommunityRules

__all__ = [
    "Runs",
    "Search",
    "agreement_of",
    "n_shaken",
    "search_runs",
    "undisturbed",
]

#: Share of the runs that perturb the data as well as the seed. Our choice.
PERTURBED = 0.5


@dataclass(frozen=True, slots=True)
class Search:
    """What every run does: how groups are found, where, and how the data are shaken.

    ``resolutions`` rise; a run goes through them from the last to the first, each
    search starting from what the one before found, so that groups merge on the way.
    ``perturbation`` is the coefficient of variation of the noise on the links.
    """

    method: str
    quality: str
    resolutions: tuple[float, ...]
    perturbation: float
    seed: int


def search_runs(
    edges: Edges,
    search: Search,
    *,
    runs: int,
    processes: int = 1,
    others: Sequence[Other | None] = (),
) -> list[list[Ints]]:
    """Return one partition a resolution and run; later runs are on perturbed data.

    ``others`` is what each of the perturbed runs works on; None, or none at all, is
    noise on the links. Every run draws from its own seed, so that the result does not
    depend on the number of processes.
    """
    processes = min(processes, runs)
    if processes < 2:
        done = _block(edges, search, range(runs), runs, others)
    else:
        done = _in_processes(edges, search, runs, processes, others)
    return [[run[k] for run in done] for k in range(len(search.resolutions))]


@dataclass(frozen=True, slots=True)
class Runs:
    """The runs of a study, ready to be made at any resolution."""

    edges: Edges
    rules: CommunityRules
    others: Sequence[Other | None]
    seed: int

    @classmethod
    def of(cls, joined: JoinedLayers, rules: CommunityRules, seed: int) -> Self:
        """Return the runs with what each perturbed one works on."""
        others = other_data(joined, rules, count=n_shaken(rules.runs), seed=seed)
        return cls(joined.edges, rules, others, seed)

    def at(self, resolutions: tuple[float, ...], quality: str) -> list[list[Ints]]:
        """Return one partition a resolution and run."""
        rules = self.rules
        search = Search(
            rules.method, quality, resolutions, rules.perturbation, self.seed
        )
        return search_runs(
            self.edges,
            search,
            runs=rules.runs,
            processes=rules.processes,
            others=self.others,
        )


def undisturbed(runs: Sequence[Ints]) -> Sequence[Ints]:
    """Return the runs of one resolution that were made on the data as they are."""
    return [run for r, run in enumerate(runs) if not _is_shaken(r, len(runs))]


def n_shaken(runs: int) -> int:
    """Return how many of the runs perturb the data; they come last."""
    return sum(_is_shaken(r, runs) for r in range(runs))


def _is_shaken(number: int, runs: int) -> bool:
    return number >= runs * (1 - PERTURBED)


def _in_processes(
    edges: Edges,
    search: Search,
    runs: int,
    processes: int,
    others: Sequence[Other | None],
) -> list[list[Ints]]:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # dealt out in turn, because perturbed runs come last and take longer
    hands = [range(k, runs, processes) for k in range(processes)]
    # never by fork: other libraries may have threads running in this process
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        waiting = [
            pool.submit(_block, edges, search, hand, runs, others) for hand in hands
        ]
        blocks = [job.result() for job in waiting]
    return [blocks[r % processes][r // processes] for r in range(runs)]


def _block(
    edges: Edges,
    search: Search,
    numbers: Sequence[int],
    runs: int,
    others: Sequence[Other | None],
) -> list[list[Ints]]:
    """Return the partitions of some of the runs, each by resolution."""
    graph = to_igraph(edges)
    first = runs - n_shaken(runs)
    found = []
    for r in numbers:
        is_shaken = _is_shaken(r, runs)
        other = others[r - first] if is_shaken and others else None
        found.append(_one_run(edges, graph, search, r, other, is_shaken=is_shaken))
    return found


def _one_run(
    edges: Edges,
    graph: igraph.Graph,
    search: Search,
    number: int,
    other: Other | None,
    *,
    is_shaken: bool,
) -> list[Ints]:
    rng = np.random.default_rng([search.seed, number])
    data, scale = edges, 1.0
    if other is not None:
        data, scale = other
        graph = to_igraph(data)
    elif is_shaken and search.perturbation > 0:
        data = _perturbed(edges, search.perturbation, rng)
        if len(data.weight) < len(edges.weight):
            graph = to_igraph(data)
    start = int(rng.integers(2**31))
    if search.method == "infomap":
        return [infomap(data, seed=start, trials=1)[0]] * len(search.resolutions)
    weights = data.weight.tolist()
    found: list[Ints] = []
    with generator(start):
        for gamma in reversed(search.resolutions):
            begin = found[-1] if found else None
            at = gamma * scale if search.quality == "cpm" else gamma
            labels = two_iterations(graph, weights, search.quality, at, begin)
            found.append(relabel(labels))
    return found[::-1]


def _perturbed(edges: Edges, spread: float, rng: np.random.Generator) -> Edges:
    """Return the edges with gamma noise of mean 1 on every weight."""
    shape = 1 / spread**2
    noise = rng.gamma(shape, 1 / shape, len(edges.weight))
    return edges.with_weight(edges.weight * noise)


def agreement_of(runs: Sequence[Ints]) -> float:
    """Return the mean adjusted mutual information of each run with the next.

    1 where all runs find the same groups, 0 where they agree no more than chance;
    NaN with a single run.
    """
    if len(runs) < 2:
        return np.nan
    alike = [adjusted_mutual_information(one, other) for one, other in pairwise(runs)]
    return float(np.mean(alike))
