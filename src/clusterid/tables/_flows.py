"""Tables of pairs: flows between industries, and given links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

import numpy as np
import pandas as pd

from clusterid._typed import check_types
from clusterid.errors import Fault, check_option
from clusterid.tables._checking import Check, checked_pad
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import RawTable, Reading, load

__all__ = ["read_flows", "read_links"]


def read_flows(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    industries: Sequence[str] | None = None,
    layout: str = "long",
    negative: str = "fault",
    decimal: str = ".",
    thousands: str | None = None,
    pad: Mapping[str, int] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check flows of goods and services between industries.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``seller``, ``buyer``, ``value`` (million of a currency).
    columns : mapping, optional
        Our name to the name in the source.
    industries : list of codes, optional
        A seller or buyer that is not among them is a fault.
    layout : {"long", "matrix"}
        ``"matrix"``: sellers in rows (first column), one column a buyer.
    negative : {"fault", "keep"}
        Negative flows occur in some published tables; keep them only knowingly.
    decimal, thousands, pad, **reading
        See :func:`read_employment`; ``pad`` takes ``"seller"`` and ``"buyer"``.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value``, sorted by the two codes.

    Raises
    ------
    TableError
        With every fault of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> matrix = pd.DataFrame([[1, 2], [0, 3]], index=["A", "B"], columns=["A", "B"])
    >>> matrix.index.name = "seller"
    >>> read_flows(matrix, layout="matrix")["value"].tolist()
    [1.0, 2.0, 0.0, 3.0]
    """
    check_types(read_flows, locals())
    check_option("layout", layout, ["long", "matrix"])
    check_option("negative", negative, ["fault", "keep"])
    raw = load(source, columns=columns, name="flows", **reading)
    if layout == "matrix":
        raw = _molten(raw)
    check = Check(raw)
    pad = checked_pad(pad, ["seller", "buyer"])
    check.columns(["seller", "buyer", "value"])
    for column in ("seller", "buyer"):
        check.codes(
            column, pad=pad.get(column), known=industries, known_as="industries"
        )
    check.numbers(
        "value",
        Numerals(decimal, thousands),
        minimum=0.0 if negative == "fault" else None,
        null=False,
    )
    check.unique(
        ["seller", "buyer"], "add the rows up, or filter to one year and origin"
    )
    check.done()
    return check.frame.sort_values(["seller", "buyer"], ignore_index=True)


def _molten(raw: RawTable) -> RawTable:
    frame = raw.frame
    if not len(frame.columns):
        return raw
    key = "seller" if "seller" in frame.columns else frame.columns[0]
    if key != "seller" and pd.api.types.is_numeric_dtype(frame[key].dtype):
        fault = Fault(
            "the matrix has no column of sellers",
            'name its index, or pass columns={"seller": ...}',
        )
        return RawTable(frame, raw.name, (*raw.faults, fault))
    frame = frame.rename(columns={key: "seller"})
    long = frame.melt(
        id_vars="seller", var_name="buyer", value_name="value", ignore_index=False
    )
    return RawTable(long, raw.name, raw.faults)


def read_links(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    codes: Sequence[str] | None = None,
    directed: bool = False,
    minimum: float | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    pad: Mapping[str, int] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check given links: relatedness, moves of workers, travel.

    A pair that is absent is unknown unless the network that is made of the table is
    told otherwise; a row without a value is therefore a fault, not a zero.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``source``, ``target``, ``value``.
    columns : mapping, optional
        Our name to the name in the source.
    codes : list of str, optional
        An end that is not among them is a fault.
    directed : bool
        False: a pair may stand in both directions only with the same value.
    minimum : float, optional
        Smallest value allowed; relatedness may be negative, moves may not.
    decimal, thousands, pad, **reading
        See :func:`read_employment`; ``pad`` takes ``"source"`` and ``"target"``.

    Returns
    -------
    DataFrame
        ``source``, ``target``, ``value``, sorted by the two codes; rows as given, so
        a symmetric table keeps both directions.

    Raises
    ------
    TableError
        With every fault of the table.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"source": ["26", "62"], "target": ["62", "63"], "value": [0.4, 0.9]}
    >>> len(read_links(pd.DataFrame(rows)))
    2
    """
    check_types(read_links, locals())
    raw = load(source, columns=columns, name="links", **reading)
    check = Check(raw)
    pad = checked_pad(pad, ["source", "target"])
    check.columns(["source", "target", "value"])
    for column in ("source", "target"):
        check.codes(column, pad=pad.get(column), known=codes, known_as="codes")
    check.numbers("value", Numerals(decimal, thousands), minimum=minimum, null=False)
    check.unique(["source", "target"], "add the rows up, or filter to one kind of link")
    if not directed and not check.faults:
        _same_both_ways(check)
    check.done()
    return check.frame.sort_values(["source", "target"], ignore_index=True)


def _same_both_ways(check: Check) -> None:
    frame = check.frame
    value = frame.set_index(["source", "target"])["value"]
    back = value.reindex(pd.MultiIndex.from_frame(frame[["target", "source"]]))
    there, here = back.to_numpy(), frame["value"].to_numpy()
    with np.errstate(invalid="ignore"):
        wrong = np.isfinite(there) & ~np.isclose(there, here, rtol=1e-9, atol=1e-12)
    check.fault(
        wrong,
        "a pair has two values, one in each direction",
        "pass directed=True, or keep one value a pair",
        ["source", "target", "value"],
    )
