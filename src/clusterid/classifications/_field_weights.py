"""Fields carried to the codes of an economy, and how well these separate them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from clusterid.classifications._carried_fields import carried_lines
from clusterid.classifications._classification import Classification
from clusterid.classifications._correspondence import Correspondence
from clusterid.classifications._fields import ROLES, sorted_lines
from clusterid.classifications._reading import listed
from clusterid.classifications._trees import read_classification
from clusterid.errors import ClassificationError, Fault, TableError, check_option

__all__ = ["FieldWeights", "fields_on"]


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """Fields carried to the codes of an economy, and how well these separate them.

    Parameters
    ----------
    weights : DataFrame, industries x fields
        Share of each industry that belongs to the field, 0 to 1.
    mappability : Series by field
        How well the codes separate the field, 0 to 1; see :func:`fields_on`.
    coverage : Series by field
        Share of the field's lexicon that lies in the industries at all, 0 to 1.
    labels : DataFrame by field
        ``label_de``, ``label_en``.
    params : mapping
        Roles, classification and size of industries used.
    """

    weights: pd.DataFrame
    mappability: pd.Series
    coverage: pd.Series
    labels: pd.DataFrame
    params: Mapping[str, Any]

    def __repr__(self) -> str:
        clear = int(self.mappability.ge(0.5).sum())
        return (
            f"<FieldWeights: {self.weights.shape[1]} fields on "
            f"{self.weights.shape[0]} codes; {clear} with mappability of 0.5 or more>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        table = self.labels.assign(mappability=self.mappability, coverage=self.coverage)
        return f"<p>{escape(repr(self))}</p>{table.to_html()}"


def fields_on(
    fields: pd.DataFrame,
    industries: Iterable[str],
    classification: str | Classification,
    *,
    roles: Sequence[str] = ("core",),
    sizes: pd.Series | None = None,
    correspondence: Correspondence | None = None,
) -> FieldWeights:
    r"""Carry fields to the codes of an economy, and say how well these separate them.

    A lexicon names divisions, groups and classes; an economy may know other, often
    coarser codes. Both are expanded to the finest codes of the classification. The
    weight of a field in an industry is the share of the industry's finest codes that
    the lexicon gives to the field (a line's own weight multiplies its share).

    The mappability answers: of the jobs that would be counted for the field, which
    share belongs to it? It is 1 where every industry counted is the field and
    nothing else, and near 0 where the field is a small part of a large industry:
    biotechnology in a table of WZ sections. Below a threshold (0.5 by default where
    clusterid uses it; authors' choice) a field is not separable at this resolution.

    .. math:: m = k \frac{\sum_c n_c w_c^2}{\sum_c n_c w_c}

    with :math:`w_c` the weight in industry c, :math:`n_c` its size, and k the
    coverage: the share of the field's finest codes that lie in the industries.

    Parameters
    ----------
    fields : DataFrame
        A lexicon from :func:`read_fields`.
    industries : iterable of str
        Codes of the economy; ranges and unions (``"G-I"``, ``"B+D+E"``) are read, too.
    classification : str or Classification
        The tree the industries belong to.
    roles : sequence of str
        Roles of the lexicon that count as the field.
    sizes : Series by industry, optional
        Size of the industries, e.g. national employment. Without it, the number of
        finest codes in each, which takes all classes for equally large. Give it for
        occupations: their groups are the finest codes, and differ in size by a
        factor of thousands.
    correspondence : Correspondence, optional
        From the lexicon's classification to the industries' one, where they differ.

    Returns
    -------
    FieldWeights
        ``weights`` (industries x fields), ``mappability``, ``coverage``, ``labels``.

    Raises
    ------
    ClassificationError
        If industries are unknown, or the lexicon is in another classification and no
        correspondence is given.
    TableError
        If two industries hold the same finest code.

    Notes
    -----
    The rule is the authors' choice; it has no source in the literature.

    Examples
    --------
    >>> from clusterid.classifications import read_fields
    >>> sections = ["C", "J", "K", "M-N"]
    >>> found = fields_on(read_fields("nace2"), sections, "wz2008")
    >>> found.mappability[["finance", "biotech"]].round(2).to_dict()
    {'finance': 1.0, 'biotech': 0.01}
    """
    for role in roles:
        check_option("role", role, ROLES)
    tree = classification
    if not isinstance(tree, Classification):
        tree = read_classification(tree)
    codes = [str(code) for code in industries]
    home, n_leaves = _homes(codes, tree)
    fields = sorted_lines(fields)
    counted = fields[fields["role"].isin(list(roles))]
    names = list(dict.fromkeys(fields["field"]))
    leaf_weights = _leaf_weights(counted, tree, correspondence)
    shares = np.zeros((len(codes), len(names)))
    coverage = np.zeros(len(names))
    position = {code: i for i, code in enumerate(codes)}
    for k, name in enumerate(names):
        mine = leaf_weights.get(name, {})
        for leaf, weight in mine.items():
            code = home.get(leaf)
            if code is not None:
                shares[position[code], k] += weight / n_leaves[code]
                coverage[k] += weight
        total = sum(mine.values())
        coverage[k] = coverage[k] / total if total > 0 else 0.0
    size = pd.Series(n_leaves) if sizes is None else sizes
    jobs = size.reindex(codes).fillna(0.0).to_numpy(dtype=float)
    inside, squared = jobs @ shares, jobs @ shares**2
    none = np.zeros(len(names))
    purity = np.divide(squared, inside, out=none, where=inside > 0)
    index = pd.Index(names, name="field")
    rows = pd.Index(codes, name="industry")
    labels = fields.drop_duplicates("field").set_index("field")
    carried = None if correspondence is None else repr(correspondence)
    return FieldWeights(
        weights=pd.DataFrame(np.minimum(shares, 1.0), index=rows, columns=index),
        mappability=pd.Series(purity * coverage, index=index, name="mappability"),
        coverage=pd.Series(coverage, index=index, name="coverage"),
        labels=labels.loc[names, ["label_de", "label_en"]],
        params=MappingProxyType({
            "roles": tuple(roles),
            "classification": tree.name,
            "sizes": "number of finest codes" if sizes is None else "given",
            "correspondence": carried,
        }),
    )


def _homes(
    codes: list[str], tree: Classification
) -> tuple[dict[str, str], dict[str, int]]:
    home: dict[str, str] = {}
    sizes: dict[str, int] = {}
    unknown, overlaps = [], []
    for code in codes:
        leaves = tree.leaves(code)
        if not leaves:
            unknown.append(code)
        for leaf in leaves:
            if leaf in home:
                overlaps.append((f"{home[leaf]} / {code}", leaf))
            home[leaf] = code
        sizes[code] = len(leaves)
    if unknown:
        raise ClassificationError(
            f"{len(unknown)} of {len(codes)} industries are no codes of {tree.name} "
            f"({listed(unknown)}). Name the classification of the table."
        )
    if overlaps:
        fault = Fault(
            "two industries hold the same finest code",
            "keep one level of the classification",
            len(overlaps),
            tuple(overlaps[:5]),
        )
        raise TableError("industries", [fault])
    return home, sizes


#: Classifications whose finest shared codes carry the same meaning.
_SAME = {"wz2008": "nace2", "sic2007": "nace2"}


def _leaf_weights(
    fields: pd.DataFrame,
    tree: Classification,
    correspondence: Correspondence | None,
) -> dict[str, dict[str, float]]:
    """Weight of each field on the finest codes of the industries' classification."""
    result: dict[str, dict[str, float]] = {}
    for name, lines in fields.groupby("classification", sort=True):
        if correspondence is not None and correspondence.source == name:
            tree_of = read_classification(str(name))
            lines = carried_lines(lines, tree_of, correspondence)
        elif str(name) != tree.name and not _comparable(str(name), tree.name):
            raise ClassificationError(
                f"The lexicon is in {name}, the industries are in {tree.name}; give "
                f"correspondence= from {name} to {tree.name}."
            )
        for field, code, weight in zip(
            lines["field"], lines["code"], lines["weight"], strict=True
        ):
            mine = result.setdefault(str(field), {})
            for leaf in tree.leaves(str(code)):
                mine[leaf] = max(mine.get(leaf, 0.0), float(weight))
    return result


def _comparable(one: str, other: str) -> bool:
    return _SAME.get(one, one) == _SAME.get(other, other)
