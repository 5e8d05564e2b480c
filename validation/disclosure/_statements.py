"""What the published numbers say of sums of held cells, one linear statement each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from validation.disclosure._published import Published

__all__ = ["Book", "Statements", "margins_say", "members_of", "statements_of"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statements:
    """``weights`` (statements x held cells) times jobs is ``value``, give or take.

    ``source`` names the table and column of each; ``slack`` is half of its last digit.
    """

    weights: sparse.csr_matrix
    value: Floats
    slack: Floats
    source: npt.NDArray[np.object_]

    def of(self, rows: npt.NDArray[np.bool_]) -> Statements:
        """Return some of the statements."""
        return Statements(
            self.weights[rows], self.value[rows], self.slack[rows], self.source[rows]
        )


@dataclass(slots=True)
class Book:
    """Collects statements on blocks of cells."""

    published: Published
    rows: list[Floats] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    slack: list[float] = field(default_factory=list)
    source: list[str] = field(default_factory=list)

    def say(
        self, block: Floats, value: float, source: str, *, slack: float | None = None
    ) -> None:
        """Note that the jobs of a block (regions x industries, weights) are value."""
        held = self.published.held
        if not np.isfinite(value) or not block[held].any():
            return
        known = np.nan_to_num(self.published.jobs.to_numpy(dtype=float))
        self.rows.append(block[held])
        self.value.append(value - float((block * known)[~held].sum()))
        self.slack.append(_last_digit(value) if slack is None else slack)
        self.source.append(source)

    def done(self) -> Statements:
        """Return what was noted."""
        n = int(self.published.held.sum())
        weights = sparse.csr_matrix(np.array(self.rows).reshape(-1, n))
        return Statements(
            weights,
            np.array(self.value, dtype=float),
            np.array(self.slack, dtype=float),
            np.array(self.source, dtype=object),
        )


def _last_digit(value: float) -> float:
    """Return half of the step to which a number of jobs seems to be rounded."""
    if value != round(value):
        return 1e-6 * max(1.0, abs(value))
    step = 1.0
    while value and step < 1e6 and value % (10 * step) == 0:
        step *= 10
    return 1e-6 if step == 1.0 else step / 2


def margins_say(published: Published) -> Book:
    """Return what the published totals say."""
    book = Book(published)
    _say_margins(book)
    return book


def statements_of(published: Published) -> Book:
    """Return what the totals say, and every table that names regions and industries."""
    book = Book(published)
    _say_margins(book)
    for name, regions, weights, row in _sums(published):
        block = np.zeros(published.jobs.shape)
        block[np.ix_(regions, weights > 0)] = weights[weights > 0]
        for column in ("employment", "n_jobs"):
            if column in row:
                book.say(block, float(row[column]), f"{name}.{column}")
        size = float(published.region.to_numpy()[regions].sum())
        whole = float(published.industry.to_numpy() @ weights)
        expected = whole * size / published.total
        if np.isfinite(expected):
            for column, jobs in (
                ("lq_jobs", float(row.get("lq_jobs", np.nan)) * expected),
                ("excess_jobs", float(row.get("excess_jobs", np.nan)) + expected),
            ):
                book.say(block, jobs, f"{name}.{column}", slack=1e-6 * max(1.0, jobs))
    return book


def _say_margins(book: Book) -> None:
    published = book.published
    n, m = published.jobs.shape
    for i, value in enumerate(published.region):
        block = np.zeros((n, m))
        block[i] = 1.0
        book.say(block, float(value), "totals", slack=1e-6)
    for j, value in enumerate(published.industry):
        block = np.zeros((n, m))
        block[:, j] = 1.0
        book.say(block, float(value), "totals", slack=1e-6)
    book.say(np.ones((n, m)), published.total, "totals", slack=1e-6)


def _sums(
    published: Published,
) -> Iterator[tuple[str, npt.NDArray[np.int64], Floats, dict[str, object]]]:
    """Yield every row of a table that is a sum over regions and industries."""
    jobs, tables = published.jobs, published.tables
    of_template = members_of(published)
    of_field = _fields(published)
    for name in (
        "candidates.cells", "candidates.table", "candidates.concentrations",
        "candidates.members", "comparison.verdicts", "concentration", "industries",
        "monitoring.panel", "templates.significance",
    ):  # fmt: skip
        table = tables.get(name)
        if table is None:
            continue
        year = published.params.get(".economy.metadata.year")
        if "year" in table.columns:
            table = table[table["year"].eq(year)]
        for row in table.reset_index().to_dict("records"):
            weights = _weights(name, row, jobs.columns, of_template, of_field)
            where = row.get("regions", row.get("region"))
            codes = str(where).split(";") if isinstance(where, str) else []
            if name == "industries":
                codes = list(jobs.index)
            at = jobs.index.get_indexer(pd.Index(codes))
            if weights is None or not len(at) or (at < 0).any():
                continue
            yield name, at, weights, row


def _weights(
    name: str,
    row: dict[str, object],
    industries: pd.Index,
    of_template: dict[str, Floats],
    of_field: dict[str, Floats],
) -> Floats | None:
    """Return the weights of the industries that a row is about."""
    if isinstance(row.get("industries"), str):
        return industries.isin(str(row["industries"]).split(";")).astype(float)
    if "industry" in row and name != "comparison.verdicts":
        return np.asarray(industries == row["industry"], dtype=float)
    if isinstance(row.get("record"), str):
        return of_field.get(str(row.get("field")))
    return of_template.get(str(row.get("template")))


def members_of(published: Published) -> dict[str, Floats]:
    membership = published.tables.get("templates.membership")
    if membership is None:
        return {}
    of = membership["value"].reindex(published.jobs.columns)
    of = of.astype(object).where(of.notna(), "")
    return {str(t): (of == t).to_numpy(dtype=float) for t in set(of) - {""}}


def _fields(published: Published) -> dict[str, Floats]:
    """Return the weights of every declared field whose codes are those counted."""
    fields = published.tables.get("fields")
    if fields is None:
        return {}
    core = fields[fields["role"].eq("core")]
    return {
        str(field): rows.set_index("code")["weight"]
        .groupby(level=0).max()
        .reindex(published.jobs.columns).fillna(0.0).to_numpy(dtype=float)
        for field, rows in core.groupby("field")
    }  # fmt: skip
