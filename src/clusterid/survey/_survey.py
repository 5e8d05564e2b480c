"""The tables of a survey, and by name what can be read from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pandas as pd

from clusterid._columns import IDENTIFIER, Declared, Table
from clusterid.survey._diffusion import diffusion
from clusterid.survey._labels import label_homogeneity
from clusterid.survey._multiple_response import (
    MultipleResponseTest,
    marginal_independence,
)
from clusterid.survey._ranks import rank_shift
from clusterid.survey._responses import groups_of, responses
from clusterid.survey._tabulation import tabulate
from clusterid.survey._weights import raking_weights

__all__ = ["Survey"]

#: What places say of themselves is theirs to publish, with the columns they add.
_PUBLISHED: dict[str, Declared] = dict.fromkeys(
    ("places", "answers", "declared", "codebook"), Table({}, others=IDENTIFIER)
)


@dataclass(frozen=True, slots=True)
class Survey:
    """Places asked, what they answered, which clusters they declare.

    Parameters
    ----------
    places : DataFrame
        ``place``, ``name``, ``regions`` (list of (region, share)), ``population``,
        ``asked``, ``answered``, ``stratum``, ``exhaustive``.
    answers : DataFrame
        ``place``, ``question``, ``option``, ``value`` (yes, no, NaN), ``rank``.
    declared : DataFrame
        ``record``, ``place``, ``label``, ``fields``, ``year_founded``,
        ``identified_by``, ``initiated_by``, ``funded_by``, ``source``.
    codebook : DataFrame
        ``question``, ``option``, ``type``, ``base``, labels.
    """

    places: pd.DataFrame
    answers: pd.DataFrame
    declared: pd.DataFrame
    codebook: pd.DataFrame

    kinds: ClassVar[Mapping[str, Declared]] = _PUBLISHED

    def weights(self, *, minimum: int = 5, cap: float = 3.0) -> pd.Series:
        """Return raking weights of the places that answered (index place, mean 1).

        Margins are the parts of ``stratum`` split at ``/`` (``west/large``), counted
        over the places asked; see :func:`clusterid.survey.rake`.
        """
        return raking_weights(self.places, minimum, cap)

    def responses(self, item: str) -> pd.DataFrame:
        """Return units x options of an item: 1 ticked, 0 not, NaN missing.

        Units are places that answered, or records for what is asked by cluster.
        """
        return responses(self, item)

    def table(
        self,
        item: str,
        by: str | None = None,
        weights: pd.Series | str | None = None,
        *,
        level: float = 0.95,
    ) -> pd.DataFrame:
        """Tabulate an item: per cent of cases and of responses, with their bases.

        Parameters
        ----------
        item : str
            A question of the codebook (``"themes"``), or ``"identified_by"``,
            ``"initiated_by"``, ``"funded_by"``, ``"fields"`` of the declared clusters.
        by : str, optional
            A column of ``places`` (``"stratum"``), or a single-answer question
            (``"concepts"``).
        weights : Series by place, or "raking", optional
            Weights with mean 1; percentages are weighted, counts are not.
        level : float, default 0.95
            Confidence of the intervals.

        Returns
        -------
        DataFrame
            ``group``, ``option``, ``label_de``, ``label_en``, ``count``, ``base``
            (units with an answer), ``missing``, ``population`` (units there are, NaN
            where unknown), ``percent_of_cases``, ``percent_of_responses``, ``lower``,
            ``upper`` (Wilson with finite population, per cent), ``exact_lower``,
            ``exact_upper`` (hypergeometric), ``worst_lower``, ``worst_upper`` (if all
            silent places said no, or yes), ``design_effect``, ``base_name``,
            ``reason`` (why an interval is missing). Weighted tables have no exact
            interval.

        Raises
        ------
        OptionError
            If item, by or weights are not known.

        Notes
        -----
        Cases are units of the base; the percentages of a multiple-response question
        add up to more than 100. Responses are ticks; they add up to 100.
        """
        return tabulate(self, item, by, weights, level)

    def test(
        self, item: str, by: str, *, permutations: int = 999, seed: int = 0
    ) -> MultipleResponseTest:
        """Test whether a multiple-response item differs by group.

        See :func:`clusterid.survey.marginal_independence`; units with a missing
        answer on any option are left out.
        """
        ticks = self.responses(item).dropna()
        group, _ = groups_of(self, ticks.index, item, by)
        return marginal_independence(group, ticks, permutations=permutations, seed=seed)

    def rank_shift(
        self,
        item: str = "themes",
        *,
        draws: int = 999,
        level: float = 0.95,
        seed: int | np.random.Generator = 0,
    ) -> pd.DataFrame:
        """Compare what is named with what is named among the top three.

        See :func:`clusterid.survey.rank_shift`.
        """
        return rank_shift(self, item, draws=draws, level=level, seed=seed)

    def diffusion(self) -> pd.DataFrame:
        """Describe how declared clusters spread over years.

        See :func:`clusterid.survey.diffusion`.
        """
        return diffusion(self)

    def label_homogeneity(
        self, *, draws: int = 999, top: int = 5, seed: int | np.random.Generator = 0
    ) -> pd.DataFrame:
        """Ask whether places declare ever the same fields.

        See :func:`clusterid.survey.label_homogeneity`.
        """
        return label_homogeneity(self, draws=draws, top=top, seed=seed)

    def __repr__(self) -> str:
        return (
            f"<Survey: {int(self.places['asked'].sum())} places asked, "
            f"{int(self.places['answered'].sum())} answered, "
            f"{len(self.answers)} answers, {len(self.declared)} declared clusters>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        shown = self.declared.head(10).to_html(escape=True)
        return f"<p>{escape(repr(self))}</p>{shown}"
