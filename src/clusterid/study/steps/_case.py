"""What every step works on: inputs, options, counts as published and as estimated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from clusterid.concentration import FilledEconomy
    from clusterid.study.reading._inputs import Inputs
    from clusterid.study.reading._schema import MethodSection, StudyFile
    from clusterid.tables import Economy

__all__ = ["Case", "Counts", "estimated"]


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts as published, and as estimated where cells are withheld."""

    published: Economy
    economy: Economy
    imputed: pd.DataFrame
    filled: FilledEconomy | None


@dataclass(frozen=True, slots=True)
class Case:
    """A study at work: what was read, what is asked, and the counts to work on."""

    inputs: Inputs
    config: StudyFile
    counts: Counts

    @property
    def method(self) -> MethodSection:
        """How it is computed."""
        return self.config.method

    @property
    def seed(self) -> int:
        """Seed of everything in which chance plays a part."""
        return self.config.study.seed

    @property
    def collaborations(self) -> pd.DataFrame | None:
        """All participations in projects together; None where there are none."""
        import pandas as pd

        tables = [table for table, _ in self.inputs.research.values()]
        return pd.concat(tables, ignore_index=True) if tables else None


def estimated(economy: Economy, method: MethodSection, seed: int) -> Counts:
    """Estimate withheld cells inside their bounds, where there are any."""
    if not bool(economy.withheld.to_numpy().any()):
        return Counts(economy, economy, economy.withheld, None)
    from clusterid.concentration import fill_withheld

    filled = fill_withheld(economy, draws=method.imputation_draws, seed=seed)
    return Counts(economy, filled.point, filled.is_imputed, filled)
