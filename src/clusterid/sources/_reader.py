"""What a named reader is, and what a reader of employment hands on."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import pandas as pd

from clusterid._disk import foreign_reading, read_toml, sentence
from clusterid._typed import check_types
from clusterid.classifications import (
    Correspondence,
    check_series,
    read_classification,
)
from clusterid.errors import Fault, OptionError, SourceError, nearest
from clusterid.sources._files import Paths, named_files
from clusterid.tables import TOTALS_COLUMNS, Economy, Metadata, economy
from clusterid.tables.parsing import Reading

__all__ = ["Kind", "Reader", "SourcedEmployment"]

Kind = Literal["employment", "flows", "links", "collaborations", "templates", "fields"]
#: What is said of the readers of official files, by name.
DECLARED = read_toml(Path(__file__).with_name("readers.toml"))


def no_totals() -> pd.DataFrame:
    """Return the table of totals of a source that publishes none."""
    return pd.DataFrame(columns=list(TOTALS_COLUMNS))


def names_of(classification: str, codes: pd.Series) -> dict[str, str]:
    """Return the English names of the codes that a classification knows."""
    if classification == "unknown":
        return {}
    tree = read_classification(classification)
    names = tree.labels("en")
    notation = {str(code): tree.notation(str(code)) for code in codes.unique()}
    return {c: str(names[known]) for c, known in notation.items() if known is not None}


def metadata_of(name: str, **found: Any) -> Metadata:
    """Return the metadata declared for a reader, with what was found in its file."""
    return Metadata(**{**DECLARED[name]["metadata"], **found})


@dataclass(frozen=True, slots=True)
class SourcedEmployment:
    """Employment of all years of a source, with what the source publishes beside it.

    Parameters
    ----------
    table : DataFrame
        Long and checked: ``region``, ``industry``, ``year``, ``employment``
        (persons; NaN withheld, 0 none), ``lower``, ``upper`` (persons; NaN where
        nothing is known), and where the source has them ``establishments``, ``flag``.
    totals : DataFrame
        Published totals: ``year``, ``region`` (or group), ``industry`` (or group),
        ``value``, and ``lower``, ``upper``: between which the sum of the parts lies
        (a total may hold persons who belong to no part; a withheld total has a range).
        ``"TOTAL"`` stands for all.
    hierarchies : mapping
        ``{"industry": Series child -> parent, "region": Series child -> parent}``.
    plant_herfindahl : DataFrame, optional
        Index ``industry``, columns ``lower``, ``upper`` (0 to 1), and ``year`` and
        ``reason`` (why there are none) where the source gives them.
    metadata : Metadata
        Of all years; ``year`` is None.
    vintages : mapping of year to name
        Classification and territorial status of each year; a series that crosses a
        break is refused without a correspondence.
    region_names : Series by region
        As the source writes them.
    notes : tuple of str
        What was left out, derived or assumed, in words.
    """

    table: pd.DataFrame
    totals: pd.DataFrame = field(default_factory=no_totals)
    hierarchies: Mapping[str, pd.Series] = field(default_factory=dict)
    plant_herfindahl: pd.DataFrame | None = None
    metadata: Metadata = field(default_factory=Metadata)
    vintages: Mapping[int, str] = field(default_factory=dict)
    region_names: pd.Series = field(default_factory=lambda: pd.Series(dtype=object))
    notes: tuple[str, ...] = ()

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the table, ascending."""
        return tuple(sorted(int(year) for year in self.table["year"].unique()))

    def economy(self, year: int | None = None) -> Economy:
        """Return the economy of one year; the newest by default.

        Raises
        ------
        OptionError
            If the table has no such year.
        """
        chosen = self.years[-1] if year is None else int(year)
        if chosen not in self.years:
            known = ", ".join(map(str, self.years))
            raise OptionError(f"year={year!r} is not in the table; it has {known}.")
        made = economy(
            self.table,
            year=chosen,
            plant_herfindahl=self._plant_herfindahl(chosen),
            hierarchies=self.hierarchies,
            metadata=replace(self.metadata, year=chosen),
        )
        totals = self.totals
        if not len(totals):
            return made
        totals = totals[totals["year"].eq(chosen)].drop(columns="year")
        totals = totals.sort_values(["region", "industry"], ignore_index=True)
        return replace(made, totals=totals)

    def _plant_herfindahl(self, year: int) -> pd.DataFrame | None:
        bounds = self.plant_herfindahl
        if bounds is None:
            return None
        if "year" not in bounds.columns:
            return bounds[["lower", "upper"]]
        known = bounds["year"].unique()
        nearest_year = min(known, key=lambda y: (abs(int(y) - year), int(y)))
        return bounds.loc[bounds["year"].eq(nearest_year), ["lower", "upper"]]

    def economies(
        self,
        years: Sequence[int] | None = None,
        *,
        correspondences: Sequence[Correspondence] = (),
    ) -> dict[int, Economy]:
        """Return the economies of several years that may be compared.

        Parameters
        ----------
        years : sequence of int, optional
            All by default.
        correspondences : sequence of Correspondence, optional
            Steps that bridge breaks; the tables stay in their own codes.

        Raises
        ------
        ClassificationError
            If the years cross a break of classification or territory that no
            correspondence bridges.
        """
        chosen = self.years if years is None else tuple(sorted(years))
        check_series(
            {year: self.vintages.get(year, "") for year in chosen},
            correspondences=correspondences,
        )
        return {year: self.economy(year) for year in chosen}

    def __repr__(self) -> str:
        regions = self.table["region"].nunique()
        industries = self.table["industry"].nunique()
        withheld = float(self.table["employment"].isna().mean())
        noun = "occupations" if self.metadata.kind == "occupation" else "industries"
        return (
            f"<SourcedEmployment {self.years[0]}-{self.years[-1]}: {regions} regions x "
            f"{industries} {noun} ({self.metadata.classification}), {withheld:.1%} of "
            "cells withheld>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.table.head().to_html()}"


@dataclass(frozen=True, slots=True)
class Reader:
    """A named reader of official files.

    Parameters
    ----------
    name : str
        As a study file names it.
    kind : str
        What comes out: ``"employment"`` (:class:`SourcedEmployment`), ``"flows"``,
        ``"links"``, ``"collaborations"``, ``"templates"``, ``"fields"`` (DataFrames).
    read : callable
        ``read(paths, **options)``.
    description : str
        One line.
    passes_to : callable, optional
        The function of ``clusterid.tables`` whose options the reader takes, too.
    """

    name: str
    kind: Kind
    read: Callable[..., Any]
    description: str
    passes_to: Callable[..., Any] | None = None

    @property
    def options(self) -> Mapping[str, Any]:
        """Own options and their defaults."""
        return MappingProxyType(_keywords(self.read))

    @property
    def known_options(self) -> tuple[str, ...]:
        """Own options, and those handed on to the function that reads the table."""
        own = list(self.options)
        if self.passes_to is not None:
            own += [*_keywords(self.passes_to), *_READING]
        return tuple(dict.fromkeys(own))

    def __call__(self, paths: Paths, **options: Any) -> Any:
        """Check the names of the options, then read.

        Raises
        ------
        OptionError
            If an option is not offered (the nearest is named), or of a wrong type.
        SourceError
            If a file is missing, or its content is not what the reader takes.
        """
        known = self.known_options
        for name in options:
            if name not in known:
                offered = ", ".join(known) or "none"
                raise OptionError(
                    f"The reader {self.name!r} has no option {name!r}."
                    f"{nearest(name, known)} It has {offered}."
                )
        who = f"The reader {self.name!r}: "
        check_types(self.read, options, who=who)
        if self.passes_to is not None:
            check_types(self.passes_to, options, who=who)
        files = named_files(paths)
        broken: list[Fault] = []
        with foreign_reading(f"what the reader {self.name!r} takes", broken):
            return self.read(paths, **options)
        shown = ", ".join(path.name for path in files[:5])
        raise SourceError(f"{shown}: {sentence(broken[0])}")

    def __repr__(self) -> str:
        return f"<Reader {self.name} ({self.kind}): {self.description}>"


#: How a file is written; every function that reads tables takes these.
_READING = tuple(Reading.__annotations__)


def _keywords(function: Callable[..., Any]) -> dict[str, Any]:
    return {
        name: parameter.default
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    }
