"""Levels of kind: templates, their sub-clusters, single industries, in one family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from clusterid.clusters._cells import REST_LEVEL
from clusterid.communities import Templates
from clusterid.statistics import q_values

__all__ = [
    "PARTS_COLUMNS", "Found", "Kind", "Parts", "complements", "gate_together",
    "kinds_of", "parts_of", "settle", "undecided", "without_undecidable",
]  # fmt: skip

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: Stands for the template of industries that are in none.
IN_NONE = "none"
#: Share of the study's error that is kept for the templates themselves: one industry's
#: ordinary unevenness is known less well than a template's. Ours.
TEMPLATES_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of templates: ``weights`` industries x parts, ``table`` by part.

    ``table`` has ``template``, ``level`` (``part``, ``industry``), ``label``,
    ``n_industries``.
    """

    weights: pd.DataFrame
    table: pd.DataFrame

    def members(self, part: str) -> list[str]:
        """Return the codes of a part, sorted."""
        column = self.weights[part]
        return sorted(column.index[column.to_numpy() > 0])


def parts_of(
    templates: Templates,
    employment: pd.DataFrame,
    names: Mapping[str, str],
) -> Parts:
    """Return every part of every template, each set of industries once.

    Parts are the finer communities of :attr:`Templates.hierarchy` inside a template,
    its industries with the same beginning of the code (three digits of NACE, say), and
    each industry alone. They lie within one template, so that a cluster has one kind
    at every level. Industries in no template are looked at alone, with ``none`` for
    their template.
    """
    known = set(employment.columns)
    jobs = employment.sum(axis=0)
    homes = {str(t): templates.members(str(t)) for t in templates.labels.index}
    alone = templates.membership.index[templates.membership.isna()]
    homes[IN_NONE] = sorted(str(code) for code in alone)
    rows: list[dict[str, object]] = []
    sets: list[list[str]] = []
    for template, members in homes.items():
        codes = [c for c in members if c in known]
        if len(codes) < 2 and template != IN_NONE:
            continue
        found = {frozenset([code]) for code in codes}
        if template != IN_NONE:
            for labels in [*_finer(templates, codes), *_beginnings(codes)]:
                found |= _blocks(codes, labels)
            found.discard(frozenset(codes))
        ordered = sorted(found, key=lambda block: (-len(block), sorted(block)))
        width = max(2, len(str(len(ordered))))
        for k, block in enumerate(ordered, start=1):
            chosen = sorted(block)
            leading = sorted(chosen, key=lambda c: (-float(jobs[c]), c))[:2]
            rows.append({
                "part": f"{template}.{k:0{width}d}",
                "template": template,
                "level": "industry" if len(chosen) == 1 else "part",
                "label": " / ".join(str(names.get(c, c)) for c in leading),
                "n_industries": len(chosen),
            })
            sets.append(chosen)
    columns = ["part", "template", "level", "label", "n_industries"]
    table = pd.DataFrame(rows, columns=columns).set_index("part")
    place = {code: i for i, code in enumerate(employment.columns)}
    weights = np.zeros((len(place), len(sets)))
    for j, members in enumerate(sets):
        weights[[place[c] for c in members], j] = 1.0
    return Parts(
        pd.DataFrame(weights, index=employment.columns, columns=table.index), table
    )


def _finer(templates: Templates, codes: list[str]) -> list[list[object]]:
    """Return the labels of the codes in every partition finer than the templates."""
    chosen = float(templates.params.get("chosen_resolution", np.nan))
    levels = []
    for column in templates.hierarchy.columns:
        try:
            resolution = float(column)
        except (TypeError, ValueError):
            resolution = np.inf  # a named level of given templates
        if np.isnan(chosen) or resolution > chosen:
            found = templates.hierarchy[column].reindex(codes)
            levels.append(found.astype(object).tolist())
    return levels


def _beginnings(codes: list[str]) -> list[list[object]]:
    """Return the beginnings of numeric codes, from two digits to all but the last."""
    if not all(code.isdigit() for code in codes):
        return []
    longest = max(len(code) for code in codes)
    return [[code[:n] for code in codes] for n in range(2, longest)]


def _blocks(codes: list[str], labels: Sequence[object]) -> set[frozenset[str]]:
    by: dict[str, list[str]] = {}
    for code, label, missing in zip(codes, labels, pd.isna(list(labels)), strict=True):
        if not missing:
            by.setdefault(str(label), []).append(code)
    return {frozenset(block) for block in by.values() if len(block) > 1}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a group tested is: its template, level, part ("" for a template), label."""

    template: str
    level: str
    part: str
    label: str


def kinds_of(templates: Templates, parts: Parts | None) -> dict[str, Kind]:
    """Return what every group tested is."""
    kinds = {
        str(code): Kind(str(code), "template", "", str(label))
        for code, label in templates.labels.items()
    }
    if parts is not None:
        for part, row in parts.table.iterrows():
            template, level = str(row["template"]), str(row["level"])
            kinds[str(part)] = Kind(template, level, str(part), str(row["label"]))
    return kinds


def without_undecidable(
    cells: pd.DataFrame, kinds: Mapping[str, Kind], parts: Parts, known: pd.Series
) -> pd.DataFrame:
    """Return cells in which single industries of unknown plant sizes are no tests.

    With jobs alone they could not be told from one large plant, whatever they hold;
    they take no part in the family. ``known``: by industry, whether sizes are.
    """
    closed = {
        part
        for part, column in parts.weights.items()
        if kinds[str(part)].level == "industry" and not known[column.gt(0)].any()
    }
    hidden = cells["template"].isin(closed)
    return cells.assign(p_value=cells["p_value"].mask(hidden))


def gate_together(
    templates: pd.DataFrame, parts: pd.DataFrame, *, gate: str, alpha: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the cells of both with q-values and seeds of one family.

    Three quarters of the error go to the templates, the rest to all parts, by weights
    of mean 1 on the p-values (Genovese, Roeder and Wasserman 2006): hundreds of parts
    cost the templates no more than a third. ``weighted`` is p over weight.
    Parts must stand without their largest possible plant under Benjamini-Hochberg over
    all parts that would open a cluster with it.
    """
    together = pd.concat([templates, parts], ignore_index=True)
    n = len(templates)
    for plain, weighted in (("p_value", "weighted"), ("p_unchecked", "unchecked")):
        together[weighted] = _weighted(together[plain].to_numpy(dtype=float), n)
    p = together["weighted"].to_numpy(dtype=float)
    together["q_value"] = q_values(p)
    seeds = _gated(p, gate) <= alpha
    # the check for one large plant holds whatever the weight
    seeds &= together["p_value"].le(REST_LEVEL).to_numpy()
    # of many cells that one plant makes, some would stand without it by chance
    below = np.flatnonzero(seeds[n:]) + n
    rest = together["p_rest"].to_numpy(dtype=float)
    open_p = together["unchecked"].to_numpy(dtype=float)
    tried = np.flatnonzero(_gated(open_p, gate)[n:] <= alpha) + n
    supported = np.zeros(len(seeds), dtype=bool)
    supported[tried] = q_values(rest[tried]) <= REST_LEVEL
    seeds[below] &= supported[below]
    together["is_seed"] = seeds
    # what would have opened a cluster, were it not for that check
    cut = float(p[seeds].max()) if seeds.any() else alpha / max(1, len(p))
    together["is_open"] = together["unchecked"].le(cut) & ~seeds
    first = together.iloc[:n].copy()
    second = together.iloc[n:].reset_index(drop=True)
    return first, second


def _weighted(p: Floats, n_templates: int) -> Floats:
    """Return p over weight; the first ``n_templates`` tests share most of the error."""
    n = int(np.isfinite(p[:n_templates]).sum())
    m = int(np.isfinite(p[n_templates:]).sum())
    if not n or not m:
        return p
    weight = np.full(len(p), (n + m) / m * (1 - TEMPLATES_SHARE))
    weight[:n_templates] = (n + m) / n * TEMPLATES_SHARE
    return np.asarray(p / weight)


def _gated(weighted: Floats, gate: str) -> Floats:
    """Return what is compared with alpha: q, or p times the family; missing is 1."""
    if gate == "bh":
        found = q_values(weighted)
    else:
        found = weighted * max(1, int(np.isfinite(weighted).sum()))
    return np.asarray(np.nan_to_num(found, nan=1.0))


@dataclass(slots=True)
class Found:
    """A set of contiguous member regions of one group, and what became of it.

    ``state``: ``candidate``; ``inside`` another one, number ``other``; or
    ``only_part``, when the rest of the template stands nowhere beside its part
    ``other``. ``firm``: one of its cells, or a part inside it, passed the gate.
    """

    group: str
    where: npt.NDArray[np.int64]
    seeds: Bools
    strength: float = 1.0
    state: str = "candidate"
    other: int = -1
    firm: bool = True
    sharpest: str = ""
    regions: frozenset[int] = field(default_factory=frozenset)


def complements(
    found: list[Found], kinds: Mapping[str, Kind], weights: pd.DataFrame
) -> pd.DataFrame:
    """Return, for clusters of templates with a sharper part, the template without it.

    One column each (industries x numbers in ``found``), to be tested where they stand.
    Marks the sharpest part in ``other``.
    """
    columns = {}
    below = [k for k, f in enumerate(found) if kinds[f.group].level != "template"]
    for k, f in enumerate(found):
        if kinds[f.group].level != "template":
            continue
        mine = [
            j
            for j in below
            if kinds[found[j].group].template == f.group
            and found[j].regions & f.regions
            and found[j].strength < f.strength
        ]
        if not mine:
            continue
        f.other = min(mine, key=lambda j: (found[j].strength, j))
        part = found[f.other].group
        f.sharpest = kinds[part].label
        rest = weights[f.group].where(weights[part].le(0), 0.0)
        if rest.gt(0).any():
            columns[str(k)] = rest
    return pd.DataFrame(columns, index=weights.index)


def settle(
    found: list[Found],
    kinds: Mapping[str, Kind],
    weights: pd.DataFrame,
    rest: Mapping[int, Floats],
) -> None:
    """Decide at which level each cluster is reported, so that none counts twice.

    A template that stands is the cluster, unless all that stands is one part of it:
    the rest of the template is nowhere above its ordinary share (``rest``: p of the
    rest by region) in the cluster. Where the template does not stand, its sharpest
    parts do, one for each industry and region.
    """
    for k, f in enumerate(found):
        if f.other < 0:
            continue
        p = rest.get(k)
        if p is None or not (np.nan_to_num(p[f.where], nan=1.0) > REST_LEVEL).all():
            f.other = -1
            continue
        f.state = "only_part"
    standing = [
        k
        for k, f in enumerate(found)
        if kinds[f.group].level == "template" and f.state == "candidate"
    ]
    below = sorted(
        (k for k, f in enumerate(found) if kinds[f.group].level != "template"),
        key=lambda k: (found[k].strength, k),
    )
    industries = {
        f.group: frozenset(weights.index[weights[f.group] > 0]) for f in found
    }
    for k in below:
        f = found[k]
        for j in standing:
            same = kinds[f.group].template == kinds[found[j].group].template
            if (
                same
                and f.regions & found[j].regions
                and industries[f.group] & industries[found[j].group]
            ):
                f.state, f.other = "inside", j
                break
        else:
            standing.append(k)


PARTS_COLUMNS = [
    "part", "template", "level", "label", "industries", "regions", "employment",
    "establishments", "lq", "share_imputed", "p_value", "q_value", "state", "cluster",
]  # fmt: skip


def undecided(
    cells: pd.DataFrame, kinds: Mapping[str, Kind], minimum_jobs: float
) -> pd.DataFrame:
    """Return single industries that stand out unless it is by one large plant."""
    alone = np.array([kinds[g].level == "industry" for g in cells["template"]])
    left = cells["is_open"] & alone & cells["employment"].ge(minimum_jobs)
    rows = cells[left].copy()
    rows["p_value"] = rows["p_unchecked"]
    return rows.assign(state="one_industry", cluster="")
