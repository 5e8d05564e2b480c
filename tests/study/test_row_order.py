"""The order of the rows of any input changes no byte of any output."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest

import clusterid as cid
from clusterid.simulation import simulate_economy
from clusterid.study import read_study

#: few runs and draws: order shows as well in a few as in many
_METHOD = """[method]
runs = 4
draws = 40
permutations = 99
imputation_draws = 4
"""

COUNTS = (
    "employment", "totals", "plant_herfindahl", "industries", "regions", "attributes",
    "flows", "links", "collaborations", "places", "answers", "declared", "fields",
)  # fmt: skip


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small study whose regions have a second file of attributes."""
    folder = tmp_path_factory.mktemp("order") / "plain"
    simulate_economy(n_regions=30, n_plants=20_000, n_projects=40, seed=1).save(folder)
    shapes = folder / "regions.geojson"
    collection = json.loads(shapes.read_text("utf-8"))
    rows = []
    for feature in collection["features"]:
        told = feature["properties"]
        rows.append({key: told.pop(key) for key in ("area_km2", "population")})
        rows[-1] = {"region": told["region"], **rows[-1]}
    shapes.write_text(json.dumps(collection), encoding="utf-8")
    pd.DataFrame(rows).to_csv(folder / "attributes.csv", index=False)
    # two words for one field, two basis lines for one code: which one is told?
    fields = pd.read_csv(folder / "fields.csv", dtype=str, keep_default_na=False)
    fields["label_en"] += [f" {i % 3}" for i in range(len(fields))]
    fields["basis"] += [f" {i}" for i in range(len(fields))]
    fields["weight"] = [f"{1 - 0.1 * (i % 4):g}" for i in range(len(fields))]
    fields.to_csv(folder / "fields.csv", index=False)
    path = folder / "study.toml"
    text = path.read_text("utf-8").replace(
        'path = "regions.geojson"\n',
        'path = "regions.geojson"\nattributes = "attributes.csv"\n',
    )
    path.write_text(text.replace("[method]\n", _METHOD), encoding="utf-8")
    return folder


def shuffled(study: Path, target: Path, *names: str) -> Path:
    """Return a copy of the study with the rows of some tables in another order."""
    shutil.copytree(study, target, ignore=shutil.ignore_patterns("out*"))
    for name in names:
        path = target / f"{name}.csv"
        if name == "regions":
            path = target / "regions.geojson"
            collection = json.loads(path.read_text("utf-8"))
            random.Random(7).shuffle(collection["features"])
            path.write_text(json.dumps(collection), encoding="utf-8")
        elif name == "plants":
            path = target / "plants.parquet"
            pd.read_parquet(path).sample(frac=1, random_state=7).to_parquet(path)
        else:
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
            table.sample(frac=1, random_state=7).to_csv(path, index=False)
    return target


def written(folder: Path) -> dict[str, str]:
    """Return a digest of every file; of what holds a clock, of its content."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.suffix == ".xlsx":
            content = repr([
                (sheet.title, [[c.value for c in row] for row in sheet.iter_rows()])
                for sheet in openpyxl.load_workbook(path)
            ]).encode()
        elif path.suffix == ".gpkg":
            content = b""
            for layer in sorted(gpd.list_layers(path)["name"]):
                frame = gpd.read_file(path, layer=layer)
                content += frame.to_wkb().to_csv().encode()
        elif name in ("provenance.json", "manifest.json"):
            continue  # the sums of the inputs and of all files, and times
        elif path.suffix == ".html":  # the report tells the digests of the inputs
            content = re.sub(rb"\b[0-9a-f]{12,64}\b", b"", path.read_bytes())
        elif name == "state/index.json":
            content = _without_provenance(path).encode()
        else:
            content = path.read_bytes()
        found[name] = hashlib.sha256(content).hexdigest()
    return found


def _without_provenance(path: Path) -> str:
    index: Any = json.loads(path.read_text("utf-8"))
    index["content"]["fields"].pop("provenance")
    return json.dumps(index)


def run(study: Path) -> dict[str, str]:
    loaded = read_study(study / "study.toml")
    return written(loaded.save(loaded.run(), study / "out"))


@pytest.fixture(scope="module")
def plain(study: Path) -> dict[str, str]:
    return run(study)


def differing(one: dict[str, str], other: dict[str, str]) -> list[str]:
    return sorted(k for k in {*one, *other} if one.get(k) != other.get(k))


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) for name in COUNTS]
)
def test_the_order_of_one_input_changes_no_byte(
    study: Path, plain: dict[str, str], tmp_path: Path, name: str
) -> None:
    other = run(shuffled(study, tmp_path / "study", name))
    assert differing(plain, other) == []


def test_the_order_of_all_inputs_changes_no_byte(
    study: Path, plain: dict[str, str], tmp_path: Path
) -> None:
    other = run(shuffled(study, tmp_path / "study", *COUNTS))
    assert differing(plain, other) == []


@pytest.fixture(scope="module")
def simulated() -> Any:
    return simulate_economy(n_regions=30, n_plants=20_000, seed=1)


@pytest.mark.parametrize("engine", ["duckdb", "pandas"])
def test_the_order_of_plants_changes_no_number(simulated: Any, engine: Any) -> None:
    plants = simulated.plants.copy()
    plants["employment"] += np.linspace(0.1, 0.7, len(plants))  # parts of a job
    one = cid.economy_from_plants(plants, engine=engine)
    moved = plants.sample(frac=1, random_state=7)
    two = cid.economy_from_plants(moved, engine=engine)
    for name in ("employment", "establishments", "plant_herfindahl"):
        left, right = getattr(one, name), getattr(two, name)
        assert left.to_csv() == right.to_csv()
        assert (left.to_numpy() == right.to_numpy()).all()


@pytest.mark.slow
def test_the_order_of_plants_changes_no_byte(study: Path, tmp_path: Path) -> None:
    folder = shuffled(study, tmp_path / "plants")
    path = folder / "study.toml"
    text = path.read_text("utf-8")
    counts = text[text.index("[employment]") : text.index("[regions]")]
    section = '[plants]\npath = "plants.parquet"\nclassification = "nace2"\n\n'
    path.write_text(text.replace(counts, section), encoding="utf-8")
    plants = pd.read_parquet(folder / "plants.parquet")
    plants["employment"] += np.linspace(0.1, 0.7, len(plants))  # parts of a job
    plants.to_parquet(folder / "plants.parquet")
    other = shuffled(folder, tmp_path / "shuffled", "plants")
    assert differing(run(folder), run(other)) == []


@pytest.fixture(scope="module")
def usual(simulated: Any) -> Any:
    return compared(simulated, simulated.fields)


def compared(simulated: Any, fields: Any, **changed: Any) -> Any:
    tables = {"places": simulated.places, "answers": simulated.answers,
              "declared": simulated.declared, **changed}  # fmt: skip
    return cid.compare(
        None,
        cid.read_survey(*tables.values()),
        fields,
        economy=simulated.economy(),
        regions=simulated.regions,
        collaborations=simulated.collaborations,
        draws=20,
        permutations=99,
    )


@pytest.mark.parametrize(
    "table", ["fields", "weights", "declared", "places", "answers"]
)
def test_in_a_notebook_the_order_of_a_frame_changes_no_number(
    simulated: Any, usual: Any, table: str
) -> None:
    from clusterid.classifications import fields_on

    fields = simulated.fields
    economy = simulated.economy()
    if table == "weights":
        plain, other = (
            fields_on(f, economy.industries, "nace2")
            for f in (fields, fields.sample(frac=1, random_state=7))
        )
        order = list(other.weights.columns)[::-1]
        other = replace(
            other,
            weights=other.weights[order],
            mappability=other.mappability[order],
            coverage=other.coverage[order],
            labels=other.labels.loc[order],
        )
        one, two = compared(simulated, plain), compared(simulated, other)
    elif table == "fields":
        one, two = usual, compared(simulated, fields.sample(frac=1, random_state=7))
    else:
        moved = getattr(simulated, table).sample(frac=1, random_state=7)
        one, two = usual, compared(simulated, fields, **{table: moved})
    for name in ("verdicts", "agreement", "by_method", "sensitivity", "posterior",
                 "by_label"):  # fmt: skip
        pd.testing.assert_frame_equal(
            getattr(one, name), getattr(two, name), check_exact=True
        )


def test_a_lexicon_reads_the_same_whatever_its_order() -> None:
    fields = cid.read_fields("nace2")
    for state in range(3):
        moved = cid.read_fields(fields.sample(frac=1, random_state=state))
        pd.testing.assert_frame_equal(fields, moved)
