"""Declared clusters with error: do verdicts and posteriors tell the real ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from clusterid.comparison import VERDICTS, compare
from clusterid.networks import skill_network, supply_network
from clusterid.simulation import simulate_economy
from clusterid.survey import read_survey
from validation.recovery import _methods as methods
from validation.recovery._reliability import brier, reliability
from validation.recovery._scenarios import JUDGING_SEED

#: What places do: declare what they have (hit rate), add mere labels (false labels).
SURVEYS: dict[str, dict[str, float]] = {
    "careful": {"hit_rate": 0.95, "false_labels": 0.1},
    "as by default": {"hit_rate": 0.85, "false_labels": 0.6},
    "fashionable": {"hit_rate": 0.6, "false_labels": 1.0},
}
PATHWAYS = ("plants", "jobs alone")
#: Verdicts on a field that has a grade: A or B; C, where one employer may carry the
#: jobs; D. Without plants C is the highest grade.
BY_PLANTS, GRADED = ("confirmed", "thin"), ("confirmed_jobs_only", "niche")


def declared(
    replicates: int, surveys: Sequence[str] = tuple(SURVEYS), **size: Any
) -> dict[str, pd.DataFrame]:
    """Return verdicts against the truth, and the calibration of the posterior."""
    rows = []
    for name in surveys:
        for number in range(replicates):
            seed = JUDGING_SEED + 300 + number
            sim = simulate_economy(seed=seed, **SURVEYS[name], **size)
            for pathway in PATHWAYS:
                verdicts = _verdicts(sim, pathway)
                rows.append(verdicts.assign(survey=name, pathway=pathway))
    table = pd.concat(rows, ignore_index=True)
    by = ["pathway", "survey"]
    known = table[table["posterior"].notna()]
    scores = {
        key: brier(part["posterior"].to_numpy(), part["is_real"].to_numpy())
        for key, part in known.groupby(by, sort=False)
    }
    result = {
        "declared: what the surveys are like": _surveys(table),
        "declared: verdicts": _by_verdict(table),
        "declared: recovery": _recovery(table, by),
        "declared: Brier score of the posterior": pd.DataFrame(scores).T.rename_axis(
            by
        ),
    }
    for pathway in PATHWAYS:
        part = known[known["pathway"].eq(pathway)]
        result[f"declared: calibration of the posterior, {pathway}"] = reliability(
            part["posterior"].to_numpy(), part["is_real"].to_numpy()
        )
    return result


def _verdicts(sim: Any, pathway: str) -> pd.DataFrame:
    """Return verdict, posterior and truth of every declared field."""
    economy = sim.economy()
    if pathway == "jobs alone":
        economy = methods.jobs_alone(economy)
    found = compare(
        None,
        read_survey(sim.places, sim.answers, sim.declared),
        sim.fields,
        economy=economy,
        regions=sim.regions,
        layers={"supply": supply_network(sim.flows), "skill": skill_network(sim.links)},
        collaborations=sim.collaborations,
        permutations=99,
    )
    truth = sim.truth.declared[["record", "is_real", "lq"]]
    truth = truth.rename(columns={"lq": "planted_lq"})
    rows = found.verdicts[found.verdicts["record"].notna()]
    columns = ["record", "verdict", "reason", "posterior"]
    return rows[columns].merge(truth, on="record")


def _surveys(table: pd.DataFrame) -> pd.DataFrame:
    part = table[table["pathway"].eq(PATHWAYS[0])]
    return part.groupby("survey", sort=False).agg(
        records=("record", "size"), real=("is_real", "mean")
    )


def _by_verdict(table: pd.DataFrame) -> pd.DataFrame:
    """Return how many records of each verdict there are, and how many are real."""
    by = table.groupby(["pathway", "verdict"], sort=False)["is_real"]
    counts = by.agg(records="size", real="sum", share="mean").reset_index()
    order = {verdict: k for k, verdict in enumerate(VERDICTS)}
    counts["order"] = counts["verdict"].map(order)
    counts = counts.sort_values(["pathway", "order"], ascending=[False, True])
    counts["real"] = counts["real"].astype(int)
    counts = counts.rename(columns={"share": "share real"})
    return counts.drop(columns="order").set_index(["pathway", "verdict"])


def _recovery(table: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Return precision of either verdict, and how many of the real ones have a grade.

    Of the records that can be measured; ``thin`` is a confirmed concentration.
    """
    rows = []
    for key, part in table.groupby(by, sort=False):
        part = part[part["verdict"].ne("not_separable")]
        sure = part["verdict"].isin(BY_PLANTS)
        yes = sure | part["verdict"].isin(GRADED)
        no = part["verdict"].eq("no_footprint")
        real = part["is_real"].astype(bool)
        rows.append({
            **dict(zip(by, key, strict=True)),
            "measurable": len(part),
            "confirmed or thin": int(sure.sum()),
            "of these real": float(real[sure].mean()),
            "any grade": int(yes.sum()),
            "of graded ones real": float(real[yes].mean()),
            "real ones confirmed or thin": float(sure[real].mean()),
            "real ones graded": float(yes[real].mean()),
            "no footprint": int(no.sum()),
            "of these without a cluster": float((~real)[no].mean()),
            "labels without a cluster so called": float(no[~real].mean()),
            "neither": float((~yes & ~no).mean()),
        })
    return pd.DataFrame(rows).set_index(by)
