"""United States: County Business Patterns by metropolitan area, small cells absent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from clusterid.classifications import read_classification
from clusterid.sources._files import (
    Paths,
    numbers_of,
    of_years,
    one_file,
    opened,
    whole_years_of,
)
from clusterid.sources._reader import SourcedEmployment, metadata_of, names_of
from clusterid.sources.united_states._cbp import naics_vintage
from clusterid.tables import REST, TOTAL, Tree, code_tree, separated

__all__ = ["FEWEST_PLANTS", "national_jobs", "read_cbp_areas"]

#: A cell with fewer plants is not published (since 2017).
FEWEST_PLANTS = 3
#: Begins of what County Business Patterns do not count: farms, railways, the post,
#: funds, notaries, private households, government.
_NOT_COVERED = ("111", "112", "482", "491", "5251", "52592", "54112", "814", "92")
_UNCLASSIFIED = "99"
_KEYS = ["year", "cbsa", "naics"]


def read_cbp_areas(
    paths: Paths, *, years: Sequence[int] | None = None
) -> SourcedEmployment:
    """Read jobs and establishments by metropolitan area and six-digit industry.

    Parameters
    ----------
    paths : path
        A file with ``year``, ``cbsa``, ``naics``, ``emp``, ``est``: every level of
        NAICS, ``00`` for all.
    years : sequence of int, optional
        Years to keep; the newest by default.

    Returns
    -------
    SourcedEmployment
        Areas x six-digit industries, and ``99`` (unclassified). A cell without a row
        has 0, 1 or 2 establishments: it is missing, and 0 only where the sum above it
        leaves none. Totals: two to five digits and ``"TOTAL"`` by area.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks columns or years.

    Notes
    -----
    Published counts carry noise by design, the same in parts and sums. Of an industry
    that no area publishes nothing is known; the sum above it then bounds its parts
    from above only. All areas together are not the nation: rural counties are in none.
    """
    table = _rows_of(paths, years)
    industries = code_tree(table["industry"].unique(), 6)
    areas = sorted(table["region"].unique())
    regions = Tree(tuple(areas), dict.fromkeys(areas, TOTAL))
    parts, notes = [], []
    for year, mine in table.groupby("year"):
        part = separated(
            mine,
            regions,
            industries,
            year=int(str(year)),
            rounding=0.0,
        )
        parts.append(part)
        notes.append(
            f"{year}: {part.absent:,} of {len(part.cells):,} cells have no row (fewer "
            f"than {FEWEST_PLANTS} establishments); the sums above leave nothing for "
            f"{part.settled:,} of them, which are 0; the others are missing."
        )
    cells = pd.concat([part.cells for part in parts], ignore_index=True)
    hierarchy = pd.concat([part.hierarchies["industry"] for part in parts])
    hierarchy = hierarchy[~hierarchy.index.duplicated()]
    vintages = {int(y): naics_vintage(int(y)) for y in cells["year"].unique()}
    counted = cells["industry"].drop_duplicates()
    names = names_of(vintages[max(vintages)], counted)
    return SourcedEmployment(
        table=cells,
        totals=pd.concat([part.totals for part in parts], ignore_index=True),
        hierarchies={"industry": _with_rests(hierarchy, industries).sort_index()},
        metadata=replace(
            metadata_of("cbp_areas", classification=vintages[max(vintages)]),
            labels={**names, _UNCLASSIFIED: "Unclassified establishments"},
        ),
        vintages=vintages,
        notes=tuple(notes),
    )


def _rows_of(paths: Paths, years: Sequence[int] | None) -> pd.DataFrame:
    """Return the rows of some years, cells and sums as they are published."""
    file = one_file(paths)
    raw = opened(file, [*_KEYS, "emp", "est"])
    raw = raw.assign(year=whole_years_of(raw, file))
    newest = [int(raw["year"].max())] if len(raw) else []
    raw = of_years(raw, years or newest, f"{file}:")
    return pd.DataFrame({
        "year": raw["year"],
        "region": raw["cbsa"].astype(object).astype(str),
        "industry": raw["naics"].astype(object).astype(str).replace({"00": TOTAL}),
        "employment": numbers_of(raw, "emp", file),
        "establishments": numbers_of(raw, "est", file),
    })


def _with_rests(hierarchy: pd.Series, tree: Tree) -> pd.Series:
    """Return child to parent, with a rest where no area has an industry of NAICS."""
    known = read_classification("naics2017").at_level("industry")
    sums = set(tree.parents.values())
    found = {}
    for code in map(str, known):
        if code in tree.parents or code.startswith(_NOT_COVERED):
            continue
        above = next((code[:n] for n in range(5, 1, -1) if code[:n] in sums), None)
        if above is not None:
            found[above + REST] = above
    extra = pd.Series(found, dtype=object)
    both = pd.concat([hierarchy, extra[~extra.index.isin(hierarchy.index)]])
    named: pd.Series = both.rename("parent").rename_axis("child")
    return named


def national_jobs(paths: Paths, year: int) -> pd.Series:
    """Return the jobs of all areas by six-digit code, as far as published."""
    rows = _rows_of(paths, [year])
    leaves = code_tree(rows["industry"].unique(), 6).leaves
    cells = rows[rows["industry"].isin(leaves)]
    jobs: pd.Series = cells["employment"].groupby(cells["industry"]).sum()
    return jobs.drop(_UNCLASSIFIED, errors="ignore")
