"""A simulated survey whose answers follow the published shares of 2007/08."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clusterid.simulation._design import Design

__all__ = ["SimulatedSurvey", "simulated_survey"]

# Published (Floeting 2008; Difu, press release of 2 December 2008): 188 municipalities
# asked, 144 answered; strategy 62 %, one concept more than a quarter, several 37 %;
# agency initiated over 90 %, business 37 %; money municipal over 70 %, private half,
# other public over 40 %; state recorded by less than half; of the active, continuous
# data 36 %, comparison 29 %. Of the rest only an order is published: the shares below
# keep that order and are invented.
_ANSWERED = 144 / 188
_STRATEGY = 90 / 144
_ONE = 37 / 144
_MONITORING = 0.45
_FORMS = {
    "periodic_assessment": 0.60,
    "continuous_data": 0.36,
    "comparison": 0.29,
    "balance_sheets": 0.14,
    "knowledge_balance": 0.06,
}
_IDENTIFIED = {
    "own_expertise": 0.70,
    "external_experts": 0.60,
    "moderation": 0.38,
    "dynamics_estimate": 0.34,
    "concentration_measure": 0.14,
    "value_chain": 0.12,
    "network_analysis": 0.10,
    "competition": 0.02,
}
_INITIATED = {
    "agency": 0.91,
    "business": 0.37,
    "chambers": 0.30,
    "universities": 0.22,
    "others": 0.12,
}
_FUNDED = {"municipal": 0.72, "private": 0.50, "other_public": 0.42}
#: share naming the theme, share ranking it among the top three
_THEMES = {
    "land": (0.86, 0.62),
    "location_marketing": (0.84, 0.47),
    "networks": (0.82, 0.20),
    "start_ups": (0.80, 0.22),
    "university_business": (0.76, 0.18),
    "retail": (0.72, 0.20),
    "city_marketing": (0.70, 0.12),
    "school_business": (0.66, 0.04),
    "skills_shortage": (0.62, 0.10),
    "cluster_policy": (0.58, 0.34),
    "technology_policy": (0.56, 0.16),
    "infrastructure": (0.55, 0.12),
    "inter_municipal": (0.52, 0.06),
    "labour_market": (0.48, 0.08),
    "regional_marketing": (0.45, 0.08),
    "knowledge_creative": (0.38, 0.06),
    "local_economy": (0.33, 0.04),
    "sustainability": (0.28, 0.03),
    "eu_oriented": (0.25, 0.02),
}
#: the published direction: attention, persons and start-ups fall when ranked; firm
#: networks, retention, jobs, internationalisation and brand rise
_GOALS = {
    "network_firms": (0.88, 0.55),
    "attention": (0.84, 0.15),
    "network_persons": (0.80, 0.13),
    "competitiveness": (0.78, 0.40),
    "support_start_ups": (0.74, 0.12),
    "science_business": (0.72, 0.26),
    "attract_firms": (0.70, 0.36),
    "retain_firms": (0.68, 0.36),
    "innovation_potential": (0.60, 0.16),
    "create_jobs": (0.58, 0.30),
    "secure_jobs": (0.56, 0.30),
    "new_technology": (0.48, 0.08),
    "brand": (0.40, 0.28),
    "internationalisation": (0.32, 0.21),
}
#: odds of two, three, four named clusters where a place has several (invented)
_SEVERAL = (0.6, 0.3, 0.1)
_VAGUE = (("Zukunftsindustrien", "Kreative Stadt"), ("nano", "Nanotechnologie"))


@dataclass(frozen=True, slots=True)
class SimulatedSurvey:
    """Tables of a simulated survey, and which records are backed by a cluster."""

    places: pd.DataFrame
    answers: pd.DataFrame
    declared: pd.DataFrame
    fields: pd.DataFrame
    truth: pd.DataFrame


def _quota(
    share: float, n: int, rng: np.random.Generator, odds: NDArray[np.float64] | None
) -> NDArray[np.bool_]:
    """Return exactly ``round(share * n)`` true values, drawn by odds."""
    chosen = np.zeros(n, dtype=bool)
    k = round(share * n)
    if k:
        p = None if odds is None else odds / odds.sum()
        chosen[rng.choice(n, size=k, replace=False, p=p)] = True
    return chosen


def simulated_survey(
    design: Design,
    *,
    n_places: int,
    hit_rate: float,
    false_labels: float,
    year: int,
    rng: np.random.Generator,
) -> SimulatedSurvey:
    """Ask simulated municipalities; see :func:`simulate_economy` for the options."""
    place_rng, answer_rng, label_rng = rng.spawn(3)
    places = _places(design, n_places, place_rng)
    real = _real_fields(design, places)
    answered = np.flatnonzero(places["answered"].to_numpy())
    n = len(answered)
    # towns with a cluster are likelier to have a strategy, and to have it in several
    odds = np.array([1.0 + 15.0 * len(real[i]) for i in answered])
    strategy = _quota(_STRATEGY, n, answer_rng, odds)
    active = np.flatnonzero(strategy)
    one = _quota(
        min(1.0, _ONE * n / max(len(active), 1)), len(active), answer_rng, None
    )
    concepts = np.full(n, "none", dtype=object)
    concepts[active] = np.where(one, "one", "several")
    ids = places["place"].to_numpy()
    answers = _answers(ids[answered], strategy, concepts, answer_rng)
    declared, truth = _declared(
        design,
        places,
        real,
        answered[strategy],
        concepts[strategy],
        hit_rate,
        false_labels,
        year,
        label_rng,
    )
    return SimulatedSurvey(places, answers, declared, _fields(design), truth)


def _places(design: Design, n_places: int, rng: np.random.Generator) -> pd.DataFrame:
    frame = design.regions
    n_places = min(n_places, len(frame))
    density = (frame["population"] / frame["area_km2"]).to_numpy(float)
    chosen = np.sort(np.argsort(-density, kind="stable")[:n_places])
    ids = [f"M{k:03d}" for k in range(1, n_places + 1)]
    # one town in six is a part of its region only; one in fifteen covers two regions
    share = np.where(
        rng.random(n_places) < 1 / 6, rng.uniform(0.2, 0.45, n_places), 1.0
    )
    double = (share == 1.0) & (rng.random(n_places) < 1 / 15)
    lists, population = [], []
    for k, i in enumerate(chosen):
        own = [(str(frame.index[i]), round(float(share[k]), 2))]
        people = float(frame["population"].iloc[i]) * own[0][1]
        outside = [j for j in design.adjacent[i].tolist() if j not in chosen]
        if double[k] and outside:
            own.append((str(frame.index[outside[0]]), 1.0))
            people += float(frame["population"].iloc[outside[0]])
        lists.append(own)
        population.append(round(max(people, 50_000.0), -2))
    size = np.select(
        [np.array(population) >= 200_000, np.array(population) >= 100_000],
        ["large", "medium"],
        "small",
    )
    parent = frame["parent"].astype("str").to_numpy()[chosen]
    halves = sorted({p for p in parent if isinstance(p, str)})
    west = set(halves[: (len(halves) + 1) // 2])
    side = np.where([p in west for p in parent], "west", "east")
    odds = np.where(size == "large", 1.6, np.where(size == "medium", 1.2, 1.0))
    answered = _quota(_ANSWERED, n_places, rng, odds)
    places = pd.DataFrame({
        "place": ids,
        "name": [f"Town {k}" for k in ids],
        "regions": lists,
        "population": population,
        "asked": True,
        "answered": answered,
        "stratum": [f"{a}/{b}" for a, b in zip(side, size, strict=True)],
        "exhaustive": answered & (rng.random(n_places) < 0.8),
    })
    return places


def _real_fields(design: Design, places: pd.DataFrame) -> list[dict[str, float]]:
    """Return by place the fields planted in one of its regions, with their strength."""
    by_region: dict[str, dict[str, float]] = {}
    for row in design.clusters.itertuples():
        for region in str(row.regions).split(";"):
            known = by_region.setdefault(region, {})
            known[str(row.field)] = max(
                known.get(str(row.field), 0.0), float(str(row.lq))
            )
    result = []
    for regions in places["regions"]:
        found: dict[str, float] = {}
        for region, _ in regions:
            for field, lq in by_region.get(region, {}).items():
                found[field] = max(found.get(field, 0.0), lq)
        result.append(found)
    return result


def _answers(
    ids: NDArray[np.object_],
    strategy: NDArray[np.bool_],
    concepts: NDArray[np.object_],
    rng: np.random.Generator,
) -> pd.DataFrame:
    n = len(ids)
    parts: list[pd.DataFrame] = []

    def add(
        who: NDArray[np.object_],
        question: str,
        options: Mapping[str, NDArray[np.bool_]],
        rank: Mapping[str, NDArray[np.float64]] | None = None,
    ) -> None:
        for option, yes in options.items():
            parts.append(
                pd.DataFrame({
                    "place": who,
                    "question": question,
                    "option": option,
                    "value": np.where(yes, "yes", "no"),
                    "rank": np.nan if rank is None else rank[option],
                })
            )

    add(ids, "strategy", {"yes": strategy})
    add(ids, "concepts", {o: concepts == o for o in ("none", "one", "several")})
    add(
        ids,
        "monitoring",
        {"yes": _quota(_MONITORING, n, rng, np.where(strategy, 1.5, 0.5))},
    )
    active = ids[strategy]
    forms = {o: _quota(s, len(active), rng, None) for o, s in _FORMS.items()}
    add(active, "monitoring_forms", forms)
    for question, who, shares in (("themes", ids, _THEMES), ("goals", active, _GOALS)):
        named = {o: _quota(s, len(who), rng, None) for o, (s, _) in shares.items()}
        add(who, question, named, _top_three(named, shares, rng))
    # some themes are left unanswered: missing is not no
    table = pd.concat(parts, ignore_index=True)
    blank = (table["question"] == "themes") & table["rank"].isna()
    blank &= (table["value"] == "no") & (rng.random(len(table)) < 0.02)
    table.loc[blank, "value"] = "missing"
    table["rank"] = table["rank"].astype("Int64")
    return table.sort_values(["place", "question", "option"], ignore_index=True)


def _top_three(
    named: Mapping[str, NDArray[np.bool_]],
    shares: Mapping[str, tuple[float, float]],
    rng: np.random.Generator,
) -> dict[str, NDArray[np.float64]]:
    """Rank three of the options each place named, by the odds of being on top.

    Odds ``q / (share - q)`` of a ranked share q, with Gumbel noise: an exact draw
    without replacement of three options, one after the other.
    """
    options = list(named)
    yes = np.array([named[o] for o in options])
    ratio = np.array([shares[o][1] / max(shares[o][0] - shares[o][1], 0.05)
                      for o in options])  # fmt: skip
    score = np.log(ratio)[:, None] + rng.gumbel(size=yes.shape)
    score = np.where(yes, score, -np.inf)
    order = np.argsort(-score, axis=0, kind="stable")
    rank = np.full(yes.shape, np.nan)
    for place in range(3):
        rows, columns = order[place], np.arange(yes.shape[1])
        valid = yes[rows, columns]
        rank[rows[valid], columns[valid]] = place + 1
    return {o: rank[k] for k, o in enumerate(options)}


def _declared(
    design: Design,
    places: pd.DataFrame,
    real: list[dict[str, float]],
    active: NDArray[np.int64],
    concepts: NDArray[np.object_],
    hit_rate: float,
    false_labels: float,
    year: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let each active place declare: real fields with odds, fashionable ones beside."""
    labels = design.industries.templates.drop_duplicates("field").set_index("field")
    fields = labels.index.to_numpy()
    fashion = np.exp(rng.normal(0.0, 0.8, len(fields)))
    records: list[dict[str, Any]] = []
    truth: list[tuple[Any, ...]] = []
    for i, concept in zip(active.tolist(), concepts.tolist(), strict=True):
        found = [f for f in sorted(real[i]) if rng.random() < hit_rate]
        number = 1 if concept == "one" else int(rng.choice([2, 3, 4], p=_SEVERAL))
        rest = [f for f in fields if f not in real[i]]
        extra = max(number - len(found), 0)
        extra = int(rng.binomial(extra, false_labels)) if len(found) else extra
        odds = fashion[np.isin(fields, rest)]
        false: list[str] = []
        if rest and extra:
            draw = rng.choice(
                rest, size=min(extra, len(rest)), replace=False, p=odds / odds.sum()
            )
            false = sorted(draw.tolist())
        chosen = (found + false)[:number]
        for field in chosen:
            label = str(labels.loc[field, "label_de"])
            code: list[str] = [field]
            vague = rng.random()
            if field not in real[i] and vague < 0.06:
                label, code = _VAGUE[1][1], [_VAGUE[1][0]]
            elif field not in real[i] and vague < 0.10:
                label, code = _VAGUE[0][int(vague * 1000) % 2], []
            lq = real[i].get(field, 1.0) if code == [field] else 1.0
            record = f"D{len(records) + 1:04d}"
            place = str(places["place"].iloc[i])
            records.append({
                "record": record,
                "place": place,
                "label": label,
                "fields": code,
            })
            truth.append((record, place, code[0] if code else None, lq > 1.0, lq))
    declared = pd.DataFrame(records, columns=["record", "place", "label", "fields"])
    n = len(declared)
    is_real = np.array([row[3] for row in truth], dtype=bool)
    age = np.minimum(rng.gamma(2.0, 3.0, n).round(), 25).astype(int)
    declared["year_founded"] = pd.array(year - 1 - age, dtype="Int64")
    for name, shares in (
        ("identified_by", _IDENTIFIED),
        ("initiated_by", _INITIATED),
        ("funded_by", _FUNDED),
    ):
        measured = ("concentration_measure", "network_analysis", "value_chain")
        ticks = {
            option: _quota(
                share, n, rng, 1.0 + 2.0 * is_real if option in measured else None
            )
            for option, share in shares.items()
        }
        declared[name] = [[o for o in ticks if ticks[o][k]] for k in range(n)]
    declared["source"] = "simulated survey"
    columns = ["record", "place", "field", "is_real", "lq"]
    return declared, pd.DataFrame(truth, columns=columns)


def _fields(design: Design) -> pd.DataFrame:
    """Return the lexicon: the planted definitions, and one field codes cannot hold."""
    templates = design.industries.templates
    table = pd.DataFrame({
        "field": templates["field"],
        "classification": design.industries.classification,
        "code": templates["industry"],
        "role": "core",
        "weight": 1.0,
        "basis": "simulated: the planted definition",
        "label_de": templates["label_de"],
        "label_en": templates["label_en"],
    })
    hosts = templates.drop_duplicates("template")["industry"].iloc[:4]
    vague = pd.DataFrame({
        "field": _VAGUE[1][0],
        "classification": design.industries.classification,
        "code": hosts,
        "role": "host",
        "weight": 0.05,
        "basis": "simulated: a technology spread thinly over many industries",
        "label_de": _VAGUE[1][1],
        "label_en": "Nanotechnology",
    })
    both = pd.concat([table, vague], ignore_index=True)
    return both.sort_values(["field", "code"], ignore_index=True)
