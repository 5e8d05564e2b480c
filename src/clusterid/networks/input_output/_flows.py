"""A table of flows read into a square matrix, with its output beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import (
    faults_at,
    faults_in_rows,
    faults_of,
    missing_columns,
    refuse,
)
from clusterid._typed import typed
from clusterid.errors import ClassificationError, Fault, check_option
from clusterid.networks._labels import by_code
from clusterid.tables import column_numbers, flow_faults

if TYPE_CHECKING:
    from clusterid.classifications import Correspondence

__all__ = ["FlowTable", "flow_table", "translate_flows"]

Floats = NDArray[np.float64]
_SHOWN = 5
#: A sum of others is met by chance in small tables of round numbers.
_FEWEST_SELLERS = 3
#: Relative rounding of published sums.
_ADDED = 1e-4


@dataclass(frozen=True, slots=True)
class FlowTable:
    """Sorted codes, flows seller x buyer, output by code (NaN where not given)."""

    codes: list[str]
    flows: Floats
    output: Floats

    @property
    def has_output(self) -> bool:
        """Whether output was given for any industry."""
        return bool(np.isfinite(self.output).any())


def _faults(flows: pd.DataFrame, industries: set[str] | None) -> list[Fault]:
    faults: list[Fault] = []
    # only a flow between industries must be positive: inventories may fall
    inside = np.ones(len(flows), dtype=bool)
    if industries is not None:
        inside = (
            flows[["seller", "buyer"]]
            .apply(lambda code: code.astype("string").isin(list(industries)))
            .all(axis=1)
            .to_numpy(bool)
        )
    value, doubtful = column_numbers(flows["value"], only_doubtful=True)
    faults += doubtful
    keys = pd.MultiIndex.from_frame(flows[["seller", "buyer"]].astype("string"))
    rules: list[tuple[NDArray[np.bool_], str, str]] = [
        (
            flows[["seller", "buyer"]].isna().any(axis=1).to_numpy(bool),
            "a seller or buyer has no code",
            "fill the code or drop the row",
        ),
        (
            ~np.isfinite(value),
            "the value is missing or not a number",
            "a flow that is unknown cannot enter an input-output table: "
            "fill it or drop both industries",
        ),
        (
            (value < 0) & inside,
            "a flow between industries is negative",
            "move it to the opposite flow, or set it to 0, and say so",
        ),
        (
            np.asarray(keys.duplicated()),
            "seller and buyer stand twice",
            "add up the rows: flows.groupby(['seller', 'buyer'], as_index=False).sum()",
        ),
    ]
    for wrong, rule, mend in rules:
        faults += faults_in_rows(rule, mend, wrong, flows["value"])
    return faults


def flow_table(
    flows: pd.DataFrame,
    *,
    output: pd.Series | None = None,
    industries: Iterable[str] | None = None,
) -> FlowTable:
    """Return the flows among industries as a checked, sorted square matrix.

    ``industries`` names the producing industries; every other buyer is then final
    demand and every other seller a primary input, and output is the sum of a
    seller's row unless ``output`` is given.
    """
    mend = "give seller, buyer, value; a square table becomes that with table.stack()"
    refuse("flows", missing_columns(flows, ("seller", "buyer", "value"), mend))
    named = None if industries is None else {str(c) for c in industries}
    faults = _faults(flows, named)
    seller = flows["seller"].astype("string").astype(object)
    buyer = flows["buyer"].astype("string").astype(object)
    both = set(seller.dropna()) | set(buyer.dropna())
    codes = sorted(both if named is None else named)
    faults += faults_of(
        "industries that the table does not hold",
        "name codes that stand as seller or buyer",
        sorted(set(codes) - both),
    )
    given = np.full(len(codes), np.nan)
    kept = getattr(flows, "attrs", {}).get("output")
    if output is None and named is None and isinstance(kept, dict):
        output = pd.Series(kept, dtype=float)  # what the sheet of the flows says
    if output is not None:
        given = by_code(output, codes)
        faults += faults_of(
            "industries without output",
            "give output for every industry; 0 where there is none",
            [code for code, x in zip(codes, given, strict=True) if np.isnan(x)],
            "no output",
        )
    refuse("flows", faults)
    value = column_numbers(flows["value"])[0]
    refuse("flows", flow_faults(seller, buyer, value))
    place = pd.Index(codes)
    rows = place.get_indexer(pd.Index(seller))
    columns = place.get_indexer(pd.Index(buyer))
    matrix = np.zeros((len(codes), len(codes)))
    inside = (rows >= 0) & (columns >= 0)
    matrix[rows[inside], columns[inside]] = value[inside]
    if output is None and named is not None:
        sold = rows >= 0
        demand = pd.Series(value[sold & (columns < 0)])
        others = demand.groupby([
            rows[sold & (columns < 0)],
            buyer.to_numpy()[sold & (columns < 0)],
        ]).sum()
        refuse("flows", _total_faults(codes, matrix, others))
        given = np.bincount(rows[sold], weights=value[sold], minlength=len(codes))
    refuse("flows", _output_faults(codes, matrix, given))
    return FlowTable(codes, matrix, np.asarray(given, dtype=np.float64))


def _total_faults(codes: list[str], flows: Floats, demand: pd.Series) -> list[Fault]:
    """Return the fault of buyers that are the sum of others: totals, no demand.

    ``demand`` is by position of the seller and code of the buyer. The sum of the
    industries, of the final demand, or of both has to meet every seller, of which
    there are at least three; with two, round numbers meet by chance.
    """
    sellers = flows.sum(axis=1) != 0
    if not len(demand) or sellers.sum() < _FEWEST_SELLERS:
        return []
    wide = demand.unstack().reindex(range(len(codes))).fillna(0.0)
    inner = flows.sum(axis=1)
    totals: list[str] = []
    for _ in range(len(wide.columns)):
        rest = wide.drop(columns=totals)
        found = next(
            (
                str(code)
                for code in rest.columns
                if _is_sum(rest[code], inner, rest.drop(columns=code).sum(axis=1))
            ),
            None,
        )
        if found is None:
            break
        totals.append(found)
    rule = "a buyer is the sum of others: a total is no demand"
    mend = "drop its rows, or give output= by industry"
    return faults_of(rule, mend, totals, "total")


def _is_sum(column: pd.Series, inner: Floats, others: pd.Series) -> bool:
    """Tell whether a buyer buys what the industries buy, the others, or both."""
    values, rest = column.to_numpy(float), others.to_numpy(float)
    sums = [inner, inner + rest, *([rest] if (rest != 0).any() else [])]
    return any(
        bool(np.allclose(values, total, rtol=_ADDED, atol=0.5 * _ADDED))
        for total in sums
        if np.ptp(total) > 0
    )


def _output_faults(codes: list[str], flows: Floats, output: Floats) -> list[Fault]:
    """Return the fault of output that no industry with these flows can have."""
    trades = (flows.sum(axis=0) > 0) | (flows.sum(axis=1) > 0)
    with np.errstate(invalid="ignore"):
        wrong = (output < 0) | ((output == 0) & trades)
    return faults_at(
        "output is not above 0",
        "correct it, or give output= by industry: inventories or subsidies in the row "
        "are larger than what is sold",
        wrong,
        codes,
        output,
    )


def _weights(correspondence: Correspondence | pd.DataFrame) -> pd.DataFrame:
    if isinstance(correspondence, pd.DataFrame):
        table = correspondence
    else:
        table = correspondence.table
    mend = "give source, target and weight"
    refuse("correspondence", missing_columns(table, ("source", "target"), mend))
    result = pd.DataFrame({
        "source": table["source"].astype("string").astype(object),
        "target": table["target"].astype("string").astype(object),
        "weight": table["weight"].astype(float) if "weight" in table else 1.0,
    })
    if "weight" not in table.columns:
        result["weight"] /= result.groupby("source")["weight"].transform("sum")
    return result.sort_values(["source", "target"], ignore_index=True)


@typed
def translate_flows(
    flows: pd.DataFrame,
    correspondence: Correspondence | pd.DataFrame,
    *,
    output: pd.Series | None = None,
    direction: str = "forward",
) -> tuple[pd.DataFrame, pd.Series | None]:
    r"""Return flows in another classification, each flow split by weights.

    A flow from s to b becomes flows between all targets of s and b, in proportion
    to the weights, which are the share of the source that belongs to the target.
    Industries split out of one source have the same links by construction: that is
    an assumption, not a finding.

    .. math:: Z'_{tu} = \sum_{s,b} w_{st}\, w_{bu}\, Z_{sb}

    Parameters
    ----------
    flows : DataFrame
        Columns ``seller``, ``buyer``, ``value``.
    correspondence : Correspondence or DataFrame
        Columns ``source``, ``target``, ``weight`` (0..1, summing to one by source;
        equal shares where the column is absent).
    output : Series by industry, optional
        Output in the flows' classification, translated along.
    direction : {"forward", "backward"}
        ``"backward"`` reads the table from target to source; the weights are then
        made to sum to one by target.

    Returns
    -------
    (DataFrame, Series or None)
        Flows and output in the other classification; the totals are kept.

    Raises
    ------
    ClassificationError
        If a code of the flows has no target, or weights do not sum to one.

    Examples
    --------
    >>> import pandas as pd
    >>> flows = pd.DataFrame({"seller": ["a"], "buyer": ["b"], "value": [10.0]})
    >>> bridge = pd.DataFrame({"source": ["a", "b", "b"], "target": ["1", "2", "3"],
    ...                        "weight": [1.0, 0.7, 0.3]})
    >>> translate_flows(flows, bridge)[0]["value"].tolist()
    [7.0, 3.0]
    """
    check_option("direction", direction, ("forward", "backward"))
    bridge = _weights(correspondence)
    if direction == "backward":
        bridge = bridge.rename(columns={"source": "target", "target": "source"})
        whole = bridge.groupby("source")["weight"].transform("sum")
        bridge["weight"] = bridge["weight"] / whole
    table = flow_table(flows)
    sums = bridge.groupby("source")["weight"].sum()
    lost = sorted(set(table.codes) - set(sums.index))
    if lost:
        raise ClassificationError(
            f"{len(lost)} codes of the flows are not in the correspondence "
            f"(first: {', '.join(lost[:_SHOWN])}). Mend: drop final demand and value "
            "added first, or complete the correspondence."
        )
    odd = sums.loc[table.codes]
    odd = odd[(odd - 1).abs() > 1e-6]
    if len(odd):
        raise ClassificationError(
            f"The weights of {len(odd)} codes do not sum to one "
            f"(first: {odd.head(_SHOWN).to_dict()}). Mend: give shares of the source."
        )
    targets = sorted(set(bridge["target"]))
    share = np.zeros((len(table.codes), len(targets)))
    used = bridge[bridge["source"].isin(table.codes)]
    share[
        pd.Index(table.codes).get_indexer(pd.Index(used["source"])),
        pd.Index(targets).get_indexer(pd.Index(used["target"])),
    ] = used["weight"].to_numpy(float)
    matrix = share.T @ table.flows @ share
    rows, columns = np.nonzero(matrix)
    moved = pd.DataFrame({
        "seller": [targets[i] for i in rows],
        "buyer": [targets[i] for i in columns],
        "value": matrix[rows, columns],
    })
    if output is None:
        return moved, None
    return moved, pd.Series(
        by_code(output, table.codes) @ share,
        index=pd.Index(targets, name="industry"),
        name="output",
    )
