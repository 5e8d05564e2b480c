"""Links of a study: flows, moves and participations, held against what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from clusterid.errors import (
    Fault,
    StudyError,
    TableError,
)
from clusterid.study.reading._collecting import Collected, first_of, noted
from clusterid.study.reading._schema import (
    LayerSection,
    ResearchSection,
    StudyFile,
    layer_names,
)
from clusterid.study.reading._variables import expanded_all
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx


__all__ = ["layers_of", "place_counts", "research_of", "supply_layer"]


def layers_of(
    name: Literal["supply", "skills"],
    config: StudyFile,
    main: Economy | None,
    reading: Collected,
) -> dict[str, tuple[pd.DataFrame, LayerSection]]:
    """Read the layers of one kind by their names, held against what is counted."""
    layers = {}
    is_flow = name == "supply"
    sections = config.supply if is_flow else config.skills
    named = zip(
        reading.sections(name, sections), layer_names(config)[name], strict=True
    )
    for (where, section), label in named:
        paths = reading.paths(where, section.files)
        bridge = reading.path(where, section.correspondence)
        if paths:
            read = partial(_layer, section, label, paths, is_flow, bridge, main)
            table = reading.attempt(where, read)
            if table is not None:
                layers[label] = (table, section)
    return layers


def _layer(
    section: LayerSection,
    label: str,
    paths: list[Path],
    is_flow: bool,
    bridge: Path | None,
    main: Economy | None,
) -> pd.DataFrame:
    """Read one layer: its links between the industries that are counted."""
    from clusterid.sources import reader as named_reader

    reader = named_reader(section.source, "flows" if is_flow else "links")
    options = expanded_all(section.written)
    if main is not None and "industries" in reader.options:
        options.setdefault("industries", list(main.industries))
        options.setdefault("classification", main.metadata.classification)
    if section.columns:
        options["columns"] = section.columns
    if section.year is not None:
        options["year"] = section.year
    table: pd.DataFrame = reader(paths, **options)
    said = dict(table.attrs)
    if bridge is not None and is_flow:
        table = _carried(table, section, bridge)
    # the faults of a table are reported even when the counts have faults, too
    if main is not None:
        table = _counted_only(table, main.industries, label)
        _say_no_link(table, label)
    table.attrs.update(said)
    if is_flow and section.weight in {"total", "apl"}:
        supply_layer(table, section, label)  # needs more than the flows
    return table


def _ends(table: pd.DataFrame) -> tuple[str, str, str]:
    """Return the columns of both ends of a table of links, and what a row is."""
    if "seller" in table.columns:
        return "seller", "buyer", "flow"
    return "source", "target", "link"


def _carried(table: pd.DataFrame, section: LayerSection, bridge: Path) -> pd.DataFrame:
    """Carry flows onto the codes that are counted."""
    from clusterid.classifications import read_correspondence
    from clusterid.sources import carry_flows

    carrier = read_correspondence(
        bridge, columns=section.correspondence_columns or None
    )
    return carry_flows(table, carrier)


def _counted_only(table: pd.DataFrame, codes: pd.Index, name: str) -> pd.DataFrame:
    source, target, what = _ends(table)
    known = table[source].isin(codes) & table[target].isin(codes)
    if not known.any():
        seen = ", ".join(sorted(table[source].unique())[:5])
        raise StudyError(
            f"none of the {len(table)} links is between industries that are counted "
            f"(links: {seen}, ...; counted: {', '.join(codes[:5])}, ...); "
            "set correspondence."
        )
    if not known.all():
        named = sorted(set(table[source]) | set(table[target]))
        unknown = [code for code in named if code not in set(codes)]
        noted(
            f"{name}: {int((~known).sum()):,} of {len(table):,} {what}s begin or end "
            f"in {len(unknown):,} industries that are not counted "
            f"({first_of(unknown)}); they are left out."
        )
    return table[known].reset_index(drop=True)


def _say_no_link(table: pd.DataFrame, name: str) -> None:
    """Warn of flows or links of which none is above 0 between two industries."""
    source, target, what = _ends(table)
    above = table["value"] > 0
    between = table[source] != table[target]
    if (above & between).any():
        return
    if not between.any():
        why = f"every {what} goes from an industry to itself"
    elif (table["value"] == 0).all():
        why = f"every {what} is 0"
    elif (table["value"] < 0).all():
        why = f"every {what} is negative: observed less than by chance"
    else:
        why = f"no {what} between two industries is above 0"
    noted(f"{name}: {why} ({len(table):,} {what}s); the layer has no link.")


def research_of(
    config: StudyFile, reading: Collected
) -> dict[str, tuple[pd.DataFrame, ResearchSection]]:
    """Read the participations of each network of places by its name."""
    networks: dict[str, tuple[pd.DataFrame, ResearchSection]] = {}
    sections = reading.sections("research", config.research)
    for number, (where, section) in enumerate(sections, start=1):
        paths = reading.paths(where, section.files)
        if paths:
            table = reading.attempt(where, partial(_participations, section, paths))
            if table is not None:
                networks[section.name or f"research_{number}"] = (table, section)
    return networks


def _participations(section: ResearchSection, paths: list[Path]) -> pd.DataFrame:
    from clusterid.sources import reader as named_reader

    reader = named_reader(section.source, "collaborations")
    options = expanded_all(section.written)
    if section.columns:
        options["columns"] = section.columns
    table: pd.DataFrame = reader(paths, **options)
    if section.years:
        table = _of_years(table, section.years)
    _say_unknown_weights(table)
    _say_no_amounts(table)
    return table


def _of_years(table: pd.DataFrame, years: tuple[int, ...]) -> pd.DataFrame:
    """Keep the participations of some years; that there is none is a fault."""
    kept = table[table["year"].isin(years)]
    if not len(kept):
        known = sorted({int(year) for year in table["year"].dropna()})
        have = f"has {', '.join(map(str, known[:12]))}" if known else "names no year"
        wanted = ", ".join(map(str, years))
        rule = f"no participation is of {wanted}; the table {have}"
        raise TableError("collaborations", [Fault(rule, "correct years")])
    out = kept.reset_index(drop=True)
    out.attrs.update(table.attrs)
    return out


def _say_unknown_weights(table: pd.DataFrame) -> None:
    """Warn of participations whose weight (money, say) the source does not tell."""
    unknown = int(table["weight"].isna().sum()) if "weight" in table.columns else 0
    if 0 < unknown < len(table):
        note = (
            f"the weight of {unknown:,} of {len(table):,} participations is not known; "
            "where weights are counted, they are left out"
        )
        noted(note)


def _say_no_amounts(table: pd.DataFrame) -> None:
    """Warn of participations none of which has a weight above 0."""
    if not len(table) or (table["weight"] > 0).any():
        return
    known = int(table["weight"].notna().sum())
    why = f"is 0 ({known:,}) or not known" if known else "is unknown"
    noted(
        f"every weight of the {len(table):,} participations {why}; links count "
        "projects, and by weight there would be none."
    )


def place_counts(
    research: Mapping[str, tuple[pd.DataFrame, ResearchSection]],
    regions: gpd.GeoDataFrame,
    reading: Collected,
) -> None:
    """Tell participations in no counted region: all are a fault, some are counted."""
    for where, (name, (table, _)) in reading.sections("research", [*research.items()]):
        placed = table["region"].notna()
        if not placed.any():
            reading.fault(
                where, f"no participation of {name} has a region",
                'name the column: columns = { region = "..." }',
            )  # fmt: skip
            continue
        counted = table["region"].isin(regions.index)
        outside = int((placed & ~counted).sum())
        if not counted.any():
            shown = ", ".join(sorted(table["region"].dropna().unique())[:5])
            reading.fault(
                where,
                f"none of the {int(placed.sum())} participations of {name} with a "
                f"region is in a region that is counted (they are in {shown}, ...; "
                f"counted: {', '.join(regions.index[:5])}, ...)",
                "use regions of the same territorial status",
            )
        elif outside:
            reading.notes.append(
                f"{outside:,} of {int(placed.sum()):,} participations of {name} with a "
                "region are in regions that are not counted."
            )
        within = sorted(set(table.loc[counted, "region"]))
        if len(within) == 1:
            reading.notes.append(
                f"all {int(counted.sum()):,} participations of {name} in a region that "
                f"is counted are in {within[0]}; the network has no link."
            )


def supply_layer(
    flows: pd.DataFrame, section: LayerSection, name: str
) -> nx.Graph[Any]:
    """Return the layer that a section of flows asks for."""
    from clusterid.networks import profile_network, supply_network

    if section.weight == "profile":
        graph: nx.Graph[Any] = profile_network(flows, scale=section.scale, layer=name)
    else:
        graph = supply_network(flows, weight=section.weight, layer=name)
    return graph
