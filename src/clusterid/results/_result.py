"""What a study found: its parts, each of the type of the room that made it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from clusterid.classifications import written_out
from clusterid.errors import StudyError, TableTypeError
from clusterid.results._provenance import Provenance

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx

    from clusterid.clusters import CandidateClusters
    from clusterid.communities import Explanation, Templates
    from clusterid.comparison import Comparison
    from clusterid.monitoring import Monitoring
    from clusterid.survey import Survey
    from clusterid.tables import Economy

__all__ = ["Result", "check_result"]


def _no_regions() -> gpd.GeoDataFrame:
    import geopandas as gpd

    return gpd.GeoDataFrame()


#: What stands for a part that is given as None.
_EMPTY: dict[str, Callable[[], object]] = {
    "regions": _no_regions, "concentration": pd.DataFrame, "industries": pd.DataFrame,
    "layers": dict, "place_networks": dict, "warnings": tuple, "provenance": Provenance,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Result:
    """What a study found. A part that the study does not have is None or empty.

    None for a table or a mapping counts as an empty one.

    Parameters
    ----------
    title, language : str
        Title of the study; language of map and report (``"en"`` or ``"de"``).
    economy : Economy
        The counts, as published (withheld cells are NaN).
    regions : GeoDataFrame
        Shapes and attributes by region.
    concentration : DataFrame
        One row a region and industry: quotient, interval, p and q values, reason.
    industries : DataFrame
        Indices by industry, Ellison-Glaeser among them.
    layers : mapping of name to graph
        Links between industries, one graph a layer.
    place_networks : mapping of name to graph
        Links between regions (research, flows).
    stack : graph
        The layers together, as they went into the detection.
    templates, candidates, comparison, monitoring
        Results of the rooms of those names.
    survey, fields
        What places declared, and the lexicon it was read with.
    truth : mapping of name to table
        What was planted, in simulated studies.
    provenance : Provenance
        Versions, inputs, seed, times, warnings.
    warnings : tuple of str
        What changes the meaning of the numbers; shown on every page.
    held : DataFrame, optional
        In a confidential result, the cells that the public one withholds, and why.

    Examples
    --------
    >>> import geopandas as gpd
    >>> from shapely import box
    >>> import clusterid as cid
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> Result("Two regions", "en", cid.economy(jobs), regions)
    <Result 'Two regions': 0 templates, 0 clusters, 0 verdicts>
    """

    title: str
    language: str
    economy: Economy
    regions: gpd.GeoDataFrame
    concentration: pd.DataFrame = field(default_factory=pd.DataFrame)
    industries: pd.DataFrame = field(default_factory=pd.DataFrame)
    layers: Mapping[str, nx.Graph[Any]] = field(default_factory=dict)
    place_networks: Mapping[str, nx.Graph[Any]] = field(default_factory=dict)
    stack: nx.Graph[Any] | None = None
    templates: Templates | None = None
    candidates: CandidateClusters | None = None
    survey: Survey | None = None
    fields: pd.DataFrame | None = None
    comparison: Comparison | None = None
    monitoring: Monitoring | None = None
    truth: Mapping[str, pd.DataFrame] | None = None
    provenance: Provenance = field(default_factory=Provenance)
    warnings: tuple[str, ...] = ()
    held: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if self.economy is None:
            raise StudyError(
                "A result has an economy: what was counted, by region and industry. "
                "Give it economy=."
            )
        for part in fields(self):
            if part.name in _EMPTY and getattr(self, part.name) is None:
                object.__setattr__(self, part.name, _EMPTY[part.name]())

    @property
    def coverage(self) -> pd.Series | None:
        """How much of the economy the templates hold; see :meth:`Templates.coverage`.

        Jobs are the published totals of the industries, so that nothing withheld is
        in the sums.
        """
        if self.templates is None:
            return None
        return self.templates.coverage(self.economy.margins.industry)

    def explain(self, template: str, *, most: int = 5) -> Explanation:
        """Explain a template: why its members belong together, how sure that is.

        See :func:`clusterid.communities.explain_template`.

        Parameters
        ----------
        template : str
            Its code, e.g. ``"T01"``.
        most : int
            Links of each layer, and other templates, that are listed.

        Raises
        ------
        StudyError
            If the result has no templates.
        OptionError
            If no template has the code.
        """
        from clusterid.communities import explain_template

        if self.templates is None:
            raise StudyError(
                "The result has no templates, so there is none to explain."
            )
        meta = self.economy.metadata
        names = {
            str(code): written_out(str(label), meta.classification)
            for code, label in meta.labels.items()
        }
        return explain_template(
            self.templates, template, self.layers, names=names, most=most
        )

    def __repr__(self) -> str:
        n_templates = 0 if self.templates is None else len(self.templates.labels)
        found = self.candidates
        n_clusters = 0 if found is None else len(found.table)
        grades = {} if found is None else found.by_grade
        by_grade = ", ".join(f"{n} {grade}" for grade, n in grades.items() if n)
        of_grades = f" ({by_grade})" if by_grade else ""
        n_verdicts = 0 if self.comparison is None else len(self.comparison.verdicts)
        return (
            f"<Result {self.title!r}: {n_templates} templates, {n_clusters} "
            f"clusters{of_grades}, {n_verdicts} verdicts>"
        )

    def _repr_html_(self) -> str:
        body = "" if self.candidates is None else self.candidates._repr_html_()
        return f"<p>{escape(repr(self))}</p>{body}"


def check_result(result: object) -> None:
    """Raise unless a thing is the result of a study.

    Raises
    ------
    TableTypeError
        If it is anything else.

    Examples
    --------
    >>> check_result(pd.DataFrame())
    Traceback (most recent call last):
    clusterid.errors.TableTypeError: result must be a Result, as run() of a study or \
read_result() returns it, not DataFrame.
    """
    if not isinstance(result, Result):
        shown = type(result).__name__
        if isinstance(result, str):
            shown = repr(result[:60])
        elif result is None:
            shown = "None"
        raise TableTypeError(
            "result must be a Result, as run() of a study or read_result() returns it, "
            f"not {shown}."
        )
