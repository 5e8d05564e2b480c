"""Who says what: items, their options and bases, and responses unit by unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from clusterid.errors import OptionError, check_option

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from clusterid.survey._survey import Survey

__all__ = ["CLUSTER_ITEMS", "base_of", "groups_of", "labels_of", "responses",
           "weights_of"]  # fmt: skip

#: items that stand in the table of declared clusters, one row a cluster
CLUSTER_ITEMS = ("identified_by", "initiated_by", "funded_by", "fields")


def responses(survey: Survey, item: str) -> pd.DataFrame:
    """Return units x options of an item: 1 ticked, 0 not, NaN missing.

    Units are places that answered, or records for what is asked by cluster.
    """
    check_option("item", item, _items(survey))
    rows = survey.codebook["question"].eq(item)
    listed = [str(option) for option in survey.codebook.loc[rows, "option"]]
    if item in CLUSTER_ITEMS:
        ticks = survey.declared.set_index("record")[item]
        options = listed + sorted({o for said in ticks for o in said} - set(listed))
        table = pd.DataFrame(
            {o: [float(o in said) for said in ticks] for o in options},
            index=ticks.index,
        )
        # a record that says nothing at all on the item is missing, not a no
        table[ticks.map(len).eq(0)] = np.nan
        return table
    asked = survey.answers[survey.answers["question"].eq(item)]
    asked = asked.assign(tick=asked["value"].map({"yes": 1.0, "no": 0.0}))
    wide = asked.pivot(index="place", columns="option", values="tick").astype(float)
    options = [o for o in listed if o in wide.columns]
    wide = wide[options + [o for o in wide.columns if o not in options]]
    if base_of(survey, item) == "responding":
        places = survey.places
        wide = wide.reindex(
            sorted(places.loc[places["answered"].astype(bool), "place"])
        )
    wide.columns.name = None
    return wide


def base_of(survey: Survey, item: str) -> str:
    """Return the base of an item: who was asked it."""
    if item in CLUSTER_ITEMS:
        return "clusters"
    if "base" not in survey.codebook.columns:
        return "responding"
    rows = survey.codebook.loc[survey.codebook["question"].eq(item), "base"]
    return str(rows.iloc[0]) if len(rows) else "responding"


def labels_of(survey: Survey, item: str) -> pd.DataFrame:
    """Return the codebook of an item, by option."""
    rows = survey.codebook[survey.codebook["question"].eq(item)]
    return rows.drop_duplicates("option").set_index("option")


def weights_of(
    survey: Survey, units: pd.Index, item: str, weights: pd.Series | str | None
) -> NDArray[np.float64]:
    """Return the weight of each unit: that of its place, 1 without weights."""
    if weights is None:
        return np.ones(len(units))
    if isinstance(weights, str):
        check_option("weights", weights, ("raking",))
        weights = survey.weights()
    place = _places_of(survey, units, item)
    found = weights.reindex(place).to_numpy(dtype=float)
    without = np.isnan(found)
    if without.any():
        missing = sorted(set(place[without]))[:5]
        raise OptionError(
            f"weights= has no weight for {int(without.sum())} units "
            f"(places {', '.join(missing)}); give one by place."
        )
    return found


def groups_of(
    survey: Survey, units: pd.Index, item: str, by: str | None
) -> tuple[pd.Series, dict[str, int]]:
    """Return the group of each unit, and how many units each group has in all."""
    countable = base_of(survey, item) == "responding"
    asked = survey.places[survey.places["asked"].astype(bool)].set_index("place")
    if by is None:
        population = {"all": len(asked)} if countable else {}
        return pd.Series("all", index=units), population
    place = _places_of(survey, units, item)
    if by in survey.places.columns and by != "regions":
        rows = survey.places.set_index("place", drop=False)
        value = rows[by].astype("str").fillna("unknown")
        counts = value.reindex(asked.index).value_counts()
        population = {str(k): int(v) for k, v in counts.items()}
        group = pd.Series(value.reindex(place).to_numpy(), index=units)
        return group.fillna("unknown"), population if countable else {}
    columns = [column for column in survey.places.columns if column != "regions"]
    check_option("by", by, [*columns, *_questions(survey)])
    option = _single_answer(responses(survey, by), by)
    group = pd.Series(option.reindex(place).to_numpy(), index=units)
    return group.astype("str").fillna("unknown"), {}


def _single_answer(ticks: pd.DataFrame, by: str) -> pd.Series:
    """Return the one option that each unit ticked, missing where none."""
    chosen = ticks.eq(1.0)
    if ticks.shape[1] == 1:
        return ticks.iloc[:, 0].map({1.0: "yes", 0.0: "no"})
    if chosen.sum(axis=1).max() > 1:
        raise OptionError(f"by={by!r} allows several answers; give a single one.")
    return chosen.idxmax(axis=1).where(chosen.any(axis=1))


def _questions(survey: Survey) -> list[str]:
    asked = set(survey.answers["question"])
    known = [q for q in dict.fromkeys(survey.codebook["question"]) if q in asked]
    return [*known, *sorted(asked - set(known))]


def _items(survey: Survey) -> list[str]:
    return [*_questions(survey), *CLUSTER_ITEMS]


def _places_of(survey: Survey, units: pd.Index, item: str) -> pd.Index:
    if item not in CLUSTER_ITEMS:
        return units
    place = survey.declared.set_index("record")["place"]
    found: pd.Index = pd.Index(place.reindex(units))
    return found
