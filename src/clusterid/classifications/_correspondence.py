"""Weighted correspondences between classifications, and chains of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, overload

import numpy as np
import pandas as pd

from clusterid.classifications._catalogue import CORRESPONDENCES, SAME_CODES
from clusterid.classifications._classification import Classification
from clusterid.classifications._reading import (
    CodeTable,
    embedded_table,
    listed,
    loaded,
    numbers_in,
    renamed,
)
from clusterid.classifications._trees import read_classification
from clusterid.errors import (
    ClassificationError,
    Fault,
    TableError,
    check_option,
    nearest,
)

__all__ = ["Correspondence", "read_correspondence", "roll_up"]

Basis = Literal["given", "equal", "employment"]
_TOLERANCE = 1e-9
_ENDS = ["source", "target"]


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Which share of each old code goes to which new one.

    Parameters
    ----------
    source, target : str
        Names of the classification (or vintage) before and after.
    table : DataFrame
        Columns ``source``, ``target``, ``weight``; the weights of a source add up to
        1. Sorted by source and target.
    basis : str
        Where the weights come from: ``"one to one"``, ``"given"``, ``"equal"``,
        ``"employment"``; a chain joins its steps.
    """

    source: str
    target: str
    table: pd.DataFrame
    basis: str

    @property
    def matrix(self) -> pd.DataFrame:
        """Weights as sources x targets, 0 where a pair is absent."""
        wide = self.table.pivot(index="source", columns="target", values="weight")
        return wide.fillna(0.0)

    @overload
    def convert(self, employment: pd.DataFrame) -> pd.DataFrame: ...
    @overload
    def convert(self, employment: pd.Series) -> pd.Series: ...
    def convert(self, employment: pd.DataFrame | pd.Series) -> pd.DataFrame | pd.Series:
        """Carry counts to the new codes: the old cells times their weights, added.

        A new cell into which any share of a withheld (NaN) cell flows is NaN.

        Parameters
        ----------
        employment : DataFrame, regions x industries, or Series by industry
            Counts by source code; columns (or index) must all be known.

        Returns
        -------
        DataFrame or Series
            Counts by target code, sorted; the grand total is unchanged.

        Raises
        ------
        ClassificationError
            If a code is not in the correspondence (all are listed).

        Examples
        --------
        >>> table = pd.DataFrame({"source": ["a", "b", "b"], "target": ["x", "x", "y"],
        ...                       "weight": [1.0, 0.25, 0.75]})
        >>> old = pd.Series({"a": 10.0, "b": 8.0})
        >>> read_correspondence(table).convert(old).to_dict()
        {'x': 12.0, 'y': 6.0}
        """
        if isinstance(employment, pd.Series):
            wide = self.convert(employment.to_frame("value").T)
            return pd.Series(wide.to_numpy()[0], index=wide.columns)
        weights = self._weights_for(pd.Index(employment.columns))
        values = employment.to_numpy(dtype=float)
        result = np.nan_to_num(values) @ weights.to_numpy()
        touched = np.isnan(values).astype(float) @ (weights.to_numpy() > 0)
        result[touched > 0] = np.nan
        frame = pd.DataFrame(result, index=employment.index, columns=weights.columns)
        frame.columns.name = employment.columns.name
        return frame

    def _weights_for(self, codes: pd.Index) -> pd.DataFrame:
        known = pd.Index(self.table["source"].unique())
        unknown = codes.difference(known)
        if len(unknown):
            raise ClassificationError(
                f"{len(unknown)} of {len(codes)} codes are not in the correspondence "
                f"from {self.source} to {self.target} ({listed(unknown)})."
                f"{_level_hint(unknown, known) or nearest(str(unknown[0]), known)} "
                f"Check that the table is in {self.source}, or add the codes to the "
                "correspondence."
            )
        wide = self.matrix.reindex(codes)
        return wide.loc[:, (wide > 0).any()]

    def then(self, other: Correspondence) -> Correspondence:
        """Chain two steps: shares of the first divided by the shares of the second.

        Raises
        ------
        ClassificationError
            If the second step does not start where the first one ends, or lacks codes.

        Examples
        --------
        >>> one = pd.DataFrame({"source": ["a", "a"], "target": ["x", "y"],
        ...                     "weight": [0.5, 0.5]})
        >>> two = pd.DataFrame({"source": ["x", "y"], "target": ["q", "q"]})
        >>> first = read_correspondence(one, names=("old", "middle"))
        >>> chain = first.then(read_correspondence(two, names=("middle", "new")))
        >>> chain.source, chain.target, chain.table.to_numpy().tolist()
        ('old', 'new', [['a', 'q', 1.0]])
        """
        if self.target != other.source:
            raise ClassificationError(
                f"The steps do not meet: the first ends in {self.target}, the second "
                f"starts in {other.source}."
            )
        missing = pd.Index(self.table["target"].unique()).difference(
            pd.Index(other.table["source"].unique())
        )
        if len(missing):
            raise ClassificationError(
                f"{len(missing)} codes of {self.target} that the first step reaches "
                f"are not in the second ({listed(missing)})."
            )
        joined = self.table.merge(
            other.table, left_on="target", right_on="source", suffixes=("", "_next")
        )
        joined["weight"] = joined["weight"] * joined["weight_next"]
        sums = joined.groupby(["source", "target_next"], sort=True)["weight"].sum()
        table = pd.DataFrame({
            "source": sums.index.get_level_values(0),
            "target": sums.index.get_level_values(1),
            "weight": sums.to_numpy(),
        })
        return Correspondence(
            self.source, other.target, table, f"{self.basis}, then {other.basis}"
        )

    def share_moved(self, employment: pd.DataFrame | pd.Series) -> float:
        """Share of employment that arrives under another code than it left, 0 to 1.

        Meant for vintages of one classification, where most codes stay what they
        were. Withheld cells are left out of both sides.

        Examples
        --------
        >>> table = pd.DataFrame({"source": ["a", "b"], "target": ["a", "c"]})
        >>> read_correspondence(table).share_moved(pd.Series({"a": 3.0, "b": 1.0}))
        0.25
        """
        totals = self._by_source(employment)
        moved = self.table[self.table["source"].ne(self.table["target"])]
        shares = moved.groupby("source")["weight"].sum().reindex(totals.index)
        return self._share(totals, shares.fillna(0.0))

    def share_split(self, employment: pd.DataFrame | pd.Series) -> float:
        """Share of employment in codes that are divided among several new ones.

        That is the part for which the weights matter. 0 to 1; withheld cells are left
        out of both sides.
        """
        totals = self._by_source(employment)
        parts = self.table[self.table["weight"] > 0].groupby("source").size()
        return self._share(totals, (parts.reindex(totals.index) > 1).astype(float))

    def _by_source(self, employment: pd.DataFrame | pd.Series) -> pd.Series:
        totals = (
            employment.sum(axis=0)
            if isinstance(employment, pd.DataFrame)
            else employment.fillna(0.0)
        )
        self._weights_for(pd.Index(totals.index))
        return totals.astype(float)

    @staticmethod
    def _share(totals: pd.Series, shares: pd.Series) -> float:
        grand = float(totals.sum())
        return float((totals * shares).sum()) / grand if grand > 0 else float("nan")

    def reverse(self, employment: pd.Series | None = None) -> Correspondence:
        """Turn the direction: each new code back to the old ones it came from.

        Parameters
        ----------
        employment : Series by old code, optional
            Divides a new code in proportion to what each old code sent there. Without
            it, only correspondences in which no new code has several origins can be
            turned.

        Raises
        ------
        ClassificationError
            If a division would have to be guessed.
        """
        flows = self.table.copy()
        if employment is not None:
            size = flows["source"].map(employment).fillna(0.0).astype(float)
            flows["weight"] = flows["weight"] * size
        elif flows["target"].duplicated().any():
            several = flows["target"][flows["target"].duplicated()].unique()
            raise ClassificationError(
                f"{len(several)} codes of {self.target} come from several codes of "
                f"{self.source} ({listed(several, more=False)}); give "
                "employment= by old code to divide them."
            )
        turned = flows.rename(columns={"source": "target", "target": "source"})
        groups = turned.groupby("source")["weight"]
        total, even = groups.transform("sum"), 1.0 / groups.transform("size")
        turned["weight"] = (turned["weight"] / total).where(total > 0, even)
        basis = "one to one" if employment is None else "employment"
        return Correspondence(self.target, self.source, sorted_pairs(turned), basis)

    def __repr__(self) -> str:
        sources = self.table["source"].nunique()
        split = int((self.table.groupby("source").size() > 1).sum())
        return (
            f"<Correspondence {self.source} to {self.target}: {sources} codes, "
            f"{split} of them divided ({self.basis})>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.table.head(10).to_html()}"


def sorted_pairs(table: pd.DataFrame) -> pd.DataFrame:
    kept = table.loc[:, ["source", "target", "weight"]]
    return kept.sort_values(["source", "target"], ignore_index=True)


def read_correspondence(
    source: str | Path | pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    names: tuple[str, str] | None = None,
    basis: Basis = "given",
    employment: pd.Series | None = None,
) -> Correspondence:
    """Return a checked correspondence: embedded, from a file, or from a table.

    Parameters
    ----------
    source : str, Path or DataFrame
        The name of an embedded one (``"nace1_to_nace2"``, ``"wz2025_to_wz2008"``,
        ``"naics2012_to_naics2017"``, ``"sic2007_to_nace2"`` ...), a CSV file, or a
        table.
    columns : mapping, optional
        ``{"source": "...", "target": "...", "weight": "..."}``, where the names
        differ. Without it, a table of two columns is read as source, target.
    names : (str, str), optional
        Names of the classifications before and after.
    basis : {"given", "equal", "employment"}
        Where the weights come from. ``"given"``: the column ``weight``; without one,
        every source must have a single target. ``"equal"``: a divided code goes in
        equal parts to its targets, which is an assumption and is recorded as one.
        ``"employment"``: in proportion to ``employment`` of the targets.
    employment : Series by target code, optional
        For ``basis="employment"``.

    Returns
    -------
    Correspondence

    Raises
    ------
    ClassificationError
        If codes are divided and no weights are given, or the name is not known.
    TableError
        With every fault: missing columns, empty codes, a pair that stands twice,
        weights that are not numbers, negative, or do not add up to 1.

    Examples
    --------
    >>> read_correspondence("wz2025_to_wz2008", basis="equal")
    <Correspondence wz2025 to wz2008: 982 codes, 235 of them divided (equal)>
    """
    check_option("basis", basis, ("given", "equal", "employment"))
    given, default_names = _given(source)
    before, after = names or default_names
    label, pairs = given.label, _pairs(given, columns)
    divided = pairs["source"].duplicated(keep=False)
    if basis == "employment":
        if employment is None:
            raise ClassificationError(
                'basis="employment" needs employment= by target code.'
            )
        pairs["weight"] = _by_employment(pairs, employment)
    elif basis == "equal":
        pairs["weight"] = 1.0 / pairs.groupby("source")["target"].transform("size")
    elif "weight" not in pairs.columns:
        if divided.any():
            several = pairs.loc[divided, "source"].unique()
            raise ClassificationError(
                f"{len(several)} codes of {before} are divided among several codes of "
                f"{after} ({listed(several)}) and {label} says no weights. "
                'Give a column weight, or say basis="equal" (equal parts, an '
                'assumption) or basis="employment".'
            )
        pairs["weight"] = 1.0
    _check_sums(pairs, label)
    stated = basis if divided.any() else "one to one"
    return Correspondence(before, after, sorted_pairs(pairs), stated)


def _given(source: str | Path | pd.DataFrame) -> tuple[CodeTable, tuple[str, str]]:
    """Return the table of a source, and between which classifications it goes."""
    if isinstance(source, str) and source in CORRESPONDENCES:
        file, before, after = CORRESPONDENCES[source]
        table = embedded_table("classifications", file)
        table = table.rename(columns={before: "source", after: "target"})
        return CodeTable(table, file), (before, after)
    if isinstance(source, str) and source in SAME_CODES:
        before, after = SAME_CODES[source]
        old, new = read_classification(before), read_classification(after)
        pairs = [(str(code), new.notation(str(code))) for code in old.codes.index]
        table = pd.DataFrame(pairs, columns=["source", "target"])
        return CodeTable(table[table["target"].notna()], source), (before, after)
    known = [*CORRESPONDENCES, *SAME_CODES]
    return loaded(source, "correspondence", known), ("source", "target")


def _pairs(given: CodeTable, columns: Mapping[str, str] | None) -> pd.DataFrame:
    """Return source, target and, where known, weight, with every fault reported."""
    table = given.frame
    if not columns and not set(_ENDS) <= set(table.columns) and table.shape[1] == 2:
        table = table.set_axis(_ENDS, axis=1)
    given.frame = renamed(table, columns, [*_ENDS, "weight"])
    given.need(_ENDS, "map it; there are")
    kept = [c for c in (*_ENDS, "weight") if c in given.frame.columns]
    pairs = given.frame.loc[:, kept].reset_index(drop=True)
    for column in _ENDS:
        shown = _as_pairs(pairs)
        blank = pairs[column].isna() | pairs[column].astype(str).str.strip().eq("")
        given.refuse("a code is empty in " + column, "fill it", blank, shown)
        pairs[column] = pairs[column].astype(object).astype(str).str.strip()
    twice = pairs.duplicated(_ENDS, keep=False)
    given.refuse("a pair stands more than once", "add it up", twice, _as_pairs(pairs))
    if "weight" in pairs.columns:
        number = numbers_in(pairs["weight"])
        rule, wrong = "a weight is not a number from 0 to 1", ~number.between(0, 1)
        given.refuse(rule, "correct it", wrong, pairs["weight"].map(str))
        pairs["weight"] = number
    given.done()
    return pairs


def _as_pairs(pairs: pd.DataFrame) -> pd.Series:
    both = zip(pairs["source"], pairs["target"], strict=True)
    return pd.Series([f"{source} / {target}" for source, target in both], dtype=object)


def _by_employment(pairs: pd.DataFrame, employment: pd.Series) -> pd.Series:
    """Shares of a source's targets in their employment; equal where all have none."""
    size = pairs["target"].map(employment).astype(float)
    several = pairs["source"].duplicated(keep=False)
    unknown = pairs.loc[several & size.isna(), "target"].unique()
    if len(unknown):
        raise ClassificationError(
            f"employment= lacks {len(unknown)} targets of divided codes "
            f"({listed(unknown, more=False)})."
        )
    size = size.where(several, 1.0)
    total = size.groupby(pairs["source"]).transform("sum")
    even = 1.0 / pairs.groupby("source")["target"].transform("size")
    return (size / total).where(total > 0, even)


def _check_sums(pairs: pd.DataFrame, label: str) -> None:
    sums = pairs.groupby("source")["weight"].sum()
    wrong = sums[(sums - 1.0).abs() > _TOLERANCE]
    if len(wrong):
        rows = tuple((str(code), float(value)) for code, value in wrong.head().items())
        fault = Fault(
            "the weights of a source do not add up to 1",
            "give each code's shares so that they add up to 1",
            len(wrong),
            rows,
        )
        raise TableError(label, [fault])


def roll_up(
    codes: list[str] | pd.Index,
    groups: list[str] | pd.Index,
    classification: Classification,
    *,
    outside: Literal["refuse", "drop"] = "refuse",
) -> Correspondence:
    """Return the correspondence from fine codes to the groups that contain them.

    A code goes to the group its finest codes lie in; where they lie in several, in
    proportion to their number, and the basis says so.

    Parameters
    ----------
    codes, groups : list of str
        In any notation of the classification, ranges and unions included
        (``"C10-C12"``, ``"G-I"``, ``"B+D+E"``).
    classification : Classification
        The tree both are read in.
    outside : {"refuse", "drop"}
        What to do with codes of the classification that lie in no group.

    Raises
    ------
    ClassificationError
        If a code is unknown, groups overlap, or codes lie in no group and that is
        refused; or if no code is left.

    Examples
    --------
    >>> from clusterid.classifications import read_classification
    >>> nace = read_classification("nace2")
    >>> table = roll_up(["C29", "C30", "J62_J63"], ["C", "J"], nace).table
    >>> table["target"].tolist()
    ['C', 'C', 'J']
    """
    home: dict[str, str] = {}
    for group in groups:
        for leaf in classification.leaves(str(group)):
            if leaf in home:
                raise ClassificationError(
                    f"The groups {home[leaf]!r} and {group!r} overlap in {leaf}."
                )
            home[leaf] = str(group)
    check_option("outside", outside, ("refuse", "drop"))
    rows, lost = [], []
    for code in codes:
        leaves = classification.leaves(str(code))
        inside = [home[leaf] for leaf in leaves if leaf in home]
        if not inside:
            if outside == "refuse" or not leaves:
                lost.append(str(code))
            continue
        shares = pd.Series(inside).value_counts(normalize=True)
        rows += [(str(code), str(group), float(s)) for group, s in shares.items()]
    if not rows and not lost:
        raise ClassificationError(
            f"None of the {len(codes)} codes lies in one of the groups "
            f"({listed(groups, more=False)}); is the classification right?"
        )
    if lost:
        raise ClassificationError(
            f"{len(lost)} codes lie in none of the groups, or are unknown in "
            f"{classification.name} ({listed(lost, more=False)})."
        )
    table = pd.DataFrame(rows, columns=["source", "target", "weight"])
    divided = bool(table["source"].duplicated().any())
    basis = "number of finest codes" if divided else "one to one"
    return Correspondence("codes", "groups", sorted_pairs(table), basis)


def _level_hint(unknown: pd.Index, known: pd.Index) -> str:
    """Return a sentence where unknown codes are of another level than the known."""
    plain = [re.sub(r"[.\s]", "", str(code)) for code in unknown]
    bare = [re.sub(r"[.\s]", "", str(code)) for code in known]
    lengths = {len(code) for code in bare}
    most = max(lengths, default=0)
    shorter = sum(len(c) < most and any(k.startswith(c) for k in bare) for c in plain)
    longer = sum(len(c) > most and c[:most] in set(bare) for c in plain)
    have = ", ".join(map(str, sorted(lengths)))
    if 2 * shorter > len(plain):
        return (
            f" They are of a coarser level: the correspondence holds codes of {have} "
            "digits, so convert at that level and add up afterwards."
        )
    if 2 * longer > len(plain):
        return (
            f" They are of a finer level: the correspondence holds codes of {have} "
            "digits; add them up first."
        )
    return ""
