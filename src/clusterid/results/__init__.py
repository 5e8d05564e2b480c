"""A whole study's result, typed. Nothing is written or drawn here."""

from clusterid.results._declared import declared_parts
from clusterid.results._provenance import Provenance
from clusterid.results._result import Result, check_result
from clusterid.results._tables import needed_columns, shown_quotients

__all__ = [
    "Provenance",
    "Result",
    "check_result",
    "declared_parts",
    "needed_columns",
    "shown_quotients",
]
