"""What every study's names must keep to."""

from __future__ import annotations

import re
from collections import Counter

import pandas as pd

from clusterid.classifications import joined_titles
from clusterid.clusters import names_in
from clusterid.disclosure import shown
from clusterid.results import Result

#: the code of a template, or of a part of one
_CODE = re.compile(r"\bT\d{2,}(\.\d+)?\b")
#: a word cut short, or a comma without a space after it
_ABBREVIATED = re.compile(r"[^\W\d_]{2,}\.(?=[\s,;]|$)|,[^\W\d_]")


def check_names(result: Result) -> None:
    """Check all names of clusters and of lists, in both languages."""
    found = shown(result).candidates
    assert found is not None
    gaps = found.gaps.groupby("cluster")["industry"].agg(set).to_dict()
    for cluster, row in found.table.iterrows():
        named_by = row["named_by"].split(";")
        assert set(named_by) <= set(row["industries"].split(";")), cluster
        assert not set(named_by) & gaps.get(cluster, set()), cluster
        assert 1 <= len(named_by) <= 3
        assert row["town"] in row["regions"].split(";")
    _named_by_what_is_shown(found.table, found.members)
    for language in ("en", "de"):
        said = names_in(result.economy.metadata, result.regions, language)
        titles = {
            joined_titles([said.titles.get(code, code) for code in codes.split(";")])
            for table in (found.table, found.concentrations)
            for codes in table["named_by"]
        }
        for title in titles:
            assert not _CODE.search(title), title
            assert not _ABBREVIATED.search(title), title
        names = said.each(found.table)
        assert [n for n, k in Counter(names).items() if k > 1] == []
        rows = found.concentrations.assign(said=said.each(found.concentrations))
        assert not rows.duplicated(["region", "said"]).any()
        assert all(names)
        assert rows["said"].ne("").all()


def _named_by_what_is_shown(table: pd.DataFrame, members: pd.DataFrame) -> None:
    """Check that a member names a group by jobs that stand in the published table.

    Where plants are counted they may name where no jobs are shown.
    """
    jobs = members[members["employment"].gt(0)]
    known = set(zip(jobs["cluster"], jobs["industry"], strict=True))
    clusters = {cluster for cluster, _ in known}
    for cluster, row in table.iterrows():
        several = ";" in row["industries"]
        if several and cluster in clusters and pd.isna(row["establishments"]):
            named_by = row["named_by"].split(";")
            assert all((cluster, code) in known for code in named_by), cluster
