"""United States: benchmark use and make tables (BEA), industry by industry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from clusterid.classifications import Correspondence, read_correspondence
from clusterid.errors import SourceError, check_option
from clusterid.sources._carry import (
    among,
    carried,
    employment_carrier,
    without_small,
)
from clusterid.sources._files import (
    Paths,
    file_list,
    find_by_columns,
    known_numbers_of,
    opened,
    read_raw,
    require_keys,
)
from clusterid.sources.united_states._cbp import read_cbp
from clusterid.sources.united_states._cbp_areas import national_jobs
from clusterid.tables import read_flows

__all__ = ["NaicsCarrier", "industry_by_industry", "naics_carrier", "read_bea"]

_CROSSWALK = (
    "BEA_2017_Detail_Code",
    "NAICS_2017_Code",
    "NAICS_2012_Code",
    "NAICS_2007_Code",
)


@dataclass(frozen=True, slots=True)
class NaicsCarrier:
    """How BEA industries become NAICS 2007 leaves, and what each step moves.

    Parameters
    ----------
    correspondence : Correspondence
        From BEA 2017 to NAICS 2007, weights by employment.
    steps : DataFrame
        By step between vintages: ``share_moved`` (of employment that arrives under
        another code) and ``share_split`` (of employment in divided codes), 0 to 1.
    """

    correspondence: Correspondence
    steps: pd.DataFrame


def naics_carrier(crosswalk: pd.DataFrame, employment: pd.Series) -> NaicsCarrier:
    """Build the chain BEA 2017 - NAICS 2017 - 2012 - 2007 with weights by employment.

    Parameters
    ----------
    crosswalk : DataFrame
        ``BEA_2017_Detail_Code``, ``NAICS_2017_Code``, ``NAICS_2012_Code``,
        ``NAICS_2007_Code``; six-digit rows are used.
    employment : Series by NAICS 2007 code
        National employment, persons.

    Returns
    -------
    NaicsCarrier

    Notes
    -----
    Employment is carried forward from 2007 to 2017, a divided code in equal parts
    (nothing published says which part is how large), and each step is then turned
    around in proportion to the employment that came along it.
    """
    up_12 = read_correspondence(
        _pairs(crosswalk, "NAICS_2007_Code", "NAICS_2012_Code"),
        names=("naics2007", "naics2012"),
        basis="equal",
    )
    jobs_07 = employment.reindex(up_12.table["source"].unique()).fillna(0.0)
    jobs_12 = up_12.convert(jobs_07)
    up_17 = read_correspondence("naics2012_to_naics2017", basis="equal")
    known_12 = up_17.table["source"].unique()
    jobs_12_known = jobs_12.reindex(known_12).fillna(0.0)
    jobs_17 = up_17.convert(jobs_12_known)
    to_12 = up_17.reverse(jobs_12_known)
    to_07 = up_12.reverse(jobs_07)
    first = _onto_naics_2017(crosswalk, jobs_17)
    taken = {
        "naics2007 to naics2012": (up_12, jobs_07),
        "naics2012 to naics2017": (up_17, jobs_12_known),
    }
    steps = pd.DataFrame(
        [
            (step.share_moved(jobs), step.share_split(jobs))
            for step, jobs in taken.values()
        ],
        index=pd.Index(list(taken), name="step"),
        columns=["share_moved", "share_split"],
    )
    return NaicsCarrier(first.then(to_12).then(to_07), steps)


def _onto_naics_2017(crosswalk: pd.DataFrame, jobs: pd.Series) -> Correspondence:
    """Return BEA industries divided among NAICS 2017 codes by their employment."""
    pairs = _pairs(crosswalk, "BEA_2017_Detail_Code", "NAICS_2017_Code", False)
    pairs = pairs[pairs["target"].isin(jobs.index)]
    members = {
        str(code): list(part["target"]) for code, part in pairs.groupby("source")
    }
    return employment_carrier(members, jobs, ("bea2017", "naics2017"))


def _pairs(
    crosswalk: pd.DataFrame, source: str, target: str, both_industries: bool = True
) -> pd.DataFrame:
    pairs = crosswalk[[source, target]].set_axis(["source", "target"], axis=1)
    pairs = pairs[pairs["target"].str.len().eq(6)]
    if both_industries:
        pairs = pairs[pairs["source"].str.len().eq(6)]
    pairs = pairs[pairs["source"].ne("")]
    return pairs.drop_duplicates().reset_index(drop=True)


def industry_by_industry(use: pd.DataFrame, make: pd.DataFrame) -> pd.DataFrame:
    r"""Return flows between industries from use and make tables.

    Industry-technology assumption: every industry sells its commodities in the
    proportions in which it makes them.

    .. math:: Z = D U, \qquad D = V \hat q^{-1}

    with U (commodities x industries) the use, V (industries x commodities) the make
    table and q the output of each commodity; equal to D B times industry output.

    Parameters
    ----------
    use : DataFrame, commodities x industries
        Million dollars.
    make : DataFrame, industries x commodities
        Million dollars.

    Returns
    -------
    DataFrame, industries x industries
        Sellers in rows, buyers in columns, million dollars.

    Notes
    -----
    A commodity that nobody makes (scrap from households, non-comparable imports)
    has no seller and its use is left out.

    References
    ----------
    Miller & Blair (2009), Input-Output Analysis, section 5.3 (not checked against
    the original).

    Examples
    --------
    >>> use = pd.DataFrame([[2.0, 4.0]], index=["c"], columns=["p", "q"])
    >>> make = pd.DataFrame([[9.0], [1.0]], index=["p", "q"], columns=["c"])
    >>> industry_by_industry(use, make).loc["p"].round(6).tolist()
    [1.8, 3.6]
    """
    commodities = use.index.union(make.columns)
    industries = use.columns.union(make.index)
    u = use.reindex(index=commodities, columns=industries, fill_value=0.0)
    v = make.reindex(index=industries, columns=commodities, fill_value=0.0)
    output = v.to_numpy().sum(axis=0)
    shares = np.divide(v.to_numpy(), output, out=np.zeros(v.shape), where=output > 0)
    return pd.DataFrame(shares @ u.to_numpy(), index=industries, columns=industries)


def read_bea(
    paths: Paths,
    *,
    employment: str | Path | None = None,
    employment_year: int = 2011,
    industries: Sequence[str] | None = None,
    classification: str = "naics2007",
    minimum_share: float = 0.0,
) -> pd.DataFrame:
    """Read benchmark use and make tables as flows between industries.

    Parameters
    ----------
    paths : folder, or list of files
        Use and make table (``row_code``, ``col_code``, ``value_musd``; told apart by
        ``use`` and ``make`` in their names), the list of codes (``code``, ``kind``),
        and the crosswalk to NAICS.
    employment : path, optional
        The County Business Patterns file, by state (NAICS 2007) or by metropolitan
        area (NAICS 2017): flows are carried onto its leaves, an industry divided in
        proportion to national employment. Without it, codes are those of BEA (402
        industries).
    employment_year : int
        Year of that employment: 2008 to 2011 by state, 2017 and later by area.
    industries : sequence of str, optional
        Codes that are counted; flows of others (farms, government) are left out.
        Used with ``employment`` only.
    classification : {"naics2007", "naics2017"}
        Of ``industries`` and of the employment file.
    minimum_share : float
        Leaves out flows below this share of both the buyer's purchases and the
        seller's sales; 0 keeps all.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value`` (million dollars, producer prices, imports
        included). ``attrs["steps"]`` says which share of employment each step between
        vintages moves.

    Raises
    ------
    SourceError
        If a file is missing or lacks columns, or a pair stands twice or has no value.
    """
    check_option("classification", classification, ("naics2007", "naics2017"))
    use, make, crosswalk = _tables(paths)
    z = industry_by_industry(use, make)
    long = z.rename_axis(index="seller", columns="buyer").stack().reset_index()
    flows = long.set_axis(["seller", "buyer", "value"], axis=1)
    flows = flows[flows["value"].gt(0)]
    steps = None
    if employment is not None:
        if classification == "naics2017":
            jobs = national_jobs(employment, employment_year)
            onto = _onto_naics_2017(crosswalk, jobs)
        else:
            jobs = national_employment(employment, employment_year)
            carrier = naics_carrier(crosswalk, jobs)
            onto, steps = carrier.correspondence, carrier.steps
        counted = jobs.index if industries is None else map(str, industries)
        flows = among(carried(flows, onto), counted)
    checked = read_flows(without_small(flows, minimum_share))
    if steps is not None:
        checked.attrs["steps"] = steps.to_dict("index")
    return checked


def national_employment(path: str | Path, year: int) -> pd.Series:
    """Return national employment by leaf; a withheld cell counts its range's middle."""
    table = read_cbp(path, years=[year]).table
    middle = (table["lower"] + table["upper"].fillna(table["lower"])) / 2
    total: pd.Series = middle.groupby(table["industry"]).sum()
    return total


def _tables(paths: Paths) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    files = file_list(paths)
    found = find_by_columns(files, {"codes": ("code", "kind"), "crosswalk": _CROSSWALK})
    for role in ("use", "make"):
        named = [f for f in files if f.name.lower().startswith(role)]
        if len(named) != 1:
            raise SourceError(
                f"One file whose name begins with {role!r} is needed; given: "
                f"{', '.join(f.name for f in files)}."
            )
        found[role] = named[0]
    codes = read_raw(found["codes"])
    kinds = codes.groupby("kind")["code"].agg(list)
    industries, commodities = kinds["industry"], kinds["commodity"]
    tables = {}
    for role, rows, columns in (
        ("use", commodities, industries),
        ("make", industries, commodities),
    ):
        keys = ["row_code", "col_code"]
        raw = opened(found[role], [*keys, "value_musd"])
        inside = raw["row_code"].isin(rows) & raw["col_code"].isin(columns)
        kept = raw[inside].astype({"row_code": str, "col_code": str})
        require_keys(kept, keys, found[role])
        kept["value_musd"] = known_numbers_of(kept, "value_musd", keys, found[role])
        wide = kept.pivot(index="row_code", columns="col_code", values="value_musd")
        tables[role] = wide.astype(float).fillna(0.0)
    return tables["use"], tables["make"], read_raw(found["crosswalk"])
