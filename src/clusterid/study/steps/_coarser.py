"""What larger regions lend: of the fields of the lexicon, and of kinds of cluster."""

from __future__ import annotations

import warnings
from contextlib import suppress
from typing import TYPE_CHECKING

import pandas as pd

from clusterid.errors import ClassificationError, DataWarning, TableError

if TYPE_CHECKING:
    import geopandas as gpd

    from clusterid.comparison import CoarserEvidence
    from clusterid.study.reading._coarser import LentCounts
    from clusterid.study.steps._case import Case

__all__ = ["lent_fields", "with_coarser"]


def lent_fields(case: Case) -> CoarserEvidence | None:
    """Return what is lent of the fields of the lexicon; None without any."""
    lent = case.inputs.coarser
    if lent is None or lent.lexicon is None:
        return None
    try:
        return _measured(lent.lexicon, lent, case, case.inputs.roles)
    except (ClassificationError, TableError) as error:
        warnings.warn(
            f"coarser evidence: none is lent. {error}", DataWarning, stacklevel=2
        )
        return None


def _measured(
    lexicon: pd.DataFrame, lent: LentCounts, case: Case, roles: tuple[str, ...]
) -> CoarserEvidence:
    """Return the plants of fields in the larger regions that hold the study's."""
    from clusterid.comparison import field_weights, lend

    return lend(
        lent.economy,
        lent.unit,
        lent.names,
        field_weights(lexicon, lent.economy, roles=roles, correspondence=None),
        mappability=case.method.mappability,
    )


def with_coarser(table: gpd.GeoDataFrame, case: Case) -> gpd.GeoDataFrame:
    """Add to clusters what larger regions say of the same kind.

    A field of the lexicon is the same kind by its name; another kind is, where its
    codes are of the classification that the larger regions are counted in. A cluster
    that lies in several larger regions is told that of its main town.
    """
    from clusterid.clusters import COARSER_COLUMNS
    from clusterid.comparison import NOTHING

    lent = case.inputs.coarser
    if lent is None:
        return table
    fields, by_code = lent_fields(case), _lent_kinds(table, lent, case)
    rows = []
    for level, kind, regions, town in zip(
        *(table[name] for name in ("level", "kind", "regions", "town")), strict=True
    ):
        source = fields if level == "field" else by_code
        name = str(kind).removeprefix("field ") if level == "field" else str(kind)
        found = NOTHING
        for where in (str(regions).split(";"), [str(town)]):
            if source is not None and not found.region:
                found = source.of(name, where)
        rows.append(found)
    columns = pd.DataFrame(rows, index=table.index, columns=list(COARSER_COLUMNS))
    return table.assign(**columns)


def _lent_kinds(
    table: gpd.GeoDataFrame, lent: LentCounts, case: Case
) -> CoarserEvidence | None:
    """Return what is lent of kinds that are codes; None in another classification."""
    name = case.counts.economy.metadata.classification
    kinds = table[table["level"].ne("field")].drop_duplicates("kind")
    lines = [
        (str(kind), code)
        for kind, codes in zip(kinds["kind"], kinds["industries"], strict=True)
        for code in str(codes).split(";")
    ]
    if not lines:
        return None
    lexicon = pd.DataFrame(lines, columns=["field", "code"]).assign(
        classification=name, role="core", weight=1.0, basis="",
        label_de="", label_en="",
    )  # fmt: skip
    with suppress(ClassificationError, TableError):
        return _measured(lexicon, lent, case, ("core",))
    return None
