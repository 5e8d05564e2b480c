"""Skill relatedness: from moves between jobs, or from a table given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clusterid._faults import faults_in_rows, missing_columns, refuse
from clusterid._typed import typed
from clusterid.errors import check_option
from clusterid.networks._graph import Links, build_graph
from clusterid.statistics import over_positive
from clusterid.tables import column_numbers

__all__ = ["skill_network", "skill_relatedness"]

Floats = NDArray[np.float64]
_SHOWN = 5


def _checked(links: pd.DataFrame, *, moves: bool) -> pd.DataFrame:
    wanted = ("source", "target", "value")
    refuse("links", missing_columns(links, wanted, "give source, target, value"))
    value, unread = column_numbers(links["value"], only_doubtful=True)
    keys = pd.MultiIndex.from_frame(links[["source", "target"]].astype("string"))
    rules = [
        (
            links[["source", "target"]].isna().any(axis=1).to_numpy(bool),
            "a source or target has no code",
            "fill the code or drop the row",
        ),
        (
            np.isnan(value) & links["value"].notna().to_numpy(bool),
            "the value is not a number",
            "give numbers; leave a pair out where it is unknown",
        ),
        (
            np.asarray(keys.duplicated()),
            "a pair stands twice in the same direction",
            "add up or average the rows first",
        ),
    ]
    if moves:
        rules.append((value < 0, "a number of moves is negative", "check the file"))
    faults = list(unread)
    for wrong, rule, mend in rules:
        faults += faults_in_rows(rule, mend, wrong, links["value"])
    refuse("links", faults)
    result = pd.DataFrame({
        "source": links["source"].astype("string").astype(object),
        "target": links["target"].astype("string").astype(object),
        "value": value,
    })
    return result[result["value"].notna()].sort_values(
        ["source", "target"], ignore_index=True
    )


@typed
def skill_relatedness(moves: pd.DataFrame, *, own: str = "out") -> pd.DataFrame:
    r"""Return how many more people move between two industries than their sizes tell.

    .. math::
        SR_{ij} = \frac{F_{ij} F_{\cdot\cdot}}{F_{i\cdot} F_{\cdot j}},\qquad
        \widetilde{SR}_{ij} = \frac{(SR_{ij}+SR_{ji})/2 - 1}{(SR_{ij}+SR_{ji})/2 + 1}

    The two directions are averaged before mapping to -1..1; the other order gives
    other numbers.

    Parameters
    ----------
    moves : DataFrame
        Columns ``source``, ``target``, ``value`` (persons who moved). A pair that is
        not listed is taken for no move: give a full table, or use a table of
        relatedness where small cells were withheld.
    own : {"out", "in"}
        Whether moves within an industry count in the margins.

    Returns
    -------
    DataFrame, industry x industry
        -1 (no move) over 0 (as expected) to 1; NaN on the diagonal and where an
        industry has no moves.

    References
    ----------
    Neffke, F., Henning, M. (2013), Strategic Management Journal 34(3), 297-316;
    Neffke, F., Otto, A., Weyh, A. (2017), Journal of Economic Geography [formula as
    described by the authors' research group, not checked against the papers].

    Examples
    --------
    >>> import pandas as pd
    >>> moves = pd.DataFrame(
    ...     [("a", "b", 8.0), ("b", "a", 8.0), ("a", "c", 2.0), ("c", "a", 2.0)],
    ...     columns=["source", "target", "value"])
    >>> skill_relatedness(moves).loc["a", "b"].round(3)
    np.float64(0.333)
    """
    check_option("own", own, ("out", "in"))
    table = _checked(moves, moves=True)
    codes = sorted(set(table["source"]) | set(table["target"]))
    F = np.zeros((len(codes), len(codes)))
    F[_ends(table, codes)] = table["value"].to_numpy(float)
    if own == "out":
        np.fill_diagonal(F, 0.0)
    expected = np.outer(F.sum(axis=1), F.sum(axis=0)) / F.sum()
    ratio = over_positive(F, expected)
    known = np.isfinite(ratio)
    both = known.astype(float) + known.T
    total = np.where(known, ratio, 0.0)
    mean = np.where(both > 0, (total + total.T) / np.maximum(both, 1), np.nan)
    relatedness = (mean - 1) / (mean + 1)
    np.fill_diagonal(relatedness, np.nan)
    return pd.DataFrame(
        relatedness,
        index=pd.Index(codes, name="industry"),
        columns=pd.Index(codes, name="industry"),
    )


@typed
def skill_network(
    links: pd.DataFrame,
    *,
    given: str = "relatedness",
    absent: str = "unknown",
    minimum: float = 0.0,
    layer: str = "skill",
    source: str = "",
) -> Any:
    """Return the network of industries between which people move more than by chance.

    Parameters
    ----------
    links : DataFrame
        Columns ``source``, ``target``, ``value``: a table of relatedness (-1..1, each
        pair once or both ways), or of moves.
    given : {"relatedness", "moves"}
        What the value is; moves are turned into relatedness first
        (:func:`skill_relatedness`).
    absent : {"unknown", "zero"}
        What a pair that is not listed means. Small cells are withheld in most
        tables: then it is unknown.
    minimum : float
        A pair at or below it is observed and no link; 0 is "as by chance".
    layer, source : str
        Kept with the graph.

    Returns
    -------
    Graph
        ``weight`` is the relatedness, the mean where a pair was given both ways.
        ``graph.graph["observed_without_link"]`` lists the pairs that were seen and
        hold no link.

    Raises
    ------
    TableError
        If the table has faults; all are listed.

    Examples
    --------
    >>> import pandas as pd
    >>> links = pd.DataFrame({"source": ["a", "b", "a"], "target": ["b", "a", "c"],
    ...                       "value": [0.4, 0.6, -0.2]})
    >>> graph = skill_network(links)
    >>> graph.edges["a", "b"]["weight"], graph.graph["observed_without_link"]
    (0.5, [('a', 'c')])
    """
    check_option("given", given, ("relatedness", "moves"))
    check_option("absent", absent, ("unknown", "zero"))
    pairs = _moved if given == "moves" else _given
    codes, (rows, columns, value) = pairs(links, absent)
    none = value <= minimum
    without = [
        (codes[i], codes[j])
        for i, j in zip(rows[none].tolist(), columns[none].tolist(), strict=True)
    ]
    return build_graph(
        codes,
        Links(rows[~none], columns[~none], value[~none]),
        directed=False,
        layer=layer,
        kind="industry",
        absent=absent,
        source=source,
        unit="skill relatedness (-1..1)",
        observed_without_link=without if absent == "unknown" else [],
        params={"given": given, "minimum": minimum},
    )


def _moved(moves: pd.DataFrame, absent: str) -> tuple[list[str], Links]:
    """Return the relatedness of the pairs seen, from moves between them."""
    frame = skill_relatedness(moves)
    codes = [str(code) for code in frame.index]
    rows, columns = np.triu_indices(len(codes), 1)
    value = frame.to_numpy(float)[rows, columns]
    seen = np.isfinite(value)
    if absent == "unknown":
        a, b = _ends(_checked(moves, moves=True), codes)
        listed = np.zeros((len(codes), len(codes)), dtype=bool)
        listed[a, b] = listed[b, a] = True
        seen &= listed[rows, columns]
    return codes, Links(rows[seen], columns[seen], value[seen])


def _given(links: pd.DataFrame, _: str) -> tuple[list[str], Links]:
    """Return the relatedness given, the mean of both directions."""
    table = _checked(links, moves=False)
    codes = sorted(set(table["source"]) | set(table["target"]))
    a, b = _ends(table, codes)
    low, high = np.minimum(a, b), np.maximum(a, b)
    pair = pd.DataFrame({"a": low, "b": high, "v": table["value"]})
    mean = pair[pair["a"] != pair["b"]].groupby(["a", "b"])["v"].mean()
    ends = (mean.index.get_level_values(level) for level in (0, 1))
    rows, columns = (np.asarray(end, dtype=np.int64) for end in ends)
    return codes, Links(rows, columns, mean.to_numpy(float))


def _ends(
    table: pd.DataFrame, codes: list[str]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the positions of the two ends of every row."""
    place = pd.Index(codes)
    source, target = (pd.Index(table[end]) for end in ("source", "target"))
    return place.get_indexer(source), place.get_indexer(target)
