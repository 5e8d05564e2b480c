"""What municipalities say: the tables of a survey and what can be read from them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clusterid._embedded import embedded_path
from clusterid._typed import check_types
from clusterid.errors import (
    DataWarning,
    OptionError,
    TableError,
    check_option,
    nearest,
)
from clusterid.survey._curveball import fixed_margins
from clusterid.survey._intervals import share_interval
from clusterid.survey._multiple_response import (
    MultipleResponseTest,
    marginal_independence,
)
from clusterid.survey._weights import design_effect, rake
from clusterid.tables import check_answers, check_declared, check_places

__all__ = ["Survey", "read_codebook", "read_survey"]

#: items that stand in the table of declared clusters, one row a cluster
_CLUSTER_ITEMS = ("identified_by", "initiated_by", "funded_by", "fields")


def read_codebook() -> pd.DataFrame:
    """Return the embedded codebook: questions, options, bases, labels de and en.

    Examples
    --------
    >>> read_codebook()["question"].unique()[:3].tolist()
    ['themes', 'strategy', 'concepts']
    """
    return pd.read_csv(
        embedded_path("survey", "codebook.csv"), dtype=str, keep_default_na=False
    )


def read_survey(
    places: Any,
    answers: Any = None,
    declared: Any = None,
    *,
    codebook: pd.DataFrame | None = None,
    regions: Any = None,
    fields: Any = None,
    columns: dict[str, dict[str, str]] | None = None,
) -> Survey:
    """Read and check the three tables of a survey; all faults are told at once.

    Parameters
    ----------
    places : path, DataFrame or Arrow table
        Places asked; see :func:`clusterid.tables.check_places`.
    answers : path, DataFrame or Arrow table, optional
        ``place``, ``question``, ``option``, ``value``, ``rank``.
    declared : path, DataFrame or Arrow table, optional
        ``record``, ``place``, ``label``, ``fields`` ...
    codebook : DataFrame, optional
        ``question``, ``option`` and labels; the embedded one by default.
    regions : regions table or codes, optional
        Known regions; a place elsewhere is a fault.
    fields : iterable of str, optional
        Known fields; another one is a fault.
    columns : mapping of table to mapping, optional
        Our column name to theirs, e.g. ``{"declared": {"record": "record_id"}}``.

    Returns
    -------
    Survey

    Raises
    ------
    TableError
        With every fault of all three tables.

    Examples
    --------
    >>> places = pd.DataFrame({"place": ["Z"], "regions": ["R1"]})
    >>> read_survey(places)
    <Survey: 1 places asked, 1 answered, 0 answers, 0 declared clusters>
    """
    check_types(read_survey, locals())
    columns = columns or {}
    for key in columns:
        check_option("columns", key, ("places", "answers", "declared"))
    book = read_codebook() if codebook is None else codebook
    faults: list[TableError] = []
    checked: dict[str, pd.DataFrame] = {}
    known = None
    try:
        checked["places"] = check_places(
            places, regions=regions, columns=columns.get("places")
        )
        known = checked["places"]
    except TableError as error:
        faults.append(error)
    for name, source in (("answers", answers), ("declared", declared)):
        if source is None:
            continue
        try:
            if name == "answers":
                checked[name] = check_answers(
                    source, places=known, codebook=book, columns=columns.get(name)
                )
            else:
                checked[name] = check_declared(
                    source, places=known, fields=fields, columns=columns.get(name)
                )
        except TableError as error:
            faults.append(error)
    if "declared" in checked:
        _say_unknown_words(checked["declared"], book)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        raise TableError(
            " and ".join(e.table for e in faults), [f for e in faults for f in e.faults]
        )
    empty_answers = pd.DataFrame(
        columns=["place", "question", "option", "value", "rank"]
    )
    empty_declared = pd.DataFrame(
        columns=["record", "place", "label", "fields", "year_founded", "identified_by",
                 "initiated_by", "funded_by", "source"]
    )  # fmt: skip
    return Survey(
        places=checked["places"],
        answers=checked.get("answers", empty_answers),
        declared=checked.get("declared", empty_declared),
        codebook=book,
    )


def _say_unknown_words(declared: pd.DataFrame, book: pd.DataFrame) -> None:
    """Warn of words of coded columns that the codebook does not list."""
    for column in ("identified_by", "initiated_by", "funded_by"):
        known = set(book.loc[book["question"].eq(column), "option"])
        said = [word for words in declared[column] for word in words]
        unknown = sorted({word for word in said if word not in known})
        if known and unknown:
            shown = ", ".join(map(repr, unknown[:5]))
            warnings.warn(
                f"declared clusters: {len(unknown)} words of {column} are not in the "
                f"codebook ({shown}{', ...' if len(unknown) > 5 else ''}); known are "
                f"{', '.join(sorted(known))}.{nearest(unknown[0], known)}",
                DataWarning,
                stacklevel=3,
            )


@dataclass(frozen=True, slots=True)
class Survey:
    """Places asked, what they answered, which clusters they declare.

    Parameters
    ----------
    places : DataFrame
        ``place``, ``name``, ``regions`` (list of (region, share)), ``population``,
        ``asked``, ``answered``, ``stratum``, ``exhaustive``.
    answers : DataFrame
        ``place``, ``question``, ``option``, ``value`` (yes, no, NaN), ``rank``.
    declared : DataFrame
        ``record``, ``place``, ``label``, ``fields``, ``year_founded``,
        ``identified_by``, ``initiated_by``, ``funded_by``, ``source``.
    codebook : DataFrame
        ``question``, ``option``, ``type``, ``base``, labels.
    """

    places: pd.DataFrame
    answers: pd.DataFrame
    declared: pd.DataFrame
    codebook: pd.DataFrame

    def weights(self, *, minimum: int = 5, cap: float = 3.0) -> pd.Series:
        """Return raking weights of the places that answered (index place, mean 1).

        Margins are the parts of ``stratum`` split at ``/`` (``west/large``), counted
        over the places asked; see :func:`clusterid.survey.rake`.
        """
        asked = self.places[self.places["asked"].astype(bool)]
        strata = asked["stratum"].astype("str").fillna("unknown")
        parts = strata.str.split("/", expand=True).fillna("unknown")
        parts.columns = [f"margin {k + 1}" for k in range(parts.shape[1])]
        parts.index = pd.Index(asked["place"])
        answered = asked["answered"].astype(bool).to_numpy()
        margins = {c: parts[c].value_counts() for c in parts.columns}
        return rake(parts[answered], margins, minimum=minimum, cap=cap)

    def responses(self, item: str) -> pd.DataFrame:
        """Return units x options of an item: 1 ticked, 0 not, NaN missing.

        Units are places that answered, or records for what is asked by cluster.
        """
        check_option("item", item, self._items())
        if item in _CLUSTER_ITEMS:
            rows = self.declared.set_index("record")[item]
            options = [o for o in self._options(item)]
            options += sorted({o for ticks in rows for o in ticks} - set(options))
            table = pd.DataFrame(
                {o: [float(o in ticks) for ticks in rows] for o in options},
                index=rows.index,
            )
            # a record that says nothing at all on the item is missing, not a no
            table[rows.map(len).eq(0)] = np.nan
            return table
        asked = self.answers[self.answers["question"].eq(item)]
        wide: Any = asked.assign(tick=asked["value"].map({"yes": 1.0, "no": 0.0}))
        wide = wide.pivot(index="place", columns="option", values="tick").astype(float)
        options = [o for o in self._options(item) if o in wide.columns]
        options += [o for o in wide.columns if o not in options]
        wide = wide[options]
        if self._base(item) == "responding":
            answered = self.places.loc[self.places["answered"].astype(bool), "place"]
            wide = wide.reindex(sorted(answered))
        wide.columns.name = None
        result: pd.DataFrame = wide
        return result

    def table(
        self,
        item: str,
        by: str | None = None,
        weights: pd.Series | str | None = None,
        *,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Tabulate an item: per cent of cases and of responses, with their bases.

        Parameters
        ----------
        item : str
            A question of the codebook (``"themes"``), or ``"identified_by"``,
            ``"initiated_by"``, ``"funded_by"``, ``"fields"`` of the declared clusters.
        by : str, optional
            A column of ``places`` (``"stratum"``), or a single-answer question
            (``"concepts"``).
        weights : Series by place, or "raking", optional
            Weights with mean 1; percentages are weighted, counts are not.
        level : float, default 0.95
            Confidence of the intervals.

        Returns
        -------
        DataFrame
            ``group``, ``option``, ``label_de``, ``label_en``, ``count``, ``base``
            (units with an answer), ``missing``, ``population`` (units there are, NaN
            where unknown), ``percent_of_cases``, ``percent_of_responses``, ``lower``,
            ``upper`` (Wilson with finite population, per cent), ``exact_lower``,
            ``exact_upper`` (hypergeometric), ``worst_lower``, ``worst_upper`` (if all
            silent places said no, or yes), ``design_effect``, ``base_name``,
            ``reason`` (why an interval is missing). Weighted tables have no exact
            interval.

        Raises
        ------
        OptionError
            If item, by or weights are not known.

        Notes
        -----
        Cases are units of the base; the percentages of a multiple-response question
        add up to more than 100. Responses are ticks; they add up to 100.
        """
        ticks = self.responses(item)
        weight = self._weight_of(ticks.index, item, weights)
        group, population = self._groups(ticks.index, item, by)
        base_name = self._base(item)
        labels = self.codebook[self.codebook["question"].eq(item)]
        labels = labels.drop_duplicates("option").set_index("option")
        records = []
        for name in sorted(set(group)):
            inside = (group == name).to_numpy()
            part, w = ticks[inside], weight[inside]
            n_units = population.get(name)
            valid = part.notna()
            mass = (valid.to_numpy() * w[:, None]).sum(axis=0)
            yes = (part.fillna(0.0).to_numpy() * w[:, None]).sum(axis=0)
            everything = yes.sum()
            for k, option in enumerate(ticks.columns):
                seen = part[option].notna().to_numpy()
                count = int(part[option].fillna(0.0).sum())
                base = int(seen.sum())
                deff = design_effect(pd.Series(w[seen])) if base else 1.0
                weighted = weights is not None
                share = yes[k] / mass[k] if mass[k] > 0 else np.nan
                interval = share_interval(count, base, n_units, level=level)
                low, high = interval.lower, interval.upper
                exact = (interval.exact_lower, interval.exact_upper)
                if weighted and base:
                    low, high = _weighted_wilson(share, base, n_units, deff, level)
                    exact = (np.nan, np.nan)
                reason = "" if n_units is not None else "population_unknown"
                reason = "no_answer" if base == 0 else reason
                if weighted and not reason:
                    reason = "weighted_no_exact_interval"
                known = option in labels.index
                records.append({
                    "group": name,
                    "option": option,
                    "label_de": labels["label_de"].get(option, option)
                    if known
                    else option,
                    "label_en": labels["label_en"].get(option, option)
                    if known
                    else option,
                    "count": count,
                    "base": base,
                    "missing": int((~seen).sum()),
                    "population": np.nan if n_units is None else n_units,
                    "percent_of_cases": 100 * share,
                    "percent_of_responses": 100 * yes[k] / everything
                    if everything > 0
                    else np.nan,
                    "lower": 100 * low,
                    "upper": 100 * high,
                    "exact_lower": 100 * exact[0],
                    "exact_upper": 100 * exact[1],
                    "worst_lower": 100 * interval.worst_lower,
                    "worst_upper": 100 * interval.worst_upper,
                    "design_effect": deff,
                    "base_name": base_name,
                    "reason": reason,
                })
        return pd.DataFrame(records)

    def test(
        self, item: str, by: str, *, permutations: int = 999, seed: int = 0
    ) -> MultipleResponseTest:
        """Test whether a multiple-response item differs by group.

        See :func:`clusterid.survey.marginal_independence`; units with a missing
        answer on any option are left out.
        """
        ticks = self.responses(item).dropna()
        group, _ = self._groups(ticks.index, item, by)
        return marginal_independence(group, ticks, permutations=permutations, seed=seed)

    def rank_shift(
        self,
        item: str = "themes",
        *,
        draws: int = 999,
        level: float = 0.95,
        seed: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Compare what is named with what is named among the top three.

        Parameters
        ----------
        item : str, default "themes"
            A ranked question.
        draws : int, default 999
            Bootstrap draws over places (each place keeps both its lists).
        level : float, default 0.95
            Confidence of the interval of the difference.
        seed : int or Generator, default 0
            Of the bootstrap.

        Returns
        -------
        DataFrame by option
            ``named``, ``top`` (per cent of cases), ``named_responses``,
            ``top_responses`` (per cent of mentions), ``rank_named``, ``rank_top``,
            ``shift`` (places gained when ranked), ``difference`` (percentage points of
            mentions, top minus named) with ``lower`` and ``upper``; labels.
            ``attrs["kendall_tau"]`` between both orders, ``attrs["base"]``.

        Raises
        ------
        OptionError
            If the item has no ranks.
        """
        from scipy.stats import kendalltau, rankdata

        ticks = self.responses(item)
        rows = self.answers[
            self.answers["question"].eq(item) & self.answers["rank"].notna()
        ]
        if item in _CLUSTER_ITEMS or rows.empty:
            raise OptionError(f"item={item!r} has no ranked answers.")
        top = rows.assign(one=1.0).pivot(index="place", columns="option", values="one")
        top = top.reindex(index=ticks.index, columns=ticks.columns)
        units = ticks.notna().any(axis=1).to_numpy()
        named = ticks.fillna(0.0).to_numpy()[units]
        ranked = top.fillna(0.0).to_numpy()[units]

        def mentions(x: np.ndarray) -> np.ndarray:
            return np.asarray(100.0 * x / x.sum(axis=-1, keepdims=True))

        difference = mentions(ranked.sum(axis=0)) - mentions(named.sum(axis=0))
        rng = np.random.default_rng(seed)
        pick = rng.multinomial(len(named), np.full(len(named), 1 / len(named)), draws)
        spread = mentions(pick @ ranked) - mentions(pick @ named)
        tail = 50.0 * (1 - level)
        low, high = np.percentile(spread, [tail, 100 - tail], axis=0)
        rank_named = rankdata(-named.sum(axis=0), method="min")
        rank_top = rankdata(-ranked.sum(axis=0), method="min")
        labels = self.codebook[self.codebook["question"].eq(item)]
        labels = labels.set_index("option").reindex(ticks.columns)
        result = pd.DataFrame(
            {
                "label_de": labels["label_de"],
                "label_en": labels["label_en"],
                "named": 100 * named.mean(axis=0),
                "top": 100 * ranked.mean(axis=0),
                "named_responses": mentions(named.sum(axis=0)),
                "top_responses": mentions(ranked.sum(axis=0)),
                "rank_named": rank_named.astype(int),
                "rank_top": rank_top.astype(int),
                "shift": (rank_named - rank_top).astype(int),
                "difference": difference,
                "lower": low,
                "upper": high,
            },
            index=pd.Index(ticks.columns, name="option"),
        )
        tau = kendalltau(named.sum(axis=0), ranked.sum(axis=0)).statistic
        result.attrs.update(kendall_tau=float(tau), base=len(named))
        return result.sort_values(["rank_named", "option"])

    def diffusion(self) -> pd.DataFrame:
        """Describe how declared clusters spread over years.

        Returns
        -------
        DataFrame by year
            ``records`` (clusters founded), ``first`` (places that found their first),
            ``at_risk`` (places that answered and had none before), ``hazard`` (first /
            at_risk), ``cumulative`` (share of places that answered with at least one),
            ``fitted`` (logistic curve through ``cumulative``, for display),
            ``information`` (mean bits of the labels founded so far in the field
            shares of all records: high is unusual), ``herfindahl`` (of fields so far),
            ``cross_field`` (share of the year's records with several fields).

        Notes
        -----
        Only places that answered are at risk. Records without a year are left out;
        their number is ``attrs["without_year"]``.
        """
        rows = self.declared[self.declared["year_founded"].notna()].copy()
        answered = self.places.loc[self.places["answered"].astype(bool), "place"]
        rows = rows[rows["place"].isin(set(answered))]
        columns = ["records", "first", "at_risk", "hazard", "cumulative", "fitted",
                   "information", "herfindahl", "cross_field"]  # fmt: skip
        if rows.empty:
            empty = pd.DataFrame(columns=columns, index=pd.Index([], name="year"))
            empty.attrs["without_year"] = len(self.declared)
            return empty
        year = rows["year_founded"].astype(int)
        years = range(int(year.min()), int(year.max()) + 1)
        first = year.groupby(rows["place"]).min().value_counts()
        exploded = rows.assign(year=year).explode("fields").dropna(subset=["fields"])
        share = exploded["fields"].value_counts(normalize=True)
        bits = -np.log2(exploded["fields"].map(share).astype(float))
        records = []
        before = 0
        for t in years:
            at_risk = len(answered) - before
            new = int(first.get(t, 0))
            so_far = exploded["year"].le(t)
            now = rows[year.eq(t)]
            parts = exploded.loc[so_far, "fields"].value_counts(normalize=True)
            records.append({
                "year": t,
                "records": len(now),
                "first": new,
                "at_risk": at_risk,
                "hazard": new / at_risk if at_risk else np.nan,
                "cumulative": (before + new) / len(answered),
                "information": float(bits[so_far].mean()),
                "herfindahl": float((parts**2).sum()) if len(parts) else np.nan,
                "cross_field": float(now["fields"].map(len).gt(1).mean())
                if len(now)
                else np.nan,
            })
            before += new
        table = pd.DataFrame(records).set_index("year")
        table["fitted"] = _logistic(table["cumulative"])
        table.attrs["without_year"] = int(self.declared["year_founded"].isna().sum())
        return table[columns]

    def label_homogeneity(
        self, *, draws: int = 999, top: int = 5, seed: int | np.random.Generator = 0
    ) -> pd.DataFrame:
        """Ask whether places declare ever the same fields.

        Parameters
        ----------
        draws : int, default 999
            Random tables with the same number of fields by place and of places by
            field (curveball).
        top : int, default 5
            How many of the most common fields count as "the same".
        seed : int or Generator, default 0
            Of the draws.

        Returns
        -------
        DataFrame by statistic
            ``value``, ``expected``, ``lower``, ``upper`` (2.5 and 97.5 per cent of the
            random tables), ``p_value`` (one-sided, more alike), ``reason``. Statistics:
            ``cosine`` (mean similarity of two places), ``bundling`` (root mean square
            of the same: high when lists are either alike or quite different),
            ``identical_pairs`` (share of pairs of places with exactly the same list),
            ``top_share`` (share of declarations in the ``top`` most common fields) and
            ``herfindahl``; the last two follow from the margins, so that they have no
            random counterpart.

        Notes
        -----
        How often two places share a field is, summed over all pairs, fixed by how
        popular the fields are; the mean cosine can therefore hardly differ from its
        expectation, and says how alike places are, not why. ``bundling`` above
        expectation means that fields come in bundles, beyond the popularity of each.
        """
        rows = self.declared.explode("fields").dropna(subset=["fields"])
        wide = pd.crosstab(rows["place"], rows["fields"]).gt(0)
        wide = wide.sort_index().sort_index(axis=1)
        matrix = wide.to_numpy()
        columns = ["value", "expected", "lower", "upper", "p_value", "reason"]
        names = ["cosine", "bundling", "identical_pairs", "top_share", "herfindahl"]
        if matrix.shape[0] < 2:
            empty = pd.DataFrame(np.nan, index=names, columns=columns[:-1])
            return empty.assign(reason="fewer_than_two_places").rename_axis("statistic")
        observed = _alike(matrix[None])
        rng = np.random.default_rng(seed)
        sims = np.concatenate([_alike(b) for b in fixed_margins(matrix, draws, rng)])
        records: dict[str, Any] = {}
        for k, name in enumerate(names[:3]):
            beaten = (sims[:, k] >= observed[0, k] - 1e-12).sum()
            low, high = np.percentile(sims[:, k], [2.5, 97.5])
            records[name] = (
                observed[0, k], sims[:, k].mean(), low, high,
                (1 + beaten) / (len(sims) + 1), "",
            )  # fmt: skip
        count = np.sort(matrix.sum(axis=0))[::-1]
        share = count / count.sum()
        for name, value in zip(
            names[3:], (share[:top].sum(), (share**2).sum()), strict=True
        ):
            records[name] = (value, *[np.nan] * 4, "fixed_by_margins")
        frame = pd.DataFrame.from_dict(records, orient="index", columns=columns)
        return frame.rename_axis("statistic")

    # -- parts --------------------------------------------------------------------

    def _items(self) -> list[str]:
        asked = set(self.answers["question"])
        known = [q for q in dict.fromkeys(self.codebook["question"]) if q in asked]
        return [*known, *sorted(asked - set(known)), *_CLUSTER_ITEMS]

    def _options(self, item: str) -> list[str]:
        rows = self.codebook["question"].eq(item)
        return [str(o) for o in self.codebook.loc[rows, "option"]]

    def _base(self, item: str) -> str:
        if item in _CLUSTER_ITEMS:
            return "clusters"
        if "base" not in self.codebook.columns:
            return "responding"
        rows = self.codebook.loc[self.codebook["question"].eq(item), "base"]
        return str(rows.iloc[0]) if len(rows) else "responding"

    def _weight_of(
        self, units: pd.Index, item: str, weights: pd.Series | str | None
    ) -> np.ndarray:
        if weights is None:
            return np.ones(len(units))
        if isinstance(weights, str):
            check_option("weights", weights, ("raking",))
            weights = self.weights()
        place = self._place_of(units, item)
        found = weights.reindex(place).to_numpy(dtype=float)
        if np.isnan(found).any():
            missing = sorted(set(place[np.isnan(found)]))[:5]
            raise OptionError(
                f"weights= has no weight for {int(np.isnan(found).sum())} units "
                f"(places {', '.join(missing)}); give one by place."
            )
        return found

    def _place_of(self, units: Any, item: str) -> Any:
        if item not in _CLUSTER_ITEMS:
            return units
        place = self.declared.set_index("record")["place"]
        return pd.Index(place.reindex(units))

    def _groups(
        self, units: pd.Index, item: str, by: str | None
    ) -> tuple[pd.Series, dict[str, int]]:
        """Return the group of each unit, and how many units each group has in all."""
        countable = self._base(item) == "responding"
        asked = self.places[self.places["asked"].astype(bool)].set_index("place")
        if by is None:
            population = {"all": len(asked)} if countable else {}
            return pd.Series("all", index=units), population
        place = self._place_of(units, item)
        if by in self.places.columns and by != "regions":
            rows = self.places.set_index("place", drop=False)
            value: Any = rows[by].astype("str").fillna("unknown")
            group: Any = pd.Series(value.reindex(place).to_numpy(), index=units)
            counts = value.reindex(asked.index).value_counts()
            population = {str(k): int(v) for k, v in counts.items()}
            return group.fillna("unknown"), population if countable else {}
        questions = [q for q in self._items() if q not in _CLUSTER_ITEMS]
        columns = [c for c in self.places.columns if c != "regions"]
        check_option("by", by, [*columns, *questions])
        ticks = self.responses(by)
        chosen = ticks.eq(1.0)
        if ticks.shape[1] == 1:
            option: Any = ticks.iloc[:, 0].map({1.0: "yes", 0.0: "no"})
        elif chosen.sum(axis=1).max() <= 1:
            option = chosen.idxmax(axis=1).where(chosen.any(axis=1))
        else:
            raise OptionError(f"by={by!r} allows several answers; give a single one.")
        group = pd.Series(option.reindex(place).to_numpy(), index=units)
        return group.astype("str").fillna("unknown"), {}

    def __repr__(self) -> str:
        return (
            f"<Survey: {int(self.places['asked'].sum())} places asked, "
            f"{int(self.places['answered'].sum())} answered, "
            f"{len(self.answers)} answers, {len(self.declared)} declared clusters>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = self.declared.head(10).to_html(escape=True)
        return f"<p>{escape(repr(self))}</p>{shown}"


def _weighted_wilson(
    share: float, base: int, population: int | None, deff: float, level: float
) -> tuple[float, float]:
    from clusterid.statistics import wilson

    effective = base / deff
    if population is not None:
        if population == base:
            return share, share
        effective *= (population - 1) / (population - base)
    low, high = wilson(share, effective, level)
    return float(low), float(high)


def _alike(tables: np.ndarray) -> np.ndarray:
    """Return mean and root mean square cosine and share of identical pairs of rows."""
    x = tables.astype(float)
    size = x.sum(axis=2)
    common = x @ x.transpose(0, 2, 1)
    cosine = common / np.sqrt(size[:, :, None] * size[:, None, :])
    i, j = np.triu_indices(x.shape[1], k=1)
    same = (common == size[:, :, None]) & (common == size[:, None, :])
    pairs = cosine[:, i, j]
    return np.column_stack((
        pairs.mean(axis=1),
        np.sqrt((pairs**2).mean(axis=1)),
        same[:, i, j].mean(axis=1),
    ))


def _logistic(cumulative: pd.Series) -> pd.Series:
    """Fit ``k / (1 + exp(-b (t - m)))`` by least squares; NaN below four years."""
    if len(cumulative) < 4 or cumulative.max() <= 0:
        return pd.Series(np.nan, index=cumulative.index)
    from scipy.optimize import least_squares

    t = np.arange(len(cumulative), dtype=float)
    y = cumulative.to_numpy(dtype=float)

    def curve(p: np.ndarray) -> np.ndarray:
        return np.asarray(p[0] / (1 + np.exp(-p[1] * (t - p[2]))))

    start = np.array([float(y.max()), 0.3, float(len(y)) / 2])
    bounds = ([1e-6, 1e-3, -50.0], [1.0, 5.0, 200.0])
    fit = least_squares(lambda p: curve(p) - y, np.clip(start, *bounds), bounds=bounds)
    return pd.Series(curve(fit.x), index=cumulative.index)
