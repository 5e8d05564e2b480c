"""A simulated survey whose answers follow the published shares of 2007/08."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from clusterid.simulation._design import Design
    from clusterid.simulation._rules import RecordRules

    #: by option: which places name it, and on which place of the top three
    _Named = Mapping[str, NDArray[np.bool_]]
    _Ranks = Mapping[str, NDArray[np.float64]]

__all__ = ["SimulatedSurvey", "simulated_survey"]

#: Published shares that the simulated answers follow; see the file on its sources.
_SHARES = tomllib.loads(
    Path(__file__).with_name("survey_shares.toml").read_text("utf-8")
)
_OF_PLACES = {key: of / out_of for key, (of, out_of) in _SHARES["places"].items()}
_LEXICON = [
    "field", "classification", "code", "role", "weight", "basis", "label_de",
    "label_en",
]  # fmt: skip
#: Ways of identifying that find a real cluster more often than a mere label.
_MEASURED = ("concentration_measure", "network_analysis", "value_chain")
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
    share: float,
    n: int,
    rng: np.random.Generator,
    odds: NDArray[np.float64] | None = None,
) -> NDArray[np.bool_]:
    """Return exactly ``round(share * n)`` true values, drawn by odds."""
    chosen = np.zeros(n, dtype=bool)
    k = round(share * n)
    if k:
        p = None if odds is None else odds / odds.sum()
        chosen[rng.choice(n, size=k, replace=False, p=p)] = True
    return chosen


def simulated_survey(
    design: Design, rules: RecordRules, rng: np.random.Generator
) -> SimulatedSurvey:
    """Ask simulated municipalities; see :func:`simulate_economy` for the options."""
    place_rng, answer_rng, label_rng = rng.spawn(3)
    asked = rules.n_places
    if asked is None:
        asked = round(188 / 401 * len(design.regions))
    places = _places(design, max(asked, 4), place_rng)
    real = _real_fields(design, places)
    answered = np.flatnonzero(places["answered"].to_numpy())
    n = len(answered)
    # towns with a cluster are likelier to have a strategy, and to have it in several
    odds = np.array([1.0 + 15.0 * len(real[i]) for i in answered])
    strategy = _quota(_OF_PLACES["strategy"], n, answer_rng, odds)
    active = np.flatnonzero(strategy)
    share = min(1.0, _OF_PLACES["one"] * n / max(len(active), 1))
    one = _quota(share, len(active), answer_rng)
    concepts = np.full(n, "none", dtype=object)
    concepts[active] = np.where(one, "one", "several")
    ids = places["place"].to_numpy()
    answers = _answers(ids[answered], strategy, concepts, answer_rng)
    active_places = [
        _ActivePlace(str(ids[i]), real[i], concept == "one")
        for i, concept in zip(answered[strategy], concepts[strategy], strict=True)
    ]
    declared, truth = _declared(design, active_places, rules, label_rng)
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
    answered = _quota(_OF_PLACES["answered"], n_places, rng, odds)
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
    """Return what each place answers to each option, and its top three."""
    active = ids[strategy]
    odds = np.where(strategy, 1.5, 0.5)
    reports = _quota(_OF_PLACES["monitoring"], len(ids), rng, odds)
    forms = _SHARES["monitoring_forms"]
    asked: list[tuple[str, NDArray[np.object_], _Named, _Ranks]] = [
        ("strategy", ids, {"yes": strategy}, {}),
        ("concepts", ids, {o: concepts == o for o in ("none", "one", "several")}, {}),
        ("monitoring", ids, {"yes": reports}, {}),
        (
            "monitoring_forms",
            active,
            {o: _quota(share, len(active), rng) for o, share in forms.items()},
            {},
        ),
    ]
    for question, who in (("themes", ids), ("goals", active)):
        shares = _SHARES[question]
        named = {o: _quota(s, len(who), rng) for o, (s, _) in shares.items()}
        asked.append((question, who, named, _top_three(named, shares, rng)))
    parts = [
        pd.DataFrame({
            "place": who,
            "question": question,
            "option": option,
            "value": np.where(yes, "yes", "no"),
            "rank": ranks.get(option, np.nan),
        })
        for question, who, named, ranks in asked
        for option, yes in named.items()
    ]
    table = pd.concat(parts, ignore_index=True)
    # some themes are left unanswered: missing is not no
    blank = (table["question"] == "themes") & table["rank"].isna()
    blank &= (table["value"] == "no") & (rng.random(len(table)) < 0.02)
    table.loc[blank, "value"] = "missing"
    table["rank"] = table["rank"].astype("Int64")
    return table.sort_values(["place", "question", "option"], ignore_index=True)


def _top_three(
    named: _Named, shares: Mapping[str, tuple[float, float]], rng: np.random.Generator
) -> _Ranks:
    """Rank three of the options each place named, by the odds of being on top.

    Odds ``q / (share - q)`` of a ranked share q, with Gumbel noise: an exact draw
    without replacement of three options, one after the other.
    """
    yes = np.array(list(named.values()))
    pairs = [shares[option] for option in named]
    ratio = np.array([top / max(share - top, 0.05) for share, top in pairs])
    score = np.log(ratio)[:, None] + rng.gumbel(size=yes.shape)
    score = np.where(yes, score, -np.inf)
    order = np.argsort(-score, axis=0, kind="stable")
    rank = np.full(yes.shape, np.nan)
    for place in range(3):
        rows, columns = order[place], np.arange(yes.shape[1])
        valid = yes[rows, columns]
        rank[rows[valid], columns[valid]] = place + 1
    return dict(zip(named, rank, strict=True))


@dataclass(frozen=True, slots=True)
class _ActivePlace:
    """A place with a strategy: its planted fields by strength, one concept or more."""

    place: str
    real: Mapping[str, float]
    has_one: bool


def _named_fields(
    here: _ActivePlace,
    fashion: pd.Series,
    rules: RecordRules,
    rng: np.random.Generator,
) -> list[str]:
    """Return what a place declares: fields it has, with odds, and fashionable ones."""
    found = [f for f in sorted(here.real) if rng.random() < rules.hit_rate]
    number = 1 if here.has_one else int(rng.choice([2, 3, 4], p=_SEVERAL))
    extra = max(number - len(found), 0)
    if found:
        extra = int(rng.binomial(extra, rules.false_labels))
    rest = fashion[~fashion.index.isin(list(here.real))]
    if not len(rest) or not extra:
        return found[:number]
    odds = rest.to_numpy()
    drawn = rng.choice(
        rest.index.to_numpy(),
        size=min(extra, len(rest)),
        replace=False,
        p=odds / odds.sum(),
    )
    return (found + sorted(drawn.tolist()))[:number]


def _as_written(field: str, label: str, vague: float) -> tuple[str, list[str]]:
    """Return a mere label as a place writes it: one in ten is no field of the tree."""
    if vague < 0.06:
        return _VAGUE[1][1], [_VAGUE[1][0]]
    if vague < 0.10:
        return _VAGUE[0][int(vague * 1000) % 2], []
    return label, [field]


def _declared(
    design: Design,
    places: list[_ActivePlace],
    rules: RecordRules,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what active places declare, and which of it is backed by a cluster."""
    kinds = design.industries.templates.drop_duplicates("field").set_index("field")
    fashion = pd.Series(np.exp(rng.normal(0.0, 0.8, len(kinds))), index=kinds.index)
    records: list[tuple[str, str, str, list[str]]] = []
    truth: list[tuple[str, str, str | None, bool, float]] = []
    for here in places:
        for field in _named_fields(here, fashion, rules, rng):
            label, codes, vague = str(kinds["label_de"][field]), [field], rng.random()
            if field not in here.real:
                label, codes = _as_written(field, label, vague)
            lq = here.real.get(field, 1.0)
            record = f"D{len(records) + 1:04d}"
            records.append((record, here.place, label, codes))
            code = codes[0] if codes else None
            truth.append((record, here.place, code, lq > 1.0, lq))
    declared = pd.DataFrame(records, columns=["record", "place", "label", "fields"])
    backed = pd.DataFrame(truth, columns=["record", "place", "field", "is_real", "lq"])
    n = len(declared)
    age = np.minimum(rng.gamma(2.0, 3.0, n).round(), 25).astype(int)
    declared["year_founded"] = pd.array(rules.year - 1 - age, dtype="Int64")
    is_real = backed["is_real"].to_numpy(dtype=bool)
    for name in ("identified_by", "initiated_by", "funded_by"):
        ticks = {
            option: _quota(
                share, n, rng, 1.0 + 2.0 * is_real if option in _MEASURED else None
            )
            for option, share in _SHARES[name].items()
        }
        declared[name] = [[o for o in ticks if ticks[o][k]] for k in range(n)]
    declared["source"] = "simulated survey"
    return declared, backed


def _fields(design: Design) -> pd.DataFrame:
    """Return the lexicon: the planted definitions, and one field codes cannot hold."""
    templates = design.industries.templates
    kept = ["field", "industry", "label_de", "label_en"]
    table = templates[kept].assign(
        role="core", weight=1.0, basis="simulated: the planted definition"
    )
    hosts = (
        templates
        .drop_duplicates("template")
        .iloc[:4][kept]
        .assign(
            field=_VAGUE[1][0],
            label_de=_VAGUE[1][1],
            label_en="Nanotechnology",
            role="host",
            weight=0.05,
            basis="simulated: a technology spread thinly over many industries",
        )
    )
    both = pd.concat([table, hosts], ignore_index=True)
    both = both.rename(columns={"industry": "code"})
    both["classification"] = design.industries.classification
    return both[_LEXICON].sort_values(["field", "code"], ignore_index=True)
