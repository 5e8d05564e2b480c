"""Kinds of cluster: templates, their sub-clusters, and single industries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterid.communities import Templates

__all__ = ["IN_NONE", "Kind", "Parts", "kinds_of", "parts_of"]

#: Stands for the template of industries that are in none.
IN_NONE = "none"


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
        blocks = _blocks_of(templates, template, codes)
        width = max(2, len(str(len(blocks))))
        for k, block in enumerate(blocks, start=1):
            leading = sorted(block, key=lambda c: (-float(jobs[c]), c))[:2]
            rows.append({
                "part": f"{template}.{k:0{width}d}",
                "template": template,
                "level": "industry" if len(block) == 1 else "part",
                "label": " / ".join(str(names.get(c, c)) for c in leading),
                "n_industries": len(block),
            })
            sets.append(block)
    columns = ["part", "template", "level", "label", "n_industries"]
    table = pd.DataFrame(rows, columns=columns).set_index("part")
    return Parts(_weights(sets, employment.columns, table.index), table)


def _blocks_of(
    templates: Templates, template: str, codes: list[str]
) -> list[list[str]]:
    """Return every part of one template as sorted codes, the largest first."""
    found = {frozenset([code]) for code in codes}
    if template != IN_NONE:
        for labels in [*_finer(templates, codes), *_beginnings(codes)]:
            found |= _blocks(codes, labels)
        found.discard(frozenset(codes))
    return sorted((sorted(block) for block in found), key=lambda b: (-len(b), b))


def _weights(
    sets: Sequence[list[str]], industries: pd.Index, names: pd.Index
) -> pd.DataFrame:
    """Return industries x sets, 1 where the industry is in the set."""
    place = {code: i for i, code in enumerate(industries)}
    weights = np.zeros((len(place), len(sets)))
    for j, members in enumerate(sets):
        weights[[place[code] for code in members], j] = 1.0
    return pd.DataFrame(weights, index=industries, columns=names)


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
