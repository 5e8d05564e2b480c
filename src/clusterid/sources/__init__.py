"""Official files turned into tables: named readers."""

from clusterid.sources._carry import carry_flows
from clusterid.sources._files import header_of
from clusterid.sources._reader import Reader, SourcedEmployment
from clusterid.sources._registry import READERS, reader
from clusterid.sources.download._fetch import cache_folder, catalogue, fetch, path
from clusterid.sources.international._wiod import WIOD56
from clusterid.sources.united_states._cbp import FLAG_RANGES, naics_vintage
from clusterid.sources.united_states._us_clusters import describe_declared

__all__ = [
    "FLAG_RANGES", "READERS", "WIOD56", "Reader", "SourcedEmployment", "cache_folder",
    "carry_flows", "catalogue", "describe_declared", "fetch", "header_of",
    "naics_vintage", "path", "reader",
]  # fmt: skip
