"""What a study found, in one object that saves itself whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clusterid.study._provenance import Provenance

if TYPE_CHECKING:
    import geopandas as gpd
    import networkx as nx
    import pandas as pd

    from clusterid.clusters import CandidateClusters
    from clusterid.communities import Templates
    from clusterid.comparison import Comparison
    from clusterid.survey import Survey
    from clusterid.tables import Economy

__all__ = ["Result"]


@dataclass(frozen=True, slots=True)
class Result:
    """What a study found. A part that the study does not have is None.

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
    """

    title: str
    language: str
    economy: Economy
    regions: gpd.GeoDataFrame
    concentration: pd.DataFrame
    industries: pd.DataFrame
    layers: Mapping[str, nx.Graph[Any]] = field(default_factory=dict)
    place_networks: Mapping[str, nx.Graph[Any]] = field(default_factory=dict)
    stack: nx.Graph[Any] | None = None
    templates: Templates | None = None
    candidates: CandidateClusters | None = None
    survey: Survey | None = None
    fields: pd.DataFrame | None = None
    comparison: Comparison | None = None
    monitoring: Any = None
    truth: Mapping[str, pd.DataFrame] | None = None
    provenance: Provenance = field(default_factory=Provenance)
    warnings: tuple[str, ...] = ()

    @property
    def coverage(self) -> pd.Series | None:
        """How much of the economy the templates hold; see :meth:`Templates.coverage`.

        Jobs are the published totals of the industries, so that nothing withheld is
        in the sums.
        """
        if self.templates is None:
            return None
        return self.templates.coverage(self.economy.margins.industry)

    def published(self) -> Result:
        """Return the result as it may leave the machine; maps and reports show this.

        Cells that would give a plant away are held back, with everything that would
        tell them; sums with estimates of withheld cells are rounded.
        """
        from clusterid.study._publish import publishable

        return publishable(self)

    def save(
        self,
        folder: str | Path,
        *,
        language: str | None = None,
        map: bool = True,
        report: bool = True,
        tables: bool = True,
        graphs: bool = True,
    ) -> Path:
        """Write map, report, tables and graphs into ``folder``; see DESIGN of outputs.

        Everything is written into a temporary folder beside the target and carried
        into place at the end: a failure leaves nothing behind and an earlier result as
        it was. Only files that an earlier result made are replaced.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        StudyError
            If the folder holds files, but no result of clusterid.
        """
        from clusterid.study._outputs import save_result

        return save_result(
            self,
            folder,
            language=language or self.language,
            parts={"map": map, "report": report, "tables": tables, "graphs": graphs},
        )

    def __repr__(self) -> str:
        n_templates = 0 if self.templates is None else len(self.templates.labels)
        n_clusters = 0 if self.candidates is None else len(self.candidates.table)
        n_verdicts = 0 if self.comparison is None else len(self.comparison.verdicts)
        return (
            f"<Result {self.title!r}: {n_templates} templates, {n_clusters} candidate "
            f"clusters, {n_verdicts} verdicts; next: .save('out')>"
        )

    def _repr_html_(self) -> str:
        body = "" if self.candidates is None else self.candidates._repr_html_()
        return f"<p>{escape(repr(self))}</p>{body}"
