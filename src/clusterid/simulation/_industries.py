"""Industries of a simulated economy: a code tree, and the kinds of cluster in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid._disk._embedded import embedded_path
from clusterid.errors import ClassificationError

__all__ = ["Industries", "simulated_industries"]

_TEMPLATE = ["template", "field", "label_de", "label_en"]

#: Divisions that sell to, or hire from, everyone: trade, real estate, offices, temps.
_UNIVERSAL = frozenset({"46", "47", "68", "69", "70", "78", "81", "82", "84"})

#: Divisions that follow people rather than each other (no density gradient sign).
_PRODUCTION = {f"{d:02d}" for d in (*range(1, 10), *range(10, 34), *range(35, 44))}


@dataclass(frozen=True, slots=True)
class Industries:
    """A code tree and the templates planted in it.

    ``table``: index code, columns ``parent``, ``section``, ``label_en``, ``label_de``,
    ``urban`` (-1 rural to 1 urban), ``universal`` (sells to everyone). ``templates``:
    ``template``, ``field``, ``label_de``, ``label_en``, ``industry``.
    """

    classification: str
    table: pd.DataFrame
    templates: pd.DataFrame


def simulated_industries(n_industries: int, rng: np.random.Generator) -> Industries:
    """Return NACE divisions, groups or classes, or an invented tree above 615.

    The coarsest level that has enough codes, and of it a part: whole templates first,
    then the rest spread over the tree. Numbers on real codes are still simulated; the
    codes only make them readable.
    """
    if n_industries < 6:
        raise ClassificationError(
            f"n_industries={n_industries}; a simulated economy needs at least 6."
        )
    sizes = {"division": 88, "group": 272, "class": 615}
    level = next((k for k, size in sizes.items() if n_industries <= size), None)
    if level is None:
        return _invented(n_industries, rng)
    path = embedded_path("classifications", "nace_rev2.csv")
    tree = pd.read_csv(path, dtype=str)
    rows = tree[tree["level"] == level].set_index("code").sort_index()
    rows = rows.loc[_part(rows.index, n_industries)]
    rows.index.name = "industry"
    division = rows.index.str[:2]
    table = rows[["parent", "section", "label_en", "label_de"]].assign(
        urban=np.where(division.isin(list(_PRODUCTION)), -0.5, 0.5),
        universal=division.isin(list(_UNIVERSAL)),
    )
    table.loc[division.isin(["01", "02", "03"]), "urban"] = -1.0
    kinds = _kinds().rename(columns={"divisions": "division"})
    members = table.index.to_frame(index=False).assign(division=division)
    templates = kinds.explode("division").merge(members, on="division")
    templates = templates.sort_values(["template", "industry"])
    templates = templates[[*_TEMPLATE, "industry"]].reset_index(drop=True)
    # in a part of the tree a template may keep a single industry: then it is none
    whole = templates.groupby("template")["industry"].transform("size") >= 2
    return Industries("nace2", table, templates[whole].reset_index(drop=True))


def _kinds() -> pd.DataFrame:
    """Return the kinds of cluster that are planted, with the divisions of each.

    The authors' choice, so that no two share a division; examples, not a definition
    of a field.
    """
    table = pd.read_csv(Path(__file__).with_name("templates.csv"), dtype=str)
    return table.assign(divisions=table["divisions"].str.split())


def _part(codes: pd.Index, number: int) -> list[str]:
    """Take ``number`` codes: up to 60 per cent templates, the rest evenly spread."""
    known = [str(code) for code in codes]
    if number >= len(known):
        return known
    chosen: list[str] = []
    for divisions in _kinds()["divisions"]:
        own = [code for code in known if code[:2] in divisions]
        if len(chosen) + len(own) <= max(0.6 * number, 5):
            chosen += own
    taken = set(_kinds()["divisions"].explode())
    others = [code for code in known if code not in chosen]
    rest = [code for code in known if code[:2] not in taken]
    missing = number - len(chosen)
    if not rest or missing > len(rest):
        rest = others
    picks = np.unique(np.linspace(0, len(rest) - 1, missing).round().astype(int))
    return sorted([*chosen, *(rest[i] for i in picks)])


def _invented(n_industries: int, rng: np.random.Generator) -> Industries:
    """Invent a tree: sections of divisions of up to five; templates cut across it."""
    division = np.arange(n_industries) // 5
    codes = [f"X{d:03d}.{i % 5 + 1}" for i, d in enumerate(division)]
    sections = [f"X{chr(65 + int(d) // 8 % 26)}" for d in division]
    table = pd.DataFrame(
        {
            "parent": [code[:4] for code in codes],
            "section": sections,
            "label_en": [f"Invented industry {code}" for code in codes],
            "label_de": [f"Erfundene Branche {code}" for code in codes],
            "urban": np.round(rng.uniform(-1.0, 1.0, n_industries), 3),
            "universal": np.arange(n_industries) >= n_industries - n_industries // 12,
        },
        index=pd.Index(codes, name="industry"),
    )
    ordinary = np.flatnonzero(~table["universal"].to_numpy())
    n_templates = max(2, len(ordinary) // 5)
    mixed = rng.permutation(ordinary)
    records = [
        (f"S{k:02d}", f"field_{k:02d}", f"Feld {k}", f"Field {k}", codes[i])
        for k in range(1, n_templates + 1)
        for i in np.sort(mixed[3 * (k - 1) : 3 * k])
    ]
    templates = pd.DataFrame(records, columns=[*_TEMPLATE, "industry"])
    return Industries("simulated", table, templates)
