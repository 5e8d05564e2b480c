"""All named readers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clusterid.errors import OptionError, nearest
from clusterid.sources import (
    _ba_occupations,
    _bea,
    _bres,
    _cbp,
    _cordis,
    _genesis,
    _regional_parquet,
    _siot,
    _skill_links,
    _table,
    _uk_io,
    _us_clusters,
    _wiod,
)
from clusterid.sources._reader import Kind, Reader
from clusterid.tables import (
    read_collaborations,
    read_employment,
    read_flows,
    read_links,
)

__all__ = ["READERS", "reader"]

_ALL = (
    Reader(
        "genesis",
        "employment",
        _genesis.read_genesis,
        "flat CSV of the German Regionaldatenbank, tables 13111-07-05-4, 13312-01-05-4",
    ),
    Reader(
        "svb_wz08",
        "employment",
        _regional_parquet.read_svb_wz08,
        "table 13111-07-05-4 as Parquet: Kreise x groups of WZ 2008",
    ),
    Reader(
        "erwerbstaetige",
        "employment",
        _regional_parquet.read_erwerbstaetige,
        "table 13312-01-05-4 as Parquet: Kreise x 7 groups, annual averages",
    ),
    Reader(
        "ba_occupations",
        "employment",
        _ba_occupations.read_ba_occupations,
        "Kreise x 140 occupation groups (KldB 2010)",
    ),
    Reader(
        "bres",
        "employment",
        _bres.read_bres,
        "Great Britain: NUTS 2 x SIC 2007, with enterprises by size band",
    ),
    Reader(
        "siot",
        "flows",
        _siot.read_siot,
        "symmetric input-output table as Eurostat lays it out (CSV with margins)",
    ),
    Reader(
        "uk_io",
        "flows",
        _uk_io.read_uk_io,
        "United Kingdom: input-output table 2010, 127 products",
    ),
    Reader(
        "cbp",
        "employment",
        _cbp.read_cbp,
        "United States: states x NAICS leaves, jobs with bounds, establishments",
    ),
    Reader(
        "bea",
        "flows",
        _bea.read_bea,
        "United States: benchmark use and make tables, 402 industries or NAICS leaves",
    ),
    Reader(
        "us_benchmark",
        "templates",
        _us_clusters.read_benchmark,
        "United States: benchmark cluster definitions as given templates",
    ),
    Reader(
        "us_declared",
        "fields",
        _us_clusters.read_us_declared,
        "Colorado: what four bodies declare, with member industries",
    ),
    Reader(
        "wiod", "flows", _wiod.read_wiod, "national input-output table, 56 industries"
    ),
    Reader(
        "cordis_fp7",
        "collaborations",
        _cordis.read_cordis_fp7,
        "participations in FP7 projects",
    ),
    Reader(
        "cordis_h2020",
        "collaborations",
        _cordis.read_cordis_h2020,
        "participations in Horizon 2020 projects, with money, year, programme part",
    ),
    Reader(
        "skill_links",
        "links",
        _skill_links.read_skill_links,
        "skill relatedness of industries from job moves",
    ),
)

#: Readers of official files by name.
READERS: Mapping[str, Reader] = MappingProxyType({r.name: r for r in _ALL})

_TABLES: dict[str, Reader] = {
    r.kind: r
    for r in (
        Reader(
            "table",
            "employment",
            _table.read_employment_table,
            "own employment table",
            read_employment,
        ),
        Reader(
            "table", "flows", _table.read_flows_table, "own table of flows", read_flows
        ),
        Reader(
            "table", "links", _table.read_links_table, "own table of links", read_links
        ),
        Reader(
            "table",
            "collaborations",
            _table.read_collaborations_table,
            "own table of participations",
            read_collaborations,
        ),
    )
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
    if name in ("table", "csv") and kind in _TABLES:
        return _TABLES[kind]
    found = READERS.get(name)
    offered = [*(["table"] if kind in _TABLES else [])]
    offered += [r.name for r in _ALL if r.kind == kind]
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
