"""What each part of a result is, put together from the rooms that make them."""

from __future__ import annotations

from collections.abc import Mapping

from clusterid._columns import (
    IDENTIFIER,
    PART,
    PRIVATE,
    SHARE,
    TEXT,
    Declared,
    Each,
    Table,
)

__all__ = ["declared_parts"]


def declared_parts() -> Mapping[str, Declared]:
    """Return what each field of a result is.

    A part that is a dataclass says in ``kinds`` what its own fields are.

    Examples
    --------
    >>> declared_parts()["economy"] is PART
    True
    """
    from clusterid.classifications._fields import LEXICON_KINDS
    from clusterid.concentration._by_industry import INDEX_KINDS
    from clusterid.networks._graph import LAYER_KINDS
    from clusterid.networks.layers._collaboration import PLACE_KINDS
    from clusterid.networks.layers._colocation import COLOCATION_KINDS
    from clusterid.networks.layers._layers import STACK_KINDS
    from clusterid.simulation._economy import TRUTH_KINDS
    from clusterid.tables._regions import REGION_KINDS

    return {
        "title": IDENTIFIER,
        "language": IDENTIFIER,
        "economy": PART,
        "regions": REGION_KINDS,
        "concentration": _concentration(),
        "industries": INDEX_KINDS,
        "layers": Each(LAYER_KINDS, named={"colocation": COLOCATION_KINDS}),
        "place_networks": Each(PLACE_KINDS),
        "stack": STACK_KINDS,
        "templates": PART,
        "candidates": PART,
        "survey": PART,
        "fields": LEXICON_KINDS,
        "comparison": PART,
        "monitoring": PART,
        "truth": TRUTH_KINDS,
        "provenance": PART,
        "warnings": TEXT,
        "held": PRIVATE,
    }


def _concentration() -> Table:
    """Return what a study's quotients are: the test's, and how much is estimated.

    The limits of a withheld cell keep the width that the source itself gives.
    """
    from clusterid.concentration.quotients._quotient_test import QUOTIENT_KINDS

    return QUOTIENT_KINDS.with_columns(share_imputed=SHARE)
