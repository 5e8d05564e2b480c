"""A study's result that can be published and saved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clusterid import results

__all__ = ["Result"]


@dataclass(frozen=True, slots=True, repr=False)
class Result(results.Result):
    """What a study found; publishes and saves itself.

    The parts are those of :class:`clusterid.results.Result`; what a study does not have
    is None.
    """

    def published(self) -> Result:
        """Return the result as it may leave the machine; maps and reports show this.

        Cells that would give a plant away are held back, with everything that would
        tell them; sums with estimates of withheld cells are rounded.
        """
        from clusterid.disclosure import publishable

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
        from clusterid.study.saving._outputs import save_result

        return save_result(
            self,
            folder,
            language=language or self.language,
            parts={"map": map, "report": report, "tables": tables, "graphs": graphs},
        )

    def __repr__(self) -> str:
        folder = "out-confidential" if self.provenance.confidential else "out"
        return results.Result.__repr__(self)[:-1] + f"; next: .save({folder!r})>"
