"""Cells that are held back, and others for their sake: no sum gives them away."""

from clusterid.disclosure.suppression._audit import Audit, audit
from clusterid.disclosure.suppression._guard import Guard, guard, guard_years
from clusterid.disclosure.suppression._primary import protection_needed
from clusterid.disclosure.suppression._rules import SuppressionRules

__all__ = [
    "Audit",
    "Guard",
    "SuppressionRules",
    "audit",
    "guard",
    "guard_years",
    "protection_needed",
]
