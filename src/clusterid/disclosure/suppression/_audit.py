"""What anyone can compute of held figures from the published ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._html import shown_with
from clusterid._typed import typed
from clusterid.disclosure.suppression._blocks import certify_blocks, open_in_block
from clusterid.disclosure.suppression._given import spread_cells, true_or_false
from clusterid.disclosure.suppression._guard import Guard
from clusterid.disclosure.suppression._lines import thin_lines
from clusterid.disclosure.suppression._nodes import Nodes, nodes_of
from clusterid.disclosure.suppression._owners import Owners
from clusterid.disclosure.suppression._pattern import EXACT_NODES, by_rectangles
from clusterid.disclosure.suppression._primary import (
    capacities,
    needs,
    protection_needed,
)
from clusterid.disclosure.suppression._programmes import Programmes
from clusterid.disclosure.suppression._rules import Method, SuppressionRules
from clusterid.disclosure.suppression._state import Node, State
from clusterid.errors import Fault, TableError, check_option
from clusterid.tables import Economy, checked_wide
from clusterid.tables import economy as checked_economy

__all__ = ["Audit", "audit"]

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]

_PRIMARY = ("few_plants", "dominance", "p_percent")
_ENOUGH = 1 - 1e-6
_COLUMNS = [
    "region", "industry", "value", "lower", "upper", "needed_lower", "needed_upper",
    "lower_to_owners", "upper_to_owners", "weakest_owner", "protected", "reason",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Audit:
    """What can be computed of every held figure, and whether that is little enough.

    Parameters
    ----------
    table : DataFrame
        One row a held cell, group or total: ``region``, ``industry``, ``value`` (NaN
        where it is unknown), ``lower`` and ``upper`` (what anyone can compute),
        ``needed_lower`` and ``needed_upper`` (what must stay possible),
        ``lower_to_owners`` and ``upper_to_owners`` (what the owner of the largest
        plant of another held cell can compute at most), ``weakest_owner`` (``"region /
        industry"`` of the cell whose owner knows most, where one knows more than
        others), ``protected``, ``reason``: ``""``, ``"exact"`` (computed exactly),
        ``"narrow"`` (too closely), ``"owner"`` (too closely by an owner),
        ``"thin_line"`` (the held plants of a published sum break a primary rule
        together), ``"not_proven"`` (the fast method found no protection) or
        ``"withheld"`` (value unknown, so only its interval is given). In the unit of
        the table.
    params : mapping
        Arguments, the method used, linear programmes solved.
    """

    table: pd.DataFrame
    params: Mapping[str, Any]

    @property
    def protected(self) -> bool:
        """True where every held figure stays as open as it needs."""
        return bool(self.table["protected"].all())

    def __repr__(self) -> str:
        open_ = int((~self.table["protected"].astype(bool)).sum())
        counts = self.table["reason"].value_counts()
        why = ", ".join(f"{n} {r}" for r, n in sorted(counts.items()) if r)
        said = f"{open_} not protected" if open_ else "all protected"
        return (
            f"<Audit: {len(self.table)} held figures, {said}"
            f"{f' ({why})' if why else ''}>"
        )

    def _repr_html_(self) -> str:
        first = self.table.sort_values("protected", kind="stable").head()
        return shown_with(self, first.to_html())


@typed
def audit(
    table: Any,
    *,
    held: Any = None,
    totals: pd.DataFrame | None = None,
    hierarchies: Mapping[str, pd.Series] | None = None,
    establishments: pd.DataFrame | None = None,
    largest_plant: pd.DataFrame | None = None,
    second_plant: pd.DataFrame | None = None,
    p_percent: float | Literal["guard"] | None = "guard",
    owners: bool = True,
    method: Method = "auto",
) -> Audit:
    """Return what can be computed of held figures from everything published.

    For every held cell, group and total: the interval that follows from the published
    cells and sums, the interval that must stay open, and what remains to the owner of
    a plant in another held cell, who knows more.

    Parameters
    ----------
    table : Economy, or DataFrame regions x industries
        Jobs (or any count that adds up, 0 or more). With true values and ``held``, the
        pattern is judged; NaN without ``held`` is withheld, and its interval is given.
    held : Guard, or DataFrame of bool, optional
        What is held back; a table of bool holds cells, and every sum is published.
    totals : DataFrame, optional
        The sums that are published (``region``, ``industry``, ``value``; ``"TOTAL"``
        for all), no others; by default every sum that follows from the table. Beside
        an Economy its own totals stand.
    hierarchies : mapping, optional
        ``{"region": Series child -> parent, "industry": ...}``: groups whose sums are
        published, too.
    establishments, largest_plant, second_plant : DataFrame, optional
        Counts of plants, and jobs in the two largest of each cell.
    p_percent : float, None or "guard"
        Least half width of an interval, in per cent of the value, see
        :func:`clusterid.disclosure.guard`; by default that of the guard, 10 without.
    owners : bool
        Look at the table through the eyes of owners, too.
    method : {"auto", "exact", "fast"}
        ``"exact"`` solves two linear programmes a held figure, and more for owners;
        ``"fast"`` looks for rectangles of held figures and gives intervals that are
        open for sure, no wider than needed; ``"auto"`` is exact up to 1,000 figures.

    Returns
    -------
    Audit

    Raises
    ------
    TableError
        If tables do not fit together, or a count is negative.
    OptionError
        If the method is not offered.

    Notes
    -----
    An interval is the least and the most of a figure over all tables of real numbers,
    0 or more, that have the published cells and sums (Castro 2012, section 3), with a
    job for each plant where plants are counted: a cell is not needed to be open below
    its number of plants. Owners
    know that their cell has at least their plant, and know a cell of one plant.
    Where the knowledge of all owners together leaves enough, their interval is that
    one, else the narrowest of the owners one by one. Owners who put their knowledge
    together and owners of plants in several cells are not looked at.

    References
    ----------
    Castro (2012), Recent advances in optimization techniques for statistical tabular
    data protection, European Journal of Operational Research 216. [M]: not checked.
    Robertson (1993), Cell suppression at Statistics Canada, Annual Research Conference,
    US Bureau of the Census. [M]: not checked.

    Examples
    --------
    >>> import pandas as pd
    >>> jobs = pd.DataFrame({"A": [5.0, 20.0], "B": [40.0, 70.0]}, index=["r", "s"])
    >>> held = pd.DataFrame({"A": [True, True], "B": [True, True]}, index=["r", "s"])
    >>> found = audit(jobs, held=held).table.iloc[0]
    >>> print(found["lower"], found["upper"], found["protected"])
    0.0 25.0 True
    >>> held.loc["s", "B"] = False
    >>> audit(jobs, held=held)
    <Audit: 3 held figures, 3 not protected (3 exact)>
    """
    check_option("method", method, get_args(Method))
    if p_percent == "guard":
        p_percent = (
            held.params.get("p_percent", 10.0) if isinstance(held, Guard) else 10.0
        )
    rules = SuppressionRules(1, None, p_percent, method=method)
    economy = _economy(table, totals, hierarchies)
    given: dict[str, Any] = {
        "establishments": establishments,
        "largest_plant": largest_plant,
        "second_plant": second_plant,
    }
    given = {name: frame for name, frame in given.items() if frame is not None}
    economy = replace(economy, **given)
    asked = {"p_percent": p_percent, "owners": owners}
    if held is None:
        return _of_withheld(economy, rules, asked)
    if isinstance(held, Guard) and held.params.get("minimum_plants"):
        rules = replace(
            rules,
            minimum_plants=held.params["minimum_plants"],
            dominance=held.params["dominance"],
        )
    case = _case(economy, held, totals, rules, owners)
    method = (
        method
        if method != "auto"
        else ("exact" if case.held.size <= EXACT_NODES else "fast")
    )
    rows, solved = _exact(case) if method == "exact" else _fast(case)
    return Audit(rows, {**asked, "method": method, "programmes": solved})


# -- parts -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Case:
    """What is held, what it needs, and who looks."""

    nodes: Nodes
    held: Mask
    need: Matrix
    rules: SuppressionRules
    owners: bool

    def places(self) -> list[Node]:
        """Held figures, in the order of their codes."""
        return [(int(i), int(j)) for i, j in np.argwhere(self.held)]


def _economy(
    table: object,
    totals: pd.DataFrame | None,
    hierarchies: Mapping[str, pd.Series] | None,
) -> Economy:
    if isinstance(table, Economy):
        economy = table
        if hierarchies is not None:
            economy = replace(economy, hierarchies=hierarchies)
        return economy if totals is None else replace(economy, totals=totals)
    if not isinstance(table, pd.DataFrame):
        fault = Fault(
            f"a {type(table).__name__} is no table",
            "give an Economy, or a DataFrame of regions x industries",
        )
        raise TableError("audit", [fault])
    checked_wide(table)  # a total among the cells is refused here, not set apart
    return checked_economy(table, totals=totals, hierarchies=hierarchies)


def _case(
    economy: Economy,
    held: object,
    totals: pd.DataFrame | None,
    rules: SuppressionRules,
    owners: bool,
) -> _Case:
    nodes = nodes_of(economy)
    _check_totals(nodes, totals)
    primary = np.zeros(nodes.shape, dtype=bool)
    if isinstance(held, Guard):
        hidden, primary = _of_guard(nodes, held)
    elif isinstance(held, pd.DataFrame):
        hidden = spread_cells(nodes, true_or_false(held, "held"), "held").astype(bool)
        if totals is not None:
            hidden |= ~nodes.bottom & ~_named(nodes, totals)
    else:
        mend = "give a Guard, or a table of True and False"
        fault = Fault(f"held is a {type(held).__name__}", mend)
        raise TableError("audit", [fault])
    hidden |= np.isnan(nodes.value)
    return _Case(nodes, hidden, needs(nodes, primary, rules), rules, owners)


def _check_totals(nodes: Nodes, totals: pd.DataFrame | None) -> None:
    """Raise where a total is of a code that the table does not have."""
    if totals is None:
        return
    faults = []
    for noun, side in (("region", nodes.regions), ("industry", nodes.industries)):
        odd = sorted({str(code) for code in totals[noun]} - set(side.codes))
        if odd:
            rule = f"totals are of a {noun} that is neither in the table nor a group"
            rows = ((code, None) for code in odd)
            faults.append(Fault.listing(rule, "correct the code", rows))
    if faults:
        raise TableError("totals", faults)


def _named(nodes: Nodes, totals: pd.DataFrame) -> Mask:
    made = np.zeros(nodes.shape, dtype=bool)
    row = nodes.regions.codes.get_indexer(pd.Index(totals["region"].astype(str)))
    column = nodes.industries.codes.get_indexer(
        pd.Index(totals["industry"].astype(str))
    )
    here = (row >= 0) & (column >= 0)
    made[row[here], column[here]] = True
    return made


def _of_guard(nodes: Nodes, guarded: Guard) -> tuple[Mask, Mask]:
    """Return what a guard holds, and what of it is sensitive by itself."""
    hidden = spread_cells(nodes, guarded.held, "held").astype(bool)
    reasons = guarded.reasons.isin(_PRIMARY)
    primary = spread_cells(nodes, reasons, "reasons").astype(bool)
    for codes, total, line in (
        (nodes.regions, guarded.region_totals, hidden[:, -1]),
        (nodes.industries, guarded.industry_totals, hidden[-1, :]),
    ):
        place = codes.codes.get_indexer(total.index.astype(str))
        line[place[place >= 0]] = total.to_numpy(dtype=bool)[place >= 0]
    hidden[-1, -1] = guarded.total
    groups = guarded.groups
    if len(groups):
        row = nodes.regions.codes.get_indexer(pd.Index(groups["region"]))
        column = nodes.industries.codes.get_indexer(pd.Index(groups["industry"]))
        here = (row >= 0) & (column >= 0)
        at = row[here], column[here]
        hidden[at] = groups["held"].to_numpy(dtype=bool)[here]
        primary[at] = groups["reason"].isin(_PRIMARY).to_numpy()[here]
    return hidden, primary


def _of_withheld(
    economy: Economy, rules: SuppressionRules, asked: Mapping[str, Any]
) -> Audit:
    """Return the intervals of what is withheld, whose values nobody here knows."""
    from clusterid.concentration import withheld_bounds

    nodes = nodes_of(economy, whole=False)  # faults first, programmes then
    _check_totals(nodes, economy.totals)
    bounds = withheld_bounds(economy, method="lp")
    jobs = economy.employment
    rows = []
    share = rules.open_share
    low, high = bounds.lower.to_numpy(), bounds.upper.to_numpy()
    for i, j in np.argwhere(jobs.isna().to_numpy()):
        lower, upper = float(low[i, j]), float(high[i, j])
        close = 1e-6 * max(1.0, abs(lower))
        # some value inside must be open by the share to either side
        enough = lower / (1 - share) <= upper / (1 + share) + close * share
        reason = (
            "withheld" if enough else ("exact" if upper - lower <= close else "narrow")
        )
        rows.append({
            "region": str(jobs.index[i]), "industry": str(jobs.columns[j]),
            "lower": lower, "upper": upper, "weakest_owner": "",
            "protected": bool(enough), "reason": reason,
        })  # fmt: skip
    table = _tidy(rows)
    solved = int(bounds.params["programmes"])
    return Audit(table, {**asked, "method": "exact", "programmes": solved})


def _tidy(rows: list[dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=_COLUMNS)
    kinds: dict[str, Any] = dict.fromkeys(_COLUMNS[2:9], float)
    return table.astype({**kinds, "protected": bool})


def _exact(case: _Case) -> tuple[pd.DataFrame, int]:
    nodes = case.nodes
    programmes = Programmes(nodes)
    owners = Owners(nodes, programmes)
    most = 10.0 * float(np.nanmax(nodes.value, initial=1.0))
    thin = _thin(case)
    rows = []
    for node in case.places():
        value, need = float(nodes.value[node]), float(case.need[node])
        row = _row(case, node)
        if np.isnan(value):
            rows.append({**row, "protected": True, "reason": "withheld"})
            continue
        moves = [owners.outsiders(case.held, node, s, most).amount for s in (-1.0, 1.0)]
        row |= _ends("", value, moves, most)
        if case.owners:
            narrowest, weakest = owners.narrowest(case.held, node, need, most, moves)
            row |= _ends("_to_owners", value, narrowest, most)
            if weakest >= 0:
                place = divmod(weakest, nodes.shape[1])
                row["weakest_owner"] = " / ".join(nodes.labels(place))
        rows.append({**row, **_judged(row, need, node in thin)})
    return _tidy(rows), programmes.solved


def _fast(case: _Case) -> tuple[pd.DataFrame, int]:
    nodes = case.nodes
    state = State(
        nodes=nodes,
        rules=case.rules,
        held=case.held.copy(),
        reasons=np.full(nodes.shape, "", dtype=object),
        primary=np.zeros(nodes.shape, dtype=bool),
        need=case.need,
        capacity=capacities(nodes, owners=case.owners),
        price=np.full(nodes.shape, np.inf),
        certified=np.zeros(nodes.shape, dtype=bool),
    )
    certify_blocks(state)
    prove, thin = by_rectangles(state), _thin(case)
    rows = []
    for node in case.places():
        value, need = float(nodes.value[node]), float(case.need[node])
        row = _row(case, node)
        if np.isnan(value):
            rows.append({**row, "protected": True, "reason": "withheld"})
            continue
        amount = need
        if need > 0 and not state.certified[node] and not prove(node):
            amount = open_in_block(state, node) if nodes.bottom[node] else 0.0
        moves = min(amount, value - float(nodes.least[node])), amount
        row |= _ends("", value, moves, np.inf)
        if case.owners:
            row |= _ends("_to_owners", value, moves, np.inf)
        said = _judged(row, need, node in thin)
        if said["reason"] in {"exact", "narrow", "owner"}:
            said["reason"] = "not_proven"
        rows.append({**row, **said})
    return _tidy(rows), 0


def _row(case: _Case, node: Node) -> dict[str, Any]:
    region, industry = case.nodes.labels(node)
    value, need = float(case.nodes.value[node]), float(case.need[node])
    at = float(case.nodes.largest[node]), float(case.nodes.second[node])
    up = float(protection_needed(value, *at, p_percent=100 * case.rules.p_share))
    return {
        "region": region,
        "industry": industry,
        "value": value,
        "needed_lower": max(value - need, float(case.nodes.least[node])),
        "needed_upper": value + (max(need, up) if need > 0 else 0.0),
        "weakest_owner": "",
    }


def _ends(suffix: str, value: float, moves: Any, most: float) -> dict[str, float]:
    down, up = (float(move) for move in moves)
    return {
        f"lower{suffix}": max(value - down, 0.0),
        f"upper{suffix}": np.inf if up >= most * _ENOUGH else value + up,
    }


def _judged(row: Mapping[str, Any], need: float, thin: bool) -> dict[str, Any]:
    """Return whether a figure is as open as it needs, and why not."""
    reason = ""
    value = row["value"]
    close = 1e-6 * max(1.0, value)
    for suffix, why in (("", "narrow"), ("_to_owners", "owner")):
        if reason or f"lower{suffix}" not in row:
            continue
        lower, upper = row[f"lower{suffix}"], row[f"upper{suffix}"]
        if need > 0 and upper - lower <= close and not suffix:
            reason = "exact"
        elif (
            lower > row["needed_lower"] + 1e-6 * need + 1e-9
            or upper < row["needed_upper"] - 1e-6 * need - 1e-9
        ):
            reason = why
    if not reason and thin:
        reason = "thin_line"
    return {"protected": not reason, "reason": reason}


def _thin(case: _Case) -> set[Node]:
    """Return held figures of a sum whose held plants break a rule together."""
    return {
        part
        for parts, _ in thin_lines(case.nodes, case.held, case.rules)
        for part in parts
        if case.held[part]
    }
