"""Links of a study: flows, moves and participations, held against what is counted."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from clusterid.errors import (
    DataWarning,
    Fault,
    StudyError,
    TableError,
)
from clusterid.study._collecting import Collected
from clusterid.study._schema import (
    LayerSection,
    ResearchSection,
    StudyFile,
    expanded_all,
    layer_names,
)
from clusterid.tables import Economy

if TYPE_CHECKING:
    import geopandas as gpd


__all__ = ["layers_of", "place_counts", "research_of"]


def layers_of(
    name: Literal["supply", "skills"],
    config: StudyFile,
    main: Economy | None,
    reading: Collected,
) -> dict[str, tuple[pd.DataFrame, LayerSection]]:
    from clusterid.sources import reader as named_reader
    from clusterid.study._pipeline import supply_layer

    layers = {}
    sections, labels = getattr(config, name), layer_names(config)[name]
    kind: Literal["flows", "links"] = "flows" if name == "supply" else "links"
    for number, (section, label) in enumerate(zip(sections, labels, strict=True), 1):
        where = name if len(sections) == 1 else f"{name} {number}"
        paths = reading.paths(where, section.files)
        bridge = reading.path(where, section.correspondence)
        if not paths:
            continue

        def read(
            section: LayerSection = section,
            paths: list[Path] = paths,
            bridge: Path | None = bridge,
            label: str = label,
        ) -> pd.DataFrame:
            reader = named_reader(section.source, kind)
            options = expanded_all(section.options)
            if main is not None and "industries" in reader.options:
                options.setdefault("industries", list(main.industries))
                options.setdefault("classification", main.metadata.classification)
            if section.columns:
                options["columns"] = section.columns
            if section.year is not None:
                options["year"] = section.year
            table: pd.DataFrame = reader(paths, **options)
            if bridge is not None and name == "supply":
                table = _carried(table, section, bridge)
            # the faults of a table are told even when the counts have faults, too
            if main is not None:
                table = _counted_only(table, main.industries, label)
                _say_no_link(table, label)
            if name == "supply" and section.weight in {"total", "apl"}:
                supply_layer(table, section, label)  # needs more than the flows
            return table

        table = reading.attempt(where, read)
        if table is not None:
            layers[label] = (table, section)
    return layers


def _carried(table: pd.DataFrame, section: LayerSection, bridge: Path) -> pd.DataFrame:
    """Carry flows onto the codes that are counted."""
    from clusterid.classifications import read_correspondence
    from clusterid.sources import carry_flows

    carrier = read_correspondence(
        bridge, columns=section.correspondence_columns or None
    )
    return carry_flows(table, carrier)


def _counted_only(table: pd.DataFrame, codes: pd.Index, name: str) -> pd.DataFrame:
    ends = ("seller", "buyer") if "seller" in table.columns else ("source", "target")
    known = table[ends[0]].isin(codes) & table[ends[1]].isin(codes)
    if not known.any():
        seen = ", ".join(sorted(table[ends[0]].unique())[:5])
        raise StudyError(
            f"none of the {len(table)} links is between industries that are counted "
            f"(links: {seen}, ...; counted: {', '.join(codes[:5])}, ...); "
            "set correspondence."
        )
    if not known.all():
        named = sorted(set(table[ends[0]]) | set(table[ends[1]]))
        unknown = [code for code in named if code not in set(codes)]
        shown = ", ".join(unknown[:5]) + (", ..." if len(unknown) > 5 else "")
        what = "flows" if ends[0] == "seller" else "links"
        warnings.warn(
            f"{name}: {int((~known).sum()):,} of {len(table):,} {what} begin or end in "
            f"{len(unknown):,} industries that are not counted ({shown}); they are "
            "left out.",
            DataWarning,
            stacklevel=2,
        )
    return table[known].reset_index(drop=True)


def _say_no_link(table: pd.DataFrame, name: str) -> None:
    """Warn of flows or links of which none is above 0 between two industries."""
    is_flow = "seller" in table.columns
    ends = ("seller", "buyer") if is_flow else ("source", "target")
    what = "flow" if is_flow else "link"
    above = table["value"] > 0
    between = table[ends[0]] != table[ends[1]]
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
    warnings.warn(
        f"{name}: {why} ({len(table):,} {what}s); the layer has no link.",
        DataWarning,
        stacklevel=2,
    )


def research_of(
    config: StudyFile, reading: Collected
) -> dict[str, tuple[pd.DataFrame, ResearchSection]]:
    from clusterid.sources import reader as named_reader

    networks: dict[str, tuple[pd.DataFrame, ResearchSection]] = {}
    for number, section in enumerate(config.research, start=1):
        where = "research" if len(config.research) == 1 else f"research {number}"
        paths = reading.paths(where, section.files)
        if not paths:
            continue

        def read(
            section: ResearchSection = section, paths: list[Path] = paths
        ) -> pd.DataFrame:
            reader = named_reader(section.source, "collaborations")
            options = expanded_all(section.options)
            if section.columns:
                options["columns"] = section.columns
            table: pd.DataFrame = reader(paths, **options)
            if section.years:
                table = _of_years(table, section.years)
            _say_unknown_weights(table)
            _say_no_amounts(table)
            return table

        table = reading.attempt(where, read)
        if table is not None:
            label = section.name or f"research_{number}"
            networks[label] = (table, section)
    return networks


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
        warnings.warn(DataWarning(note), stacklevel=2)


def _say_no_amounts(table: pd.DataFrame) -> None:
    """Warn of participations none of which has a weight above 0."""
    if not len(table) or (table["weight"] > 0).any():
        return
    known = int(table["weight"].notna().sum())
    why = f"is 0 ({known:,}) or not known" if known else "is unknown"
    warnings.warn(
        f"every weight of the {len(table):,} participations {why}; links count "
        "projects, and by weight there would be none.",
        DataWarning,
        stacklevel=2,
    )


def place_counts(
    research: Mapping[str, tuple[pd.DataFrame, ResearchSection]],
    regions: gpd.GeoDataFrame,
    reading: Collected,
) -> None:
    """Tell participations in no counted region: all are a fault, some are counted."""
    for number, (name, (table, _)) in enumerate(research.items(), start=1):
        where = "research" if len(research) == 1 else f"research {number}"
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
