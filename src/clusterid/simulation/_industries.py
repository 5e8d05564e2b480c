"""Industries of a simulated economy: a code tree, and the kinds of cluster in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clusterid._embedded import embedded_path
from clusterid.errors import ClassificationError

__all__ = ["Industries", "simulated_industries"]

#: field, German label, English label, NACE Rev. 2 codes it is planted in. Ours: chosen
#: so that no two share a division; they are examples, not a definition of the field.
_TEMPLATES = (
    ("automotive", "Automobil", "Automotive", "22 24 29"),
    ("mechanical_engineering", "Maschinenbau", "Mechanical engineering", "25 28 33"),
    ("chemicals", "Chemie und Baustoffe", "Chemicals, minerals", "19 20 23"),
    ("life_sciences", "Biotechnologie und Pharma", "Life sciences", "21 72 75"),
    ("health", "Gesundheitswirtschaft", "Health", "32 86 87 88"),
    ("electronics", "Elektronik", "Electronics", "26 27 95"),
    ("ict", "IKT", "Information and communication", "61 62 63"),
    ("creative", "Film, Medien, Kunst", "Film, media, arts", "59 60 73 74 90"),
    ("logistics", "Logistik", "Logistics", "49 50 52 53"),
    ("aerospace", "Luft- und Raumfahrt", "Aerospace", "30 51 71"),
    ("finance", "Finanzwirtschaft", "Finance", "64 65 66"),
    ("food", "Ernährungswirtschaft", "Food", "01 03 10 11"),
    ("wood_furniture", "Forst, Holz, Möbel", "Forest, wood, furniture", "02 16 31"),
    ("textiles", "Textil und Bekleidung", "Textiles", "13 14 15"),
    ("environment", "Umweltwirtschaft", "Environment", "36 37 38 39"),
    ("energy", "Energie und Bergbau", "Energy and mining", "05 06 09 35"),
    ("printing_publishing", "Druck und Verlag", "Printing, publishing", "17 18 58"),
    ("construction", "Bauwirtschaft", "Construction", "08 41 42 43"),
    ("tourism", "Tourismus und Freizeit", "Tourism and leisure", "55 56 79 91 93"),
)

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
    table = pd.DataFrame(
        {
            "parent": rows["parent"],
            "section": rows["section"],
            "label_en": rows["label_en"],
            "label_de": rows["label_de"],
            "urban": np.where(division.isin(list(_PRODUCTION)), -0.5, 0.5),
            "universal": division.isin(list(_UNIVERSAL)),
        },
        index=rows.index,
    )
    table.loc[division.isin(["01", "02", "03"]), "urban"] = -1.0
    records = [
        (f"S{number:02d}", field, label_de, label_en, code)
        for number, (field, label_de, label_en, divisions) in enumerate(_TEMPLATES, 1)
        for code in table.index
        if code[:2] in divisions.split()
    ]
    columns = ["template", "field", "label_de", "label_en", "industry"]
    templates = pd.DataFrame(records, columns=columns)
    # in a part of the tree a template may keep a single industry: then it is none
    whole = templates.groupby("template")["industry"].transform("size") >= 2
    return Industries("nace2", table, templates[whole].reset_index(drop=True))


def _part(codes: pd.Index, number: int) -> list[str]:
    """Take ``number`` codes: up to 60 per cent templates, the rest evenly spread."""
    if number >= len(codes):
        return [str(code) for code in codes]
    chosen: list[str] = []
    for *_, divisions in _TEMPLATES:
        own = [str(c) for c in codes if c[:2] in divisions.split()]
        if len(chosen) + len(own) <= max(0.6 * number, 5):
            chosen += own
    taken = {c for *_, divisions in _TEMPLATES for c in divisions.split()}
    rest = [str(c) for c in codes if c[:2] not in taken]
    rest = rest or [str(c) for c in codes if c not in chosen]
    missing = number - len(chosen)
    if missing > len(rest):
        rest = [str(c) for c in codes if c not in chosen]
    picks = np.unique(np.linspace(0, len(rest) - 1, missing).round().astype(int))
    chosen += [rest[i] for i in picks]
    return sorted(chosen)


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
    records = []
    for number in range(n_templates):
        members = np.sort(mixed[3 * number : 3 * number + 3])
        records += [
            (
                f"S{number + 1:02d}",
                f"field_{number + 1:02d}",
                f"Feld {number + 1}",
                f"Field {number + 1}",
                codes[i],
            )
            for i in members
        ]
    columns = ["template", "field", "label_de", "label_en", "industry"]
    return Industries("simulated", table, pd.DataFrame(records, columns=columns))
