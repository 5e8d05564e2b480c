"""What a cluster is called: by its strongest members and its main town."""

from clusterid.clusters.naming._said import Names, names_in
from clusterid.clusters.naming._strongest import Naming

__all__ = ["Names", "Naming", "names_in"]
