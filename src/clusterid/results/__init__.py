"""A whole study's result, typed. Nothing is written or drawn here."""

from clusterid.results._declared import declared_parts
from clusterid.results._provenance import Provenance
from clusterid.results._result import Result, check_result
from clusterid.results._tables import (
    cell_quotient,
    needed_columns,
    ranked_clusters,
    shown_quotients,
)

__all__ = [
    "Provenance",
    "Result",
    "cell_quotient",
    "check_result",
    "declared_parts",
    "needed_columns",
    "ranked_clusters",
    "shown_quotients",
]
