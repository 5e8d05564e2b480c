"""A list of links between regions, taken as projects of two partners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from clusterid.errors import Fault, TableError
from clusterid.sources._files import Paths, one_file
from clusterid.tables import read_collaborations, read_table
from clusterid.tables.parsing import Check, Code, Number, Table, TableOptions, Year

__all__ = ["read_edges"]

#: What the ends and the count of a link are called in files that people bring.
_NAMES = {
    "source": ("source", "from", "region_a", "region1", "origin", "von"),
    "target": ("target", "to", "region_b", "region2", "destination", "nach"),
    "count": ("count", "weight", "value", "n", "patents", "projects", "anzahl"),
}
_EDGES = Table(
    "links of regions",
    (
        Code("source", required=True, padded=True, width=None),
        Code("target", required=True, padded=True, width=None),
        Year(null=True),
        Number("count", null=False, counts=True, whole=True),
    ),
)
#: Most projects that a list may stand for: each is written out.
_MOST = 5_000_000


def read_edges(
    paths: Paths,
    *,
    columns: Mapping[str, str] | None = None,
    years: Sequence[int] | None = None,
    pad: Mapping[str, int] | None = None,
    **reading: Any,
) -> pd.DataFrame:
    """Read links between regions (co-patents, joint projects, flights).

    Parameters
    ----------
    paths : path
        ``source``, ``target`` (regions), ``count`` (whole; 1 without it), optionally
        ``year``. A pair may stand several times, in either order; ``from`` and ``to``
        are understood, too.
    columns : mapping, optional
        Our name to the name in the file.
    years : sequence of int, optional
        Years to keep; all by default.
    pad, **reading
        See :func:`clusterid.read_employment`.

    Returns
    -------
    DataFrame
        Participations as :func:`clusterid.read_collaborations` returns them: a link
        that counts n is n projects of two regions. Links of a region with itself have
        one partner and link nothing.
    """
    file = one_file(paths)
    table = read_table(file, columns=columns, name="links of regions", **reading)
    known = {str(c).casefold(): str(c) for c in table.columns}
    for name, words in _NAMES.items():
        own = next((known[w] for w in words if w in known), None)
        if name not in table.columns and own is not None:
            table = table.rename(columns={own: name})
    check = Check(_EDGES.load(table, TableOptions()))
    check.name = f"links of regions ({file.name})"
    _EDGES.check(check, TableOptions(pad=pad))
    check.done()
    edges = check.frame
    if years:
        edges = edges[edges["year"].isin([int(y) for y in years])]
    count = edges["count"].to_numpy(dtype=float) if "count" in edges else None
    times = np.ones(len(edges), int) if count is None else count.astype(int)
    if not len(edges) or not 0 < times.sum() <= _MOST:
        rule = f"the links count {int(times.sum()):,} projects in all"
        mend = f"give whole counts that are at most {_MOST:,} together"
        raise TableError(check.name, [Fault(rule, mend)])
    every = edges.loc[np.repeat(edges.index.to_numpy(), times)].reset_index(drop=True)
    number = [f"link{k:07d}" for k in range(len(every))]
    parts = [
        pd.DataFrame({
            "project": number,
            "organisation": every[end].to_numpy(),
            "organisation_kind": "other",
            "region": every[end].to_numpy(),
            "year": every["year"].to_numpy() if "year" in every else np.nan,
        })
        for end in ("source", "target")
    ]
    both = pd.concat(parts, ignore_index=True)
    return read_collaborations(
        both.drop_duplicates(["project", "organisation"]), pad={"region": 0}
    )
