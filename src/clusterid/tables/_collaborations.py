"""The collaborations table: who took part in which project, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Unpack

import numpy as np
import pandas as pd

from clusterid.tables.parsing import (
    Check,
    Code,
    Number,
    Reading,
    Table,
    TableOptions,
    Word,
    Year,
)

__all__ = ["ORGANISATION_KINDS", "read_collaborations"]

#: Words for the kind of an organisation.
ORGANISATION_KINDS = (
    "firm", "university", "research institute", "public", "association", "other",
)  # fmt: skip
_COLLABORATIONS = Table(
    "collaborations",
    (
        Code("project", required=True, padded=True),
        Code("organisation", required=True, padded=True),
        Code("region", null=True, padded=True, width=None),
        Word(
            "organisation_kind",
            ORGANISATION_KINDS,
            mend='translate with kinds={"<word>": "firm"}',
        ),
        Year(null=True),
        Number("weight", counts=True),
        Code("field", null=True),
    ),
    sort=("project", "organisation", "region"),
    order=(
        "project", "organisation", "organisation_kind", "region", "year", "weight",
        "field",
    ),
)  # fmt: skip


def read_collaborations(
    source: object,
    *,
    columns: Mapping[str, str] | None = None,
    regions: object = None,
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
    options = TableOptions.of(
        read_collaborations,
        locals(),
        known={"region": regions},
        translations={"organisation_kind": kinds},
    )
    check = Check(_COLLABORATIONS.load(source, options))
    _COLLABORATIONS.check(check, options)
    _unique_where_located(check)
    unknown = dict.fromkeys(("organisation_kind", "region", "year", "field"), np.nan)
    result = _COLLABORATIONS.finished(check, {**unknown, "weight": 1.0})
    result.attrs["unknown_weights"] = int(result["weight"].isna().sum())
    return result


def _unique_where_located(check: Check) -> None:
    """Tell an organisation that stands twice in a project at the same place."""
    places = ("project", "organisation", "region", "year", "field")
    keys = [key for key in places if check.has(key)]
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
