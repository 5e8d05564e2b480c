"""A simulated study in which every text that a user may give is hostile.

Loaded by the fixture ``hostile`` of the conftest; no template, spreadsheet, script or
formula may take any of these texts for more than text.
"""

from __future__ import annotations

import json
import shutil
from itertools import cycle
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid.simulation import simulate_economy

#: touched by a template that runs what a name says
RAN = "RAN-BY-A-NAME"

TEXTS = {
    "expression": "{{ 7*7 }} North",
    "call": (
        "{{ cycler.__init__.__globals__.os.popen('touch " + RAN + "').read() }} West"
    ),
    "statement": "Kreis {% Nord %}",
    "comment": "East {# a #} end",
    "own_words": "Town {value} {n} {title} {names}",
    "own_places": "<!--place:data--><!--place:app--> Place",
    "separators": "a\u2028b\u2029c\x0bd\x0ce\x1cf\x1dg\x1eh\x85i",
    "marks": "\u202eright\u202c to \u200fleft\u2067 end\u2069",
    "long": "Long " + "name" * 74,
    "markup": "</script><img src=x onerror=window.hacked=1>",
    "markup_end": "]]> --><!-- <b>x</b></title></style></textarea>",
    "quotes": "Q \"double\" 'single' `back` \\n \\ ${x} &amp; &lt;",
    "formula": "=1+1",
    "plus": "+1+cmd|' /C calc'!A0",
    "minus": "-1-1",
    "at": "@SUM(1+1)",
    "error_code": "#N/A in 1",
    "math": "$\\frac{ $x$ \\badmacro",
    "underscore": "_hidden_by_legends",
    "control": "bell\x07 escape\x1b[31m delete\x7f",
    "scripts": "القاهرة ירושלים 東京 🏭",
}


def text_of(number: int) -> str:
    """Return a hostile text by number, over and over again."""
    texts = list(TEXTS.values())
    return texts[number % len(texts)]


def _toml(text: str) -> str:
    """Return a text as a TOML string; what would name a variable is left out."""
    text = text.replace("${x}", "$(x)")
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _renamed(path: Path, **columns: str) -> None:
    """Put hostile texts before what stands in columns; keys stay different."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column, among in columns.items():
        values = list(dict.fromkeys(table[column]))
        told = {
            value: f"{text} {value}" if among == "keys" else text
            for value, text in zip(values, cycle(TEXTS.values()))
            if value
        }
        table[column] = [told.get(value, value) for value in table[column]]
    if path.stem == "fields":
        table.to_csv(path, index=False)
    else:
        # a CSV file has its own ideas of lines
        path.unlink()
        table.to_parquet(path.with_suffix(".parquet"), index=False)


def write_study(folder: Path) -> Path:
    """Write a small simulated study and make every text of it hostile."""
    simulate_economy(n_regions=30, n_plants=20_000, n_projects=40, seed=1).save(folder)
    shapes = folder / "regions.geojson"
    collection = json.loads(shapes.read_text("utf-8"))
    for i, feature in enumerate(collection["features"]):
        feature["properties"]["name"] = text_of(i)
    shapes.write_text(json.dumps(collection), encoding="utf-8")
    _renamed(folder / "industries.csv", label_en="texts", label_de="texts")
    _renamed(folder / "places.csv", name="texts", stratum="texts")
    _renamed(folder / "declared.csv", label="texts", source="texts")
    _renamed(folder / "fields.csv", label_en="texts", label_de="texts", basis="texts")
    _renamed(folder / "collaborations.csv", project="keys", organisation="keys")
    # an expert's field is a text of the study, too
    table = {"aerospace": FIELD}
    for name, column in (("fields", "field"), ("declared", "fields"),
                         ("collaborations", "field")):  # fmt: skip
        path = folder / f"{name}.{'csv' if name == 'fields' else 'parquet'}"
        read = (
            pd.read_csv(path, dtype=str, keep_default_na=False)
            if name == "fields"
            else pd.read_parquet(path)
        )
        for plain, told in table.items():
            read[column] = [
                ";".join(told if f == plain else f for f in v.split(";"))
                for v in read[column]
            ]
        if name == "fields":
            read.to_csv(path, index=False)
        else:
            read.to_parquet(path, index=False)
    (folder / "employment.csv").rename(folder / SOURCE)
    title = " | ".join(TEXTS.values())
    study = folder / "study.toml"
    text = study.read_text("utf-8")
    lines = []
    for line in text.split("\n"):
        if line.startswith("title = "):
            line = f"title = {{ en = {_toml(title)}, de = {_toml('de ' + title)} }}"
        elif line.startswith("source = ") and "mirrored" in line:
            line = f"source = {_toml('shapes ' + title)}"
        elif line.startswith('path = "employment.csv"'):
            line = f"path = {_toml(SOURCE)}"
        elif line.startswith("simulated"):
            line = "simulated = false"
        elif line == 'name = "skill"':
            line = f"name = {_toml(LAYER)}"
        for name in ("industries", "places", "declared", "collaborations"):
            line = line.replace(f'"{name}.csv"', f'"{name}.parquet"')
        lines.append(line)
    study.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return study


FIELD = "{{ 7*7 }} <b>aerospace</b>"
#: a layer becomes a file, so that its name has letters alone
LAYER = "مهارة 技能_1"
#: the file of the counts is the source line of the map
SOURCE = "{{ 7*7 }} <img src=x onerror=window.hacked=1> $x$ {% a %} '\".csv"


def run(folder: Path) -> Any:
    """Run the study and save its result in ``folder/out``."""
    from clusterid.study import read_study

    study = read_study(write_study(folder))
    result = study.run()
    study.save(result, folder / "out")
    return result


def carriers(folder: Path, result: Any) -> dict[str, list[str]]:
    """Return the texts that each carrier holds, as the study's files have them."""
    labels = pd.read_parquet(folder / "industries.parquet").set_index("code")
    places = pd.read_parquet(folder / "places.parquet").set_index("place")
    declared = pd.read_parquet(folder / "declared.parquet")
    fields = pd.read_csv(folder / "fields.csv", dtype=str, keep_default_na=False)
    told = result.provenance.study["study"]["title"]
    members = result.templates.membership.dropna().index
    verdicts = result.comparison.verdicts
    asked = [p for p in verdicts["place"].dropna().unique() if p]
    return {
        "title": [told["en"]],
        "region": result.regions["name"].tolist(),
        "industry": labels.loc[members, "label_en"].unique().tolist(),
        "field": [FIELD],
        "field label": sorted(set(fields["label_en"])),
        "place": places.loc[asked, "name"].tolist(),
        "declared label": declared["label"].tolist(),
        "source of the counts": [SOURCE],
        "source of the shapes": [result.regions.attrs["source"]]
        if "source" in result.regions.attrs
        else [result.provenance.study["regions"]["source"]],
        "template label": result.templates.labels.tolist(),
        "layer": [LAYER],
    }


#: columns of a stored result that hold what people wrote, and words of ours
_WRITTEN = (
    "name", "place_name", "label", "label_en", "label_de", "evidence_en", "evidence_de",
    "would_change_en", "would_change_de", "source", "flags", "reason", "sharpest_part",
    "verdict", "declared", "level", "status", "basis", "value",
)  # fmt: skip


def tamper(out: Path, target: Path) -> None:
    """Copy a result and put hostile texts into what it has stored."""
    import geopandas as gpd

    shutil.copytree(out, target)
    for path in sorted((target / "state").glob("*.parquet")):
        if path.name.endswith(("membership.parquet", "nodes.parquet")):
            continue  # these hold codes
        shapes = path.name.endswith(("regions.parquet", "candidates.table.parquet"))
        frame = (gpd if shapes else pd).read_parquet(path)
        for column in _WRITTEN:
            if column in frame and any(isinstance(v, str) for v in frame[column]):
                frame[column] = [text_of(i) for i in range(len(frame))]
        frame.to_parquet(path)
    index = target / "state" / "index.json"
    content = _changed(json.loads(index.read_text("utf-8")), " | ".join(TEXTS.values()))
    index.write_text(json.dumps(content), encoding="utf-8")


def _changed(value: Any, text: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {k: _changed(v, text, k) for k, v in value.items()}
    if isinstance(value, list):
        if len(value) == 2 and value[0] in ("title", "source", "en", "de"):
            return [value[0], _changed(value[1], text, value[0])]
        return [_changed(v, text) for v in value]
    named = key in ("title", "source", "licence", "unit", "en", "de")
    return text if named and isinstance(value, str) else value
