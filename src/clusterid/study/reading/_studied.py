"""Whether an economy can be studied, and what of it looks odd."""

from __future__ import annotations

import numpy as np

from clusterid.study.reading._collecting import Collected, first_of
from clusterid.tables import TOTAL, Economy

__all__ = ["can_be_studied", "years_with_counts"]


def years_with_counts(
    economies: dict[int, Economy], year: int, reading: Collected
) -> dict[int, Economy]:
    """Leave years out in which nothing is counted, and say so."""
    kept = {}
    for at, one in economies.items():
        if at == year or (one.employment.fillna(0.0).to_numpy() > 0).any():
            kept[at] = one
        else:
            reading.notes.append(
                f"every count of {at} is withheld or zero; the year is left out."
            )
    return kept


#: How a study is mended in which nothing is counted, by the section at fault.
_MENDS = {
    "disclosure": "count larger regions or fewer industries: too few plants stand in "
    "each cell",
}


def can_be_studied(section: str, main: Economy, reading: Collected) -> None:
    """Tell an economy in which nothing is counted, and note what of it is not.

    Industries and regions without a count stay: every table says of them why it has
    no number.
    """
    known = main.employment.fillna(0.0)
    if not (known.to_numpy() > 0).any():
        what = "every count is withheld or missing"
        if not main.withheld.to_numpy().all():
            what = "no region has a job in any industry"
        year = f" of {main.metadata.year}" if main.metadata.year else ""
        rule = f"nothing can be studied: {what}{year}"
        mend = "check the columns, the marks (withheld, nil) and the year"
        mend = _MENDS.get(section, mend)
        reading.fault(section, rule, mend)
        return
    if bool(main.withheld.to_numpy().any()):
        from clusterid.concentration import withheld_bounds

        # what is published must not contradict itself, or nothing can be filled in
        reading.attempt(section, lambda: withheld_bounds(main))
    hidden, counts = main.withheld.to_numpy(), known.to_numpy()
    for axis, codes, one, many in (
        (0, main.industries, "industry has", "industries have"),
        (1, main.regions, "region has", "regions have"),
    ):
        has_none = counts.sum(axis=axis) == 0
        has_hidden = hidden.any(axis=axis)
        for where, what in (
            (has_none & has_hidden, "no count above 0 that is not withheld"),
            (has_none & ~has_hidden, "no jobs"),
        ):
            some = [str(code) for code in codes[np.flatnonzero(where)]]
            if some:
                reading.notes.append(
                    f"{len(some)} {one if len(some) == 1 else many} {what} "
                    f"({first_of(some)}); no quotient can be computed there."
                )
    reading.notes += [*_odd_plants(main), *_odd_totals(main)]
    n_regions, n_industries = main.employment.shape
    if n_industries < 2 or n_regions < 2:
        reading.notes.append(
            f"{n_regions} regions and {n_industries} industries are counted: there is "
            "nothing to compare, and no template or cluster can be found."
        )


def _odd_plants(main: Economy) -> list[str]:
    """Return notes on cells whose plants and jobs do not fit each other."""
    if main.establishments is None:
        return []
    jobs = main.employment.to_numpy(dtype=float)
    plants = main.establishments.reindex_like(main.employment).to_numpy(dtype=float)
    notes = []
    with np.errstate(invalid="ignore"):
        for odd, what in (
            ((plants == 0) & (jobs > 0), "jobs but no plant"),
            ((plants > jobs) & (jobs > 0), "more plants than jobs"),
        ):
            at = np.argwhere(odd)
            if len(at):
                cells = [
                    f"{main.regions[i]} {main.industries[j]}: {plants[i, j]:g} plants, "
                    f"{jobs[i, j]:g} jobs"
                    for i, j in at[:4]
                ]
                notes.append(
                    f"{len(at)} cells have {what} ({first_of(cells, 3)}); check the "
                    "columns of employment and establishments."
                )
    return notes


def _odd_totals(main: Economy) -> list[str]:
    """Return notes on published totals of what is not counted."""
    notes = []
    for key, codes, label in (
        ("region", main.regions, "regions"),
        ("industry", main.industries, "industries"),
    ):
        if main.totals is None or key not in main.totals.columns:
            continue
        known = {str(code) for code in codes}
        for parents in main.hierarchies.values():
            known |= {str(code) for code in (*parents.index, *parents)}
        named = map(str, main.totals[key].dropna().unique())
        odd = sorted(set(named) - known - {TOTAL})
        if odd:
            notes.append(
                f"published totals are of {len(odd)} {label} that are not counted "
                f"({first_of(odd)}); they are not used."
            )
    return notes
