"""What a caller says of single cells: which must be published, what each costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid.disclosure.suppression._nodes import Nodes, Side
from clusterid.errors import Fault, TableError, TableTypeError

__all__ = ["Publish", "must_publish", "prices", "spread_cells", "true_or_false"]

#: Cells named by a table of True and False, or by pairs of region and industry.
Publish = object

Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]


def must_publish(nodes: Nodes, publish: object) -> Mask:
    """Return which figures must be published.

    Raises
    ------
    TableError
        If a cell is named that the economy does not have.
    """
    asked = np.zeros(nodes.shape, dtype=bool)
    if publish is None:
        return asked
    if isinstance(publish, pd.DataFrame) and not {"region", "industry"} <= set(
        publish.columns
    ):
        return spread_cells(nodes, true_or_false(publish, "publish"), "publish") > 0
    if isinstance(publish, pd.DataFrame):
        pairs = list(zip(publish["region"], publish["industry"], strict=True))
    else:
        pairs = _pairs(publish)
    unknown = []
    for region, industry in pairs:
        at = _place(nodes.regions, region), _place(nodes.industries, industry)
        if min(at) < 0:
            unknown.append((str(region), str(industry)))
        else:
            asked[at] = True
    if unknown:
        mend = "use codes of the table, its groups or TOTAL"
        rule = "publish names a cell that the economy does not have"
        raise TableError("publish", [Fault.listing(rule, mend, unknown)])
    return asked


def prices(nodes: Nodes, costs: pd.DataFrame | None) -> Matrix:
    """Return what it costs to hold each figure: by default its jobs.

    Raises
    ------
    TableError
        If a cost is negative or no number, or a cell has none.
    """
    jobs = np.nan_to_num(nodes.value)
    if costs is None:
        return jobs + 1.0
    if not isinstance(costs, pd.DataFrame):
        raise TableTypeError(
            "costs must be a DataFrame regions x industries, not "
            f"{type(costs).__name__}"
        )
    given = spread_cells(nodes, costs, "costs")
    rows, columns = nodes.regions.n_cells, nodes.industries.n_cells
    cells = given[:rows, :columns]
    if not (cells >= 0).all():
        count = int((~(cells >= 0)).sum())
        fault = Fault("a cost is negative or missing", "use 0 or more", count)
        raise TableError("costs", [fault])
    mean = jobs[nodes.bottom].mean() if nodes.bottom.any() else 1.0
    scale = (cells.mean() or 1.0) / (mean or 1.0)
    made = jobs * scale  # sums cost as their jobs do
    made[:rows, :columns] = cells
    return made + scale


def true_or_false(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a table of bool, or raise where a cell is neither True nor False.

    Raises
    ------
    TableError
        That names the cells.
    """
    wrong = ~frame.isin([True, False]).to_numpy()
    if wrong.any():
        rows = [
            (f"{frame.index[i]} / {frame.columns[j]}", str(frame.iloc[i, j]))
            for i, j in np.argwhere(wrong)
        ]
        rule = f"{name} is neither True nor False"
        raise TableError(name, [Fault.listing(rule, "say which of the two", rows)])
    return frame.astype(bool)


def spread_cells(nodes: Nodes, frame: pd.DataFrame, name: str) -> Matrix:
    """Return a table of cells at the places of the nodes, 0 elsewhere.

    Raises
    ------
    TableError
        If it lacks a region or an industry of the economy.
    """
    given = frame.rename(index=str, columns=str)
    rows, columns = nodes.regions.n_cells, nodes.industries.n_cells
    faults = []
    for noun, mine, other in (
        ("region", nodes.regions.codes[:rows], given.index),
        ("industry", nodes.industries.codes[:columns], given.columns),
    ):
        missing = [code for code in mine if code not in other]
        if missing:
            listed = ((code, None) for code in missing)
            rule = f"{name} lacks a {noun} of the table"
            faults.append(Fault.listing(rule, "give every cell of it", listed))
        if other.has_duplicates:
            faults.append(Fault(f"a {noun} of {name} stands twice", "keep one"))
    if faults:
        raise TableError(name, faults)
    given = given.reindex(
        index=nodes.regions.codes[:rows], columns=nodes.industries.codes[:columns]
    )
    made = np.zeros(nodes.shape)
    made[:rows, :columns] = given.to_numpy(dtype=float)
    return made


# -- parts -------------------------------------------------------------------------


def _pairs(publish: object) -> list[tuple[object, object]]:
    try:
        return [(region, industry) for region, industry in publish]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        fault = Fault(
            "publish is neither a table nor pairs",
            "give a table of True and False, or (region, industry) pairs",
        )
        raise TableError("publish", [fault]) from None


def _place(side: Side, code: object) -> int:
    return int(side.codes.get_indexer(pd.Index([str(code)]))[0])
