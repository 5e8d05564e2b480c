"""What of a result may leave the house that owns the plants."""

from clusterid.disclosure._public_tables import published_economy
from clusterid.disclosure._publish import publishable, shown
from clusterid.disclosure.suppression import (
    Audit,
    Guard,
    SuppressionRules,
    audit,
    guard,
    guard_years,
)

__all__ = [
    "Audit", "Guard", "SuppressionRules", "audit", "guard", "guard_years",
    "publishable", "published_economy", "shown",
]  # fmt: skip
