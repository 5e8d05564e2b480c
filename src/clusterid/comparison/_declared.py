"""What a survey says of each declared record: field, regions, methods, size, Land."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.survey import Survey

__all__ = ["declared_pairs", "lands", "methods_ticked", "place_sizes"]

_PAIR_COLUMNS = ["record", "place", "place_name", "field", "label", "positions",
                 "shares", "regions"]  # fmt: skip


def declared_pairs(survey: Survey, codes: list[str]) -> pd.DataFrame:
    """Return one row a declared record and field, with the place's region positions.

    A record without a field has one row; a place with a region that is not among
    ``codes`` has no positions.
    """
    position = {code: i for i, code in enumerate(codes)}
    places = survey.places.set_index("place")
    rows = []
    for record, of, label, fields in zip(
        *(survey.declared[c] for c in ("record", "place", "label", "fields")),
        strict=True,
    ):
        place = places.loc[of]
        listed = [(str(region), float(share)) for region, share in place["regions"]]
        known = sorted((position[r], s) for r, s in listed if r in position)
        if len(known) < len(listed):
            known = []
        positions, shares = tuple(i for i, _ in known), tuple(s for _, s in known)
        regions = ";".join(region for region, _ in listed)
        rows += [
            (record, of, place["name"], field, label, positions, shares, regions)
            for field in list(fields) or [None]
        ]
    table = pd.DataFrame(rows, columns=_PAIR_COLUMNS)
    return table.astype({"field": object})


def methods_ticked(survey: Survey) -> dict[str, list[str]]:
    """Return by record the methods by which it was identified."""
    declared = survey.declared
    return {
        str(record): [str(method) for method in methods]
        for record, methods in zip(
            declared["record"], declared["identified_by"], strict=True
        )
    }


def place_sizes(survey: Survey) -> pd.Series:
    """Return by record the population of its place, the median where it is unknown."""
    population = survey.places.set_index("place")["population"].astype(float)
    size = survey.declared.set_index("record")["place"].map(population)
    return size.fillna(population.median() if population.notna().any() else 1.0)


def lands(survey: Survey, regions: gpd.GeoDataFrame) -> pd.Series:
    """Return the Land of each record: the parent of most of its place, else none."""
    of_place: dict[str, str] = {}
    parent = {}
    if "parent" in regions.columns:
        parent = regions["parent"].dropna().astype(str).to_dict()
    for place, listed in zip(
        survey.places["place"], survey.places["regions"], strict=True
    ):
        weight: dict[str, float] = {}
        for region, share in listed:
            if str(region) in parent:
                name = parent[str(region)]
                weight[name] = weight.get(name, 0.0) + float(share)
        if weight:
            of_place[str(place)] = max(sorted(weight), key=lambda n: weight[n])
    place = survey.declared.set_index("record")["place"].astype(str)
    return place.map(of_place)
