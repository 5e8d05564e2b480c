"""All attacks on one saved folder, scored."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from validation.disclosure._guesses import (
    Bounds,
    bounds_of,
    digits_match,
    from_margins,
    learnt,
    projected,
)
from validation.disclosure._owners import owners_see, rivals_see
from validation.disclosure._published import Published, read_published
from validation.disclosure._scores import score, score_bounds
from validation.disclosure._statements import (
    Statements,
    margins_say,
    statements_of,
)
from validation.disclosure._studies import Attacked

__all__ = ["attacks", "confirmed", "everything_says", "truth_of"]

Floats = npt.NDArray[np.float64]


def truth_of(attacked: Attacked, published: Published) -> Floats:
    """Return the jobs of every held cell."""
    year = published.params.get(".economy.metadata.year")
    plants = attacked.plants
    plants = plants[plants["year"].eq(year)]
    jobs = plants.groupby(["region", "industry"])["employment"].sum(min_count=1)
    frame = jobs.unstack().reindex_like(published.jobs).fillna(0.0)
    seen = published.jobs.fillna(frame)
    if not np.allclose(seen, frame, atol=0.5):
        raise ValueError("published cells are not those of the plants")
    return frame.to_numpy(dtype=float)[published.held]


def everything_says(published: Published) -> Statements:
    """Return every statement on held cells that the folder makes or gives away."""
    return statements_of(published).done()


@dataclass(slots=True)
class _Field:
    """One attacked folder: what is known, what is sought, and the scores so far."""

    attacked: Attacked
    published: Published
    truth: Floats
    counts: Floats
    some: npt.NDArray[np.int64]
    most: int
    seed: int
    rows: list[dict[str, Any]] = field(default_factory=list)

    def note(self, attack: str, scores: dict[str, float]) -> None:
        """Add the score of one attack."""
        self.rows.append({"attack": attack, "held": len(self.truth), **scores})


def attacks(attacked: Attacked, *, most: int = 400, seed: int = 0) -> pd.DataFrame:
    """Return what each attack gives back, beside what margins alone give."""
    published = read_published(attacked.folder)
    truth = truth_of(attacked, published)
    counts = np.ones(len(truth))
    if published.plants is not None:
        counts = published.plants.to_numpy(dtype=float)[published.held]
    rng = np.random.default_rng(seed)
    some = np.sort(rng.choice(len(truth), min(most, len(truth)), replace=False))
    at = _Field(attacked, published, truth, counts, some, most, seed)
    start = from_margins(published)
    at.note("margins alone: filled", score(start, truth))
    at.note(
        "margins alone: likeness", score(learnt(published, everything=False), truth)
    )
    _bound(at, "margins alone", margins_say(published).done())
    said = everything_says(published)
    at.note("everything: least squares", score(projected(start, said), truth))
    at.note("everything: likeness", score(learnt(published, everything=True), truth))
    at.note(
        "everything: digits",
        score(digits_match(published, counts, np.full(len(truth), 5_000.0)), truth),
    )
    left_out = _bound(at, "everything", said)
    few = some[:: max(1, len(some) // 60)]
    for source in sorted(set(said.source) - {"totals"}):
        one = said.of((said.source == source) | (said.source == "totals"))
        at.note(f"{source}: least squares", score(projected(start, one), truth))
        bounds = Bounds(one, counts)
        if not bounds.left_out:
            ends = bounds_of(bounds, few)
            at.note(f"{source}: bounds", score_bounds(*ends, truth[few]))
    at.note(
        "digest confirms a guess", {"exact": float(len(truth) * confirmed(attacked))}
    )
    table = pd.DataFrame(at.rows).set_index("attack")
    table.attrs["left out"] = left_out
    return table


def confirmed(attacked: Attacked) -> bool:
    """Return whether a digest of the plants stands in any file: it proves a guess."""
    digest = hashlib.sha256(attacked.source.read_bytes()).hexdigest()
    texts = (p.read_bytes() for p in attacked.folder.rglob("*") if p.is_file())
    return any(digest[:10].encode() in text for text in texts)


def _bound(at: _Field, name: str, said: Statements) -> list[str]:
    """Score what bounds say to anyone, owners and rivals; return what is left out."""
    bounds = Bounds(said, at.counts)
    low, high = bounds_of(bounds, at.some)
    at.note(f"{name}: bounds", score_bounds(low, high, at.truth[at.some]))
    at.note(
        f"{name}: owners",
        owners_see(
            at.published, bounds, at.truth, at.counts,
            most=at.most, rng=np.random.default_rng([at.seed, 1]),
        ),
    )  # fmt: skip
    at.note(
        f"{name}: rivals",
        rivals_see(at.attacked.plants, at.published, bounds, at.some, high),
    )
    return bounds.left_out
