"""Official files turned into tables: named readers."""

from clusterid.sources._carry import carry_flows
from clusterid.sources._cordis import is_seat_booked
from clusterid.sources._reader import Reader, SourcedEmployment
from clusterid.sources._registry import READERS, reader
from clusterid.sources._wiod import WIOD56

__all__ = [
    "READERS",
    "WIOD56",
    "Reader",
    "SourcedEmployment",
    "carry_flows",
    "is_seat_booked",
    "reader",
]
