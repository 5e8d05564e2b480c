"""How clusters move: panels, changes beyond noise, structural peers."""

from clusterid.monitoring._monitor import Monitoring, monitor
from clusterid.monitoring._peers import peers

__all__ = ["Monitoring", "monitor", "peers"]
