"""A small study of twelve regions and eight industries, as files, to be broken."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

REGIONS = [f"R{k:02d}" for k in range(1, 13)]
INDUSTRIES = ["10", "11", "20", "21", "25", "26", "62", "63"]

STUDY = """\
[study]
title = "A small study"

[employment]
path = "employment.csv"
classification = "nace2"

[regions]
path = "regions.geojson"

[[supply]]
path = "flows.csv"

[[skills]]
path = "links.csv"

[[research]]
path = "projects.csv"

[survey]
places = "places.csv"
answers = "answers.csv"
declared = "declared.csv"
fields = "fields.csv"

[method]
draws = 5
runs = 2
permutations = 99
imputation_draws = 2
minimum_jobs = 100
"""

#: Counts and shapes alone.
PLAIN = STUDY[: STUDY.index("[[supply]]")] + STUDY[STUDY.index("[method]") :]


def counts(seed: int = 0) -> pd.DataFrame:
    """Two groups of industries, each strong in a corner of the country."""
    rng = np.random.default_rng(seed)
    rows = []
    for r, region in enumerate(REGIONS):
        for i, industry in enumerate(INDUSTRIES):
            plants = int(rng.integers(15, 25))
            if ((r in {0, 1, 4}) and i < 3) or ((r in {10, 11}) and i >= 5):
                plants *= 8
            rows.append((region, industry, plants * int(rng.integers(9, 12)), plants))
    columns = ["region", "industry", "employment", "establishments"]
    return pd.DataFrame(rows, columns=columns)


def shapes(n: int = 12) -> dict[str, Any]:
    """Squares of one degree, four in a row."""

    def ring(k: int) -> list[list[float]]:
        x, y = 8 + k % 4, 50 + k // 4
        return [[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]

    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"region": REGIONS[k], "name": f"Place {k + 1}"},
                "geometry": {"type": "Polygon", "coordinates": [ring(k)]},
            }
            for k in range(n)
        ],
    }


def links() -> pd.DataFrame:
    """Skill links inside the two groups."""
    rng = np.random.default_rng(1)
    rows = [
        (a, b, round(float(rng.random()) + ((a < "25") == (b < "25")), 3))
        for i, a in enumerate(INDUSTRIES)
        for b in INDUSTRIES[i + 1 :]
    ]
    return pd.DataFrame(rows, columns=["source", "target", "value"])


def flows() -> pd.DataFrame:
    """Flows between all industries."""
    rng = np.random.default_rng(2)
    rows = [
        (a, b, round(float(rng.random()) * 100, 1))
        for a in INDUSTRIES
        for b in INDUSTRIES
    ]
    return pd.DataFrame(rows, columns=["seller", "buyer", "value"])


def projects() -> pd.DataFrame:
    """Twenty projects of three organisations."""
    rows = [
        (f"p{p}", f"o{p % 5}{o}", REGIONS[(p * 3 + o * 5) % 12], 2010 + p % 4)
        for p in range(20)
        for o in range(3)
    ]
    return pd.DataFrame(rows, columns=["project", "organisation", "region", "year"])


def survey() -> dict[str, pd.DataFrame]:
    """Four places, what they answered and declare, and the lexicon of two fields."""
    places = pd.DataFrame({
        "place": ["Alt", "Bad", "Cham", "Dorn"],
        "regions": ["R01", "R02; R03:0.5", "R11", "R07"],
        "asked": "yes",
        "answered": ["yes", "yes", "yes", "no"],
    })
    answers = pd.DataFrame({
        "place": ["Alt", "Bad", "Cham"],
        "question": "strategy",
        "option": "yes",
        "value": ["yes", "no", "yes"],
    })
    declared = pd.DataFrame({
        "record": ["D1", "D2", "D3"],
        "place": ["Alt", "Bad", "Cham"],
        "label": ["Food", "Software", "Software"],
        "fields": ["food", "ict", "ict"],
    })
    fields = pd.DataFrame({
        "field": ["food", "food", "ict", "ict"],
        "classification": "nace2",
        "code": ["10", "11", "62", "63"],
        "role": "core",
        "weight": 1.0,
    })
    return {
        "places.csv": places,
        "answers.csv": answers,
        "declared.csv": declared,
        "fields.csv": fields,
    }


def write_study(
    folder: Path, text: str = STUDY, files: Mapping[str, Any] | None = None
) -> Path:
    """Write the study with some of its files instead; None leaves a file out."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Any] = {
        "employment.csv": counts(),
        "regions.geojson": shapes(),
        "links.csv": links(),
        "flows.csv": flows(),
        "projects.csv": projects(),
        **survey(),
        **(files or {}),
    }
    for name, content in made.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, pd.DataFrame):
            content.to_csv(path, index=False)
        elif isinstance(content, dict):
            path.write_text(json.dumps(content), encoding="utf-8")
        elif isinstance(content, bytes):
            path.write_bytes(content)
        elif content is not None:
            path.write_text(content, encoding="utf-8")
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    return path
