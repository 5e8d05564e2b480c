"""All named readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from clusterid.errors import OptionError, nearest
from clusterid.sources._edges import read_edges
from clusterid.sources._reader import DECLARED, Kind, Reader
from clusterid.sources._table import (
    read_collaborations_table,
    read_employment_table,
    read_flows_table,
    read_links_table,
)
from clusterid.sources.germany._ba_occupations import read_ba_occupations
from clusterid.sources.germany._genesis import read_genesis
from clusterid.sources.germany._regional_parquet import (
    read_erwerbstaetige,
    read_svb_wz08,
)
from clusterid.sources.great_britain._bres import read_bres
from clusterid.sources.great_britain._uk_io import read_uk_io
from clusterid.sources.international._cordis import read_cordis_fp7, read_cordis_h2020
from clusterid.sources.international._eurostat import read_eurostat
from clusterid.sources.international._io_workbook import read_io_workbook
from clusterid.sources.international._siot import read_siot
from clusterid.sources.international._skill_links import read_skill_links
from clusterid.sources.international._wiod import read_wiod
from clusterid.sources.united_states._bea import read_bea
from clusterid.sources.united_states._cbp import read_cbp
from clusterid.sources.united_states._cbp_areas import read_cbp_areas
from clusterid.sources.united_states._us_clusters import (
    read_benchmark,
    read_us_declared,
)
from clusterid.tables import (
    read_collaborations,
    read_employment,
    read_flows,
    read_links,
)

__all__ = ["READERS", "reader"]

_FUNCTIONS: Mapping[str, Callable[..., object]] = {
    "genesis": read_genesis,
    "svb_wz08": read_svb_wz08,
    "erwerbstaetige": read_erwerbstaetige,
    "ba_occupations": read_ba_occupations,
    "bres": read_bres,
    "eurostat": read_eurostat,
    "io_workbook": read_io_workbook,
    "siot": read_siot,
    "uk_io": read_uk_io,
    "cbp": read_cbp,
    "cbp_areas": read_cbp_areas,
    "bea": read_bea,
    "us_benchmark": read_benchmark,
    "us_declared": read_us_declared,
    "wiod": read_wiod,
    "edges": read_edges,
    "cordis_fp7": read_cordis_fp7,
    "cordis_h2020": read_cordis_h2020,
    "skill_links": read_skill_links,
}

#: Readers of official files by name.
READERS: Mapping[str, Reader] = MappingProxyType({
    name: Reader(name, DECLARED[name]["kind"], read, DECLARED[name]["description"])
    for name, read in _FUNCTIONS.items()
})

_TABLES: tuple[tuple[Kind, Callable[..., object], Callable[..., object], str], ...] = (
    ("employment", read_employment_table, read_employment, "own employment table"),
    ("flows", read_flows_table, read_flows, "own table of flows"),
    ("links", read_links_table, read_links, "own table of links"),
    (
        "collaborations",
        read_collaborations_table,
        read_collaborations,
        "own table of participations",
    ),
)
#: Readers of own files by what comes out.
_OWN: Mapping[Kind, Reader] = {
    kind: Reader("table", kind, read, description, passes_to)
    for kind, read, passes_to, description in _TABLES
}


def reader(name: str, kind: Kind) -> Reader:
    """Return the reader of a name and kind; ``"table"`` and ``"csv"`` are own files.

    Raises
    ------
    OptionError
        If there is no such reader, or it reads something else.

    Examples
    --------
    >>> reader("wiod", "flows")
    <Reader wiod (flows): national input-output table, 56 industries>
    >>> list(reader("cordis_fp7", "collaborations").options)
    ['regions', 'territory', 'located_only', 'seat_booked']
    """
    if name in ("table", "csv") and kind in _OWN:
        return _OWN[kind]
    found = READERS.get(name)
    offered = [*(["table"] if kind in _OWN else [])]
    offered += [r.name for r in READERS.values() if r.kind == kind]
    if found is None:
        raise OptionError(
            f"There is no reader {name!r}.{nearest(name, offered)} "
            f"Readers of {kind}: {', '.join(offered)}."
        )
    if found.kind != kind:
        raise OptionError(
            f"The reader {name!r} gives {found.kind}, not {kind}. "
            f"Readers of {kind}: {', '.join(offered)}."
        )
    return found
