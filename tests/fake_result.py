"""A small result with every part the pictures read; loaded by the rooms' conftests.

Nothing here is computed by the pipeline: numbers are set by hand so that tests of maps,
figures and reports do not depend on the methods.
"""

from __future__ import annotations

import geopandas as gpd
import networkx as nx
import numpy as np
import pandas as pd
from shapely import box

import clusterid as cid
from clusterid.clusters import CandidateClusters
from clusterid.communities import Templates
from clusterid.comparison import Comparison
from clusterid.results import Provenance, Result
from clusterid.survey import Survey

HOSTILE = (
    "</script><script>window.hacked=1</script>",
    "<img src=x onerror=window.hacked=1>",
    "Ort \"mit\" 'Zeichen' \\ & <b>fett</b>",
    "Köln 🏭\u2028Ende",
    "=1+1",
)


def fake_regions(names: tuple[str, ...] = ()) -> gpd.GeoDataFrame:
    """Return twelve square regions R01 ... R12 in a 4 x 3 grid."""
    codes = [f"R{i:02d}" for i in range(1, 13)]
    shapes = [box(8 + i % 4, 50 + i // 4, 9 + i % 4, 51 + i // 4) for i in range(12)]
    said = [names[i] if i < len(names) else f"Region {c}" for i, c in enumerate(codes)]
    frame = gpd.GeoDataFrame(
        {"name": said, "parent": "L", "area_km2": 100.0, "population": 1e5},
        geometry=shapes,
        index=pd.Index(codes, name="region"),
        crs=4326,
    )
    return frame


def fake_result(
    *, hostile: bool = False, kind: str = "industry", simulated: bool = True
) -> Result:
    """Return a result of twelve regions, six industries, two templates.

    It counts as published, so that pages show the numbers as they are set here.
    """
    names = HOSTILE if hostile else ()
    bad = HOSTILE[0] if hostile else ""
    regions = fake_regions(names)
    codes = list(regions.index)
    rng = np.random.default_rng(1)
    industries = pd.Index(["A", "B", "C", "D", "E", "F"], name="industry")
    jobs = pd.DataFrame(
        rng.integers(50, 900, (12, 6)).astype(float),
        index=regions.index,
        columns=industries,
    )
    jobs.loc["R03", "B"] = np.nan
    plants = (jobs.fillna(40) // 25 + 1).astype(float)
    plants.loc["R05", "A"] = 1.0
    economy = cid.economy(
        jobs,
        metadata={
            "classification": "toy",
            "year": 2020,
            "source": HOSTILE[1] if hostile else "Toy statistics office",
            "licence": "none",
            "kind": kind,
            "simulated": simulated,
            "labels": {c: f"{bad}Name of {c}" for c in industries},
        },
    )
    lq = jobs.div(jobs.sum(axis=1), axis=0) / (jobs.sum() / jobs.sum().sum())
    tidy = lq.stack(future_stack=True).rename("lq_jobs").reset_index()
    tidy["lq_jobs_smoothed"] = tidy["lq_jobs"]
    withheld = tidy["lq_jobs"].isna()
    tidy["lq_jobs_lower"] = tidy["lq_jobs"].mask(withheld, 0.4)
    tidy["lq_jobs_upper"] = tidy["lq_jobs"].mask(withheld, 2.2)
    tidy["lq_plants"] = 1 + (tidy["lq_jobs"] - 1) * 0.9
    tidy["lq_plants_smoothed"] = 1 + (tidy["lq_plants"] - 1) * 0.8
    tidy["lq_plants_lower"] = tidy["lq_plants"] * 0.8
    tidy["lq_plants_upper"] = tidy["lq_plants"] * 1.25
    tidy["p_value"] = np.linspace(0.001, 0.9, len(tidy))
    tidy["q_value"] = tidy["p_value"].clip(upper=1)
    tidy["null"] = "dartboard"
    tidy["n_plants"] = plants.stack().to_numpy()
    tidy["stability"] = 0.9
    tidy["reason"] = np.where(withheld, "withheld", "")
    tidy["lq_plants_rank"] = tidy["lq_plants_smoothed"] * 0.85
    membership = pd.Series(
        ["T01", "T01", "T01", "T02", "T02", pd.NA], index=industries, name="template"
    )
    templates = Templates(
        membership=membership,
        confidence=pd.Series([0.9, 0.8, 0.7, 0.95, 0.6, 0.2], index=industries),
        status=pd.Series(
            ["assigned"] * 4 + ["ambiguous", "none"], index=industries, name="status"
        ),
        labels=pd.Series({"T01": f"{bad}Engines and parts", "T02": "Care and devices"}),
        profile=pd.DataFrame({
            "resolution": [0.1, 0.2, 0.4],
            "n_templates": [1, 2, 4],
            "quality": [1.0, 0.9, 0.5],
            "plateau": [0.1, 0.6, 0.3],
            "validation": [0.2, 0.5, 0.4],
            "chosen": [False, True, False],
        }),
        significance=pd.DataFrame(
            {
                "n_industries": [3, 2],
                "internal_weight": [2.5, 1.0],
                "z": [3.1, 2.2],
                "p_value": [0.01, 0.02],
            },
            index=["T01", "T02"],
        ),
        params={"resolution": "auto"},
    )
    cells = []
    for template in ("T01", "T02"):
        for i, code in enumerate(codes):
            value = 0.4 + 0.25 * i if template == "T01" else 3.0 - 0.2 * i
            grade = "A" if value > 2.7 else "B" if value > 2.2 else ""
            cells.append({
                "template": template,
                "region": code,
                "employment": 400.0 + 100 * i,
                "excess_jobs": (400.0 + 100 * i) * (1 - 1 / (value * 1.1)),
                "lq_jobs": value * 1.1,
                "lq_jobs_lower": value * 1.1,
                "lq_jobs_upper": value * 1.1,
                "establishments": 10.0 + i,
                "lq_plants": value * 1.05,
                "lq_plants_smoothed": value,
                "lq_plants_lower": value * 0.8,
                "lq_plants_upper": value * 1.3,
                "p_plants": 0.2 / (i + 1),
                "q_plants": 0.3 / (i + 1),
                "p_rest": 0.2 / (i + 1),
                "q_rest": 0.3 / (i + 1),
                "p_exceptional": 0.2 / (i + 1),
                "q_exceptional": 0.3 / (i + 1),
                "n_members": 3,
                "n_linked": 2.0,
                "largest_plant_share": 0.2,
                "share_imputed": 0.3 if code == "R03" else 0.0,
                "grade": grade,
                "grade_at_lower_bar": grade,
                "grade_at_higher_bar": "B" if grade else "",
                "reason": "",
            })
    cells = pd.DataFrame(cells)
    held = cells["region"].eq("R06") & cells["template"].eq("T02")
    numbers = ["employment", "excess_jobs"]
    numbers += [c for c in cells if c.startswith(("lq_", "p_", "q_"))]
    cells.loc[held, numbers] = np.nan
    cells.loc[held, "reason"] = "withheld"
    chosen = {"C001": ("T01", ["R11", "R12"]), "C002": ("T02", ["R01", "R02", "R05"])}
    of = {"T01": "A;B;C", "T02": "D;E"}
    table = gpd.GeoDataFrame(
        [
            {
                "grade": "A" if t == "T01" else "C",
                "label": templates.labels[t],
                "kind": t,
                "level": "template",
                "template": t,
                "industries": of[t],
                "regions": ";".join(rs),
                "n_regions": len(rs),
                "grades": "B;A" if t == "T01" else "C;C;C",
                "form": "many_plants" if t == "T01" else "unknown",
                "employment": 2500.0,
                "excess_jobs": 1400.0,
                "lq_jobs": 2.4,
                "lq_jobs_lower": 2.4,
                "lq_jobs_upper": 2.4 if t == "T01" else 2.9,
                "establishments": 60.0,
                "lq_plants": 2.2,
                "lq_plants_lower": 1.9,
                "lq_plants_upper": 2.6,
                "q_plants": 0.002,
                "q_rest": 0.003,
                "q_exceptional": 0.004,
                "n_members": 3,
                "n_linked": 2.0,
                "linked_in": "colocation",
                "largest_plant_share": 0.2,
                "share_imputed": 0.0 if t == "T01" else 0.12,
                "plants_needed": 50.0 if t == "T01" else 75.0,
                "why_not_higher": "" if t == "T01" else "plants_below_bar",
                "grade_at_lower_bar": "A" if t == "T01" else "C",
                "grade_at_higher_bar": "B" if t == "T01" else "C",
                "edge_region": t == "T02",
                "flags": "edge_region" if t == "T02" else "",
                "geometry": regions.geometry[rs].union_all(),
            }
            for t, rs in chosen.values()
        ],
        index=pd.Index(list(chosen), name="cluster"),
        crs=4326,
    )
    members = pd.DataFrame([
        {"cluster": c, "region": r, "industry": i, "employment": 300.0, "lq_jobs": 2.0}
        for c, (t, rs) in chosen.items()
        for r in rs
        for i in membership.index[membership.eq(t).fillna(False).astype(bool)]
    ])
    gaps = pd.DataFrame({
        "cluster": ["C001", "C002"],
        "industry": ["C", "E"],
        "lq_jobs": [0.4, np.nan],
        "supply_weight": [0.3, 0.2],
        "state": ["thin", "missing"],
    })
    listed = [(r, c, t) for c, (t, rs) in chosen.items() for r in rs]
    shared = [c for c in cells if c not in ("template", "region")]
    by_cell = cells.set_index(["template", "region"])
    concentrations = pd.DataFrame([
        {
            "region": r,
            "rank": 1,
            **table.loc[c, ["kind", "level", "label", "template", "industries"]],
            **by_cell.loc[(t, r), shared],
            "grade": "C" if t == "T02" else "A" if r == "R12" else "B",
            **table.loc[c, ["plants_needed", "why_not_higher", "form"]],
            "cluster": c,
        }
        for r, c, t in sorted(listed)
    ])
    alone = by_cell.loc[("T01", "R12")].to_dict() | {
        "region": "R12", "rank": 2, "kind": "F", "level": "industry",
        "label": "Name of F", "template": "none", "industries": "F", "grade": "C",
        "establishments": 1.0, "employment": 987.0, "plants_needed": 9.0,
        "why_not_higher": "plants_below_bar;few_plants", "form": "one_employer",
        "cluster": "",
    }  # fmt: skip
    concentrations = pd.concat(
        [concentrations, pd.DataFrame([alone])], ignore_index=True
    )[[
        "region", "rank", "kind", "level", "label", "template", "industries", *shared,
        "plants_needed", "why_not_higher", "form", "cluster",
    ]]  # fmt: skip
    candidates = CandidateClusters(
        table=table,
        concentrations=concentrations,
        members=members,
        gaps=gaps,
        cells=cells,
        params={
            "preset": "x",
            "bar": 1.5,
            "sensitivity": (1.25, 2.0),
            "concept_used": "establishments",
        },
    )
    said = [
        ("confirmed", "P1", "R12", "C001", 2.3),
        ("no_footprint", "P1", "R12", "", 0.7),
        ("thin", "P2", "R02", "C002", 2.0),
        ("emerging", "P3", "R04", "", 1.3),
        ("not_separable", "P3", "R04", "", np.nan),
        ("unknown_list_incomplete", "P2", "R02", "", 1.0),
        ("undeclared", "", "R01;R05", "C002", 2.1),
    ]
    verdicts = pd.DataFrame([
        {
            "record": f"D{i}",
            "place": place,
            "place_name": (HOSTILE[i % 5] if hostile else f"Place {place}"),
            "field": f"field{i}",
            "label": HOSTILE[i % 5] if hostile else f"Label {i}",
            "regions": region,
            "verdict": verdict,
            "declared": "yes" if place else "no",
            "grade": "B",
            "lq_jobs": value,
            "lq_jobs_lower": value,
            "lq_jobs_upper": value,
            "lq_plants": value,
            "lq_plants_lower": value,
            "lq_plants_upper": value,
            "q_plants": 0.04,
            "q_rest": 0.05,
            "plants_needed": 15.0,
            "grade_at_lower_bar": "B",
            "grade_at_higher_bar": "C",
            "employment": 1000.0,
            "n_plants": 20.0,
            "linkage": 0.4,
            "trend": np.nan,
            "relatedness_density": 0.3,
            "mappability": 0.8,
            "candidate": candidate,
            "match_score": 0.5,
            "posterior": 0.7,
            "reason": "lq_above",
            "evidence_en": f"{bad}LQ {value}",
            "evidence_de": f"{bad}LQ von {value}",
            "would_change_en": "Finer data.",
            "would_change_de": "Feinere Daten.",
        }
        for i, (verdict, place, region, candidate, value) in enumerate(said)
    ])
    comparison = Comparison(
        verdicts=verdicts,
        agreement=pd.DataFrame(
            {"value": [0.2, 0.5], "lower": [0.0, 0.3], "upper": [0.4, 0.7]},
            index=pd.Index(["kappa", "ac1"], name="statistic"),
        ),
        by_method=pd.DataFrame({
            "method": ["own_expertise"],
            "n": [5],
            "share_confirmed": [0.4],
        }),
        sensitivity=pd.DataFrame({"tolerance": [0, 1], "confirmed": [1, 2]}),
        posterior=pd.DataFrame({"field": ["field0"], "posterior": [0.7]}),
        params={"tolerance": 1},
    )
    places = pd.DataFrame({
        "place": ["P1", "P2", "P3"],
        "name": ["Place P1", "Place P2", "Place P3"],
        "regions": [[("R12", 1.0)], [("R02", 1.0)], [("R04", 0.6), ("R08", 0.4)]],
        "population": [6e4, 7e4, 8e4],
        "asked": True,
        "answered": True,
        "stratum": "all",
        "exhaustive": [True, False, True],
    })
    layer = nx.Graph(
        layer="colocation",
        kind="industry",
        absent="zero",
        observed=list(industries),
        source="toy",
        unit="index",
    )
    layer.add_weighted_edges_from([
        ("A", "B", 0.9),
        ("B", "C", 0.7),
        ("A", "C", 0.5),
        ("D", "E", 0.8),
        ("C", "D", 0.1),
    ])
    stack = layer.copy()
    stack.graph["coverage"] = pd.DataFrame({
        "layer": ["colocation"],
        "n_nodes": [6],
        "n_edges": [5],
        "share_pairs": [1.0],
    })
    research = nx.Graph(
        layer="research",
        kind="place",
        absent="zero",
        observed=codes,
        source="toy",
        unit="shares",
    )
    research.add_weighted_edges_from([
        (a, b, 1.0 + i) for i, (a, b) in enumerate(zip(codes, codes[3:], strict=False))
    ])
    return Result(
        title=f"{bad}Toy study",
        language="en",
        economy=economy,
        regions=regions,
        concentration=tidy,
        industries=pd.DataFrame(
            {"gamma": [0.1, 0.02, 0.0, 0.05, 0.2, 0.01], "p_value": 0.01},
            index=industries,
        ),
        layers={"colocation": layer},
        place_networks={"research": research},
        stack=stack,
        templates=templates,
        candidates=candidates,
        survey=Survey(
            places=places,
            answers=pd.DataFrame(columns=["place", "question", "option", "value"]),
            declared=pd.DataFrame(columns=["record", "place", "label", "fields"]),
            codebook=pd.DataFrame(columns=["question", "option", "type", "base"]),
        ),
        fields=pd.DataFrame({
            "field": ["field0"],
            "classification": "toy",
            "code": "A",
            "role": "core",
            "weight": 1.0,
            "basis": "own reading",
            "label_de": "Feld",
            "label_en": "Field",
        }),
        comparison=comparison,
        monitoring=None,
        truth=None,
        provenance=Provenance(versions={"clusterid": "0.1.0"}, published=True),
        warnings=("Toy warning",),
    )
