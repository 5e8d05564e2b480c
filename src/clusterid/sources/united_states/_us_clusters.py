"""United States: benchmark cluster definitions, and what bodies of Colorado declare."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from clusterid.classifications import read_correspondence
from clusterid.errors import SourceError, check_option
from clusterid.sources._files import Paths, one_file, opened

__all__ = ["COLORADO_AREAS", "describe_declared", "read_benchmark", "read_us_declared"]

#: Declaring body -> (kind of area, its code in the cluster-mapping files).
COLORADO_AREAS = {
    "Longmont": ("msa", "14500"),
    "Fort Collins": ("msa", "22660"),
    "Metro Denver": ("msa", "19740"),
    "Colorado": ("state", "08"),
}


def read_benchmark(
    paths: Paths,
    *,
    industries: list[str] | None = None,
    traded: str = "traded",
    crosswalk: str | Path | None = None,
) -> pd.DataFrame:
    """Read the benchmark cluster definitions as given templates.

    Parameters
    ----------
    paths : path
        ``naics2012``, ``traded_local``, ``cluster``, ``subcluster``.
    industries : list of str, optional
        Keep these industries only.
    traded : {"traded", "local", "all"}
        Which definitions.
    crosswalk : path, optional
        Pairs of ``NAICS_2007_Code`` and ``NAICS_2012_Code``: definitions are carried
        to NAICS 2007 where exactly one cluster follows for a code.

    Returns
    -------
    DataFrame
        ``industry``, ``template``, ``subtemplate``; one row an industry.

    Raises
    ------
    SourceError
        If a file cannot be read or lacks columns.

    Notes
    -----
    Delgado, Porter, Stern (2016), Defining clusters of related industries, Journal of
    Economic Geography 16(1). For tests and comparison; not to be passed on.
    """
    check_option("traded", traded, ("traded", "local", "all"))
    columns = ["naics2012", "traded_local", "cluster", "subcluster"]
    raw = opened(one_file(paths), columns)
    if traded != "all":
        raw = raw[raw["traded_local"].eq(traded.capitalize())]
    table = raw[["naics2012", "cluster", "subcluster"]].set_axis(
        ["industry", "template", "subtemplate"], axis=1
    )
    table = table.drop_duplicates("industry")
    if crosswalk is not None:
        table = _to_2007(table, Path(crosswalk))
    if industries is not None:
        table = table[table["industry"].isin(industries)]
    return table.sort_values("industry", ignore_index=True)


def _to_2007(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    vintages = ["NAICS_2007_Code", "NAICS_2012_Code"]
    pairs = opened(path, vintages)[vintages].drop_duplicates()
    six = pairs["NAICS_2007_Code"].str.len().eq(6)
    six &= pairs["NAICS_2012_Code"].str.len().eq(6)
    joined = pairs[six].merge(table, left_on="NAICS_2012_Code", right_on="industry")
    clear = joined.groupby("NAICS_2007_Code")["template"].transform("nunique").eq(1)
    carried = joined[clear].drop_duplicates("NAICS_2007_Code")
    return carried[["NAICS_2007_Code", "template", "subtemplate"]].rename(
        columns={"NAICS_2007_Code": "industry"}
    )


def read_us_declared(paths: Paths, *, vintage: str = "naics2017") -> pd.DataFrame:
    """Read what four bodies of Colorado declare, as a lexicon with its places.

    Parameters
    ----------
    paths : path
        ``declaring_body``, ``place``, ``cluster_label``, ``naics2017``, ``partial``,
        ``benchmark_cluster``.
    vintage : {"naics2017", "naics2012"}
        Vintage of the codes; 2012 through the correspondence, in equal parts where
        a code is divided.

    Returns
    -------
    DataFrame
        ``field`` (body and label), ``classification``, ``code``, ``role`` (core),
        ``weight`` (1, or 0.5 where the body names a part of the industry), ``basis``,
        ``label_en``, ``label_de``, ``place``, ``benchmark_cluster``.

    Raises
    ------
    SourceError
        If the file cannot be read or lacks columns.
    """
    check_option("vintage", vintage, ("naics2017", "naics2012"))
    needed = ["declaring_body", "place", "cluster_label", "naics2017", "partial"]
    raw = opened(one_file(paths), [*needed, "benchmark_cluster"])
    table = pd.DataFrame({
        "field": raw["declaring_body"] + ": " + raw["cluster_label"],
        "classification": vintage,
        "code": raw["naics2017"],
        "role": "core",
        "weight": raw["partial"].str.lower().eq("true").map({True: 0.5, False: 1.0}),
        "basis": "declared by " + raw["declaring_body"],
        "label_en": raw["cluster_label"],
        "label_de": raw["cluster_label"],
        "place": raw["place"],
        "benchmark_cluster": raw["benchmark_cluster"],
    })
    table = table.drop_duplicates(["field", "code"])
    if vintage == "naics2012":
        step = read_correspondence("naics2012_to_naics2017", basis="equal").table
        table = table.merge(step, left_on="code", right_on="target")
        table["code"] = table["source"]
        table = table.drop(columns=["source", "target", "weight_y"]).rename(
            columns={"weight_x": "weight"}
        )
        table = table.drop_duplicates(["field", "code"])
    return table.sort_values(["field", "code"], ignore_index=True)


def describe_declared(
    declared: pd.DataFrame, msa: str | Path, state: str | Path
) -> pd.DataFrame:
    """Lay what the bodies declare beside the employment of their own areas.

    Descriptive only: no test, no verdict. Each declared cluster is broken down by the
    benchmark clusters its industries belong to.

    Parameters
    ----------
    declared : DataFrame
        From :func:`read_us_declared`.
    msa, state : path
        Employment by benchmark cluster: ``region_code``, ``cluster_name``, ``emp``,
        ``lq``.

    Returns
    -------
    DataFrame
        ``field``, ``place``, ``benchmark_cluster``, ``n_industries`` (declared),
        ``share`` (of the declared industries), ``area_kind``, ``area``, ``emp``
        (persons in the area), ``lq`` (traded employment; 1.0 = nation).

    Raises
    ------
    SourceError
        If a file cannot be read, or a place has no area.
    """
    unknown = sorted(set(declared["place"]) - set(COLORADO_AREAS))
    if unknown:
        raise SourceError(
            f"No area is known for {', '.join(unknown)}; known are "
            f"{', '.join(COLORADO_AREAS)}."
        )
    keys = ["field", "place", "benchmark_cluster"]
    counts = declared.groupby(keys).size().rename("n_industries").reset_index()
    whole = counts.groupby("field")["n_industries"].transform("sum")
    counts["share"] = counts["n_industries"] / whole
    counts["area_kind"] = [COLORADO_AREAS[p][0] for p in counts["place"]]
    counts["area"] = [COLORADO_AREAS[p][1] for p in counts["place"]]
    parts = []
    for kind, path in (("msa", Path(msa)), ("state", Path(state))):
        columns = ["region_code", "cluster_name", "emp", "lq"]
        raw = opened(path, columns)
        raw = raw[raw["region_code"].astype(str).isin(counts["area"])]
        parts.append(
            raw[columns]
            .set_axis(["area", "benchmark_cluster", "emp", "lq"], axis=1)
            .assign(area_kind=kind)
        )
    known = pd.concat(parts, ignore_index=True)
    joined = counts.merge(
        known, on=["area_kind", "area", "benchmark_cluster"], how="left"
    )
    return joined.sort_values(
        ["place", "field", "n_industries", "benchmark_cluster"],
        ascending=[True, True, False, True],
        ignore_index=True,
    )
