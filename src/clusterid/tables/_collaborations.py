"""The collaborations table: who took part in which project, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

import numpy as np
import pandas as pd

from clusterid._typed import check_types
from clusterid.tables._checking import Check, checked_pad, known_codes
from clusterid.tables._numerals import Numerals
from clusterid.tables._reading import Reading, load

__all__ = ["ORGANISATION_KINDS", "read_collaborations"]

#: Words for the kind of an organisation.
ORGANISATION_KINDS = (
    "firm",
    "university",
    "research institute",
    "public",
    "association",
    "other",
)


def read_collaborations(
    source: Any,
    *,
    columns: Mapping[str, str] | None = None,
    regions: Any = None,
    kinds: Mapping[str, str] | None = None,
    decimal: str = ".",
    thousands: str | None = None,
    pad: Mapping[str, int] | None = None,
    **reading: Unpack[Reading],
) -> pd.DataFrame:
    """Read and check participations of organisations in projects.

    Parameters
    ----------
    source : path, DataFrame or Arrow table
        Columns ``project``, ``organisation``; optional ``organisation_kind``,
        ``region`` (empty: not located), ``year``, ``weight`` (an amount, 0 or more;
        empty: unknown) and ``field``.
    columns : mapping, optional
        Our name to the name in the source.
    regions : regions table, Index or list of codes, optional
        A region that is not among them is a fault.
    kinds : mapping, optional
        ``{"HES": "university"}``: words of the source to :data:`ORGANISATION_KINDS`.
    decimal, thousands, pad, **reading
        See :func:`read_employment`.

    Returns
    -------
    DataFrame
        ``project``, ``organisation``, ``organisation_kind``, ``region``, ``year``,
        ``weight``, ``field``, always all seven (NaN where the source has none),
        sorted by project, organisation, region. A table without weights counts every
        participation as 1; in a table with weights one that is missing stays NaN, and
        ``attrs["unknown_weights"]`` says how many are.

    Raises
    ------
    TableError
        With every fault of the table; an organisation that stands twice in a project
        at the same place is one.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"project": ["p", "p"], "organisation": ["a", "b"]}
    >>> table = read_collaborations(pd.DataFrame({**rows, "kind": ["HES", "PRC"]}),
    ...     columns={"organisation_kind": "kind"},
    ...     kinds={"HES": "university", "PRC": "firm"})
    >>> table["organisation_kind"].tolist(), table["weight"].tolist()
    (['university', 'firm'], [1.0, 1.0])
    >>> paid = read_collaborations(pd.DataFrame({**rows, "weight": [5000.0, None]}))
    >>> paid["weight"].tolist(), paid.attrs["unknown_weights"]
    ([5000.0, nan], 1)
    """
    check_types(read_collaborations, locals())
    raw = load(source, columns=columns, name="collaborations", **reading)
    check = Check(raw)
    pad = checked_pad(pad, ["project", "organisation", "region"])
    optional = ["organisation_kind", "region", "year", "weight", "field"]
    check.columns(["project", "organisation"], optional)
    check.codes("project", pad=pad.get("project", 0))
    check.codes("organisation", pad=pad.get("organisation", 0))
    check.codes("region", null=True, pad=pad.get("region"), known=known_codes(regions))
    check.words(
        "organisation_kind",
        ORGANISATION_KINDS,
        translation=kinds,
        mend='translate with kinds={"<word>": "firm"}',
    )
    check.whole_years(null=True)
    check.numbers("weight", Numerals(decimal, thousands))
    check.codes("field", null=True, pad=0)
    _unique_where_located(check)
    check.done()
    frame = check.frame
    for column in optional:
        if column not in frame.columns:
            frame[column] = 1.0 if column == "weight" else np.nan
    order = ["project", "organisation", *optional]
    result = frame[order].sort_values(
        ["project", "organisation", "region"], kind="stable", ignore_index=True
    )
    result.attrs["unknown_weights"] = int(result["weight"].isna().sum())
    return result


def _unique_where_located(check: Check) -> None:
    keys = [
        k
        for k in ("project", "organisation", "region", "year", "field")
        if check.has(k)
    ]
    if not {"project", "organisation"} <= set(keys) or not len(check.frame):
        return
    named = check.frame[["project", "organisation"]].notna().all(axis=1).to_numpy()
    twice = check.frame.duplicated(keys, keep=False).to_numpy() & named
    check.fault(
        twice,
        "an organisation stands more than once in a project",
        "keep one row (table.drop_duplicates()), or add the weights up",
        keys,
    )
