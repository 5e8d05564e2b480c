"""A simulated economy written as a study folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clusterid._disk._whole_folder import new_folder
from clusterid.errors import OptionError

if TYPE_CHECKING:
    from clusterid.simulation._economy import SimulatedEconomy

__all__ = ["save_study"]


def save_study(simulated: SimulatedEconomy, folder: str | Path) -> Path:
    """Write CSV, GeoJSON and Parquet files and ``study.toml`` into a new folder."""
    if simulated.metadata.classification == "simulated":
        raise OptionError(
            f"An economy of {len(simulated.industries)} invented industries is in no "
            "classification that a study can read; simulate at most 615 industries."
        )
    with new_folder(folder) as target:
        _write(simulated, target)
    return Path(folder) / "study.toml"


def _write(simulated: SimulatedEconomy, target: Path) -> None:
    (target / "truth").mkdir()
    meta = simulated.metadata
    one_year = len(set(simulated.employment["year"])) == 1
    totals = simulated.totals.drop(columns="year") if one_year else simulated.totals
    tables = {
        "employment": simulated.employment,
        "totals": totals,
        "flows": simulated.flows,
        "links": simulated.links,
        "collaborations": simulated.collaborations,
        "places": _flat_places(simulated.places),
        "answers": simulated.answers,
        "declared": _flat_lists(simulated.declared),
        "fields": simulated.fields,
        "industries": simulated.industries.reset_index(names="code"),
        "plant_herfindahl": _bounds(simulated.plant_herfindahl),
        "truth/clusters": simulated.truth.clusters.reset_index(),
        "truth/cells": simulated.truth.cells,
        "truth/templates": simulated.truth.templates,
        "truth/declared": simulated.truth.declared,
        "truth/seat_booked": pd.DataFrame({
            "organisation": list(simulated.truth.seat_booked)
        }),
    }
    for name, table in tables.items():
        path = target / f"{name}.csv"
        table.to_csv(path, index=False, encoding="utf-8", float_format="%.12g")
    simulated.plants.to_parquet(target / "plants.parquet", index=False)
    shapes = simulated.regions.to_crs("EPSG:4326")
    for column in ("name", "parent"):
        shapes[column] = shapes[column].astype("str")
    # write the text ourselves: same bytes whatever the version of the driver
    text = shapes.to_json(show_bbox=False, drop_id=False, to_wgs84=False)
    collection = json.loads(text)
    for feature in collection["features"]:
        feature["properties"]["region"] = feature.pop("id")
    collection.pop("crs", None)
    (target / "regions.geojson").write_text(
        json.dumps(collection, ensure_ascii=False), encoding="utf-8"
    )
    template = Path(__file__).with_name("study.toml.template").read_text("utf-8")
    study = template.format(
        n_planted=len(simulated.truth.clusters),
        year=meta.year,
        seed=simulated.params["seed"] or 0,
        classification=meta.classification,
    )
    (target / "study.toml").write_text(study, encoding="utf-8")


def _bounds(herfindahl: pd.Series) -> pd.DataFrame:
    """Return lower and upper bounds, equal because every plant is known."""
    table = pd.DataFrame({"lower": herfindahl, "upper": herfindahl})
    return table.rename_axis("industry").reset_index()


def _flat_places(places: pd.DataFrame) -> pd.DataFrame:
    table = places.copy()
    table["regions"] = [
        ";".join(f"{region}:{share:g}" for region, share in regions)
        for regions in places["regions"]
    ]
    return table


def _flat_lists(declared: pd.DataFrame) -> pd.DataFrame:
    table = declared.copy()
    for column in ("fields", "identified_by", "initiated_by", "funded_by"):
        table[column] = [";".join(values) for values in declared[column]]
    return table
