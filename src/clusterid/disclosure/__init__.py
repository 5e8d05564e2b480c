"""What of a result may leave the house that owns the plants."""

from clusterid.disclosure._publish import publishable

__all__ = ["publishable"]
