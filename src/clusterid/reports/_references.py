"""The papers behind a result, chosen by what the result holds."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from clusterid._typed import typed
from clusterid.results import check_result

if TYPE_CHECKING:
    from clusterid.results import Result

__all__ = ["Bibliography", "Reference", "cite"]

#: parts of the names of layers whose methods have papers of their own
_LAYERS = ("supply", "skill", "coloc")


@dataclass(frozen=True, slots=True)
class Reference:
    """One paper: key, full reference, DOI, and what it was used for."""

    key: str
    text: str
    doi: str
    used_for_en: str
    used_for_de: str

    def __str__(self) -> str:
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{self.text}{doi} [{self.used_for_en}]"


@dataclass(frozen=True, slots=True)
class Bibliography:
    """Papers behind a result; prints as a list, iterates over references."""

    entries: tuple[Reference, ...]

    def __iter__(self) -> Iterator[Reference]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries)

    def __repr__(self) -> str:
        return f"<Bibliography: {len(self.entries)} papers; print() lists them>"

    def _repr_html_(self) -> str:
        return (
            "<ul>"
            + "".join(f"<li>{escape(str(entry))}</li>" for entry in self.entries)
            + "</ul>"
        )


@typed
def cite(result: Result) -> Bibliography:
    """Return the papers behind what a result holds.

    A paper is listed when the part that rests on it is in the result: a result
    without plants does not cite tests that need them.

    Parameters
    ----------
    result : Result
        As a study returns it.

    Returns
    -------
    Bibliography
        In order of authors; ``print(cid.cite(result))`` lists them.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> import clusterid as cid
    >>> from clusterid.results import Result
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> tested = pd.DataFrame({"q_value": [0.1]})
    >>> shown = Result("", "en", cid.economy(jobs), regions, concentration=tested)
    >>> [entry.key for entry in cite(shown)]
    ['benjamini1995', 'odonoghue2004']
    """
    check_result(result)
    held = _held(result)
    chosen = [entry for rests_on, entry in _known() if rests_on in held]
    return Bibliography(tuple(sorted(chosen, key=lambda entry: entry.text)))


@cache
def _known() -> tuple[tuple[str, Reference], ...]:
    """Return every paper with what a result must hold for it to be listed."""
    path = Path(__file__).with_name("_references.toml")
    return tuple(
        (entry.pop("rests_on"), Reference(key, **entry))
        for key, entry in tomllib.loads(path.read_text("utf-8")).items()
    )


def _held(result: Result) -> set[str]:
    """Return what a result holds, in the words of ``_references.toml``."""
    candidates, comparison = result.candidates, result.comparison
    tables = {"concentration": result.concentration, "industries": result.industries}
    if candidates is not None:
        tables["cells"] = candidates.cells
        tables["concentrations"] = candidates.concentrations
    held = {
        f"{name}.{column}"
        for name, table in tables.items()
        for column in table.columns[table.notna().any()]
    }
    graphs = {**result.layers, **result.place_networks}
    held |= {
        f"layer {word}"
        for word in _LAYERS
        for name, graph in graphs.items()
        if word in name or word in str(graph.graph.get("layer", ""))
    }
    if comparison is not None:
        held |= {f"agreement.{name}" for name in comparison.agreement.index}
    whether = {
        "concentration": len(result.concentration) > 0,
        "withheld cells": bool(result.economy.withheld.to_numpy().any()),
        "place networks": len(result.place_networks) > 0,
        "templates": result.templates is not None,
        "comparison": comparison is not None,
        "posterior": comparison is not None and len(comparison.posterior) > 0,
        "answers": result.survey is not None and len(result.survey.answers) > 0,
        "bicm": any(
            "bicm" in str(graph.graph).lower()
            for graph in result.place_networks.values()
        ),
    }
    return held | {name for name, holds in whether.items() if holds}
