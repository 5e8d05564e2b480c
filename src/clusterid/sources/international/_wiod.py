"""National input-output tables of the World Input-Output Database (release 2016)."""

from __future__ import annotations

import pandas as pd

from clusterid.classifications import read_classification, roll_up
from clusterid.errors import SourceError, check_option
from clusterid.sources._carry import carried
from clusterid.sources._files import (
    Paths,
    known_numbers_of,
    of_years,
    one_file,
    read_raw,
    require_columns,
    require_keys,
    whole_years_of,
)
from clusterid.tables import read_flows

__all__ = ["WIOD56", "read_wiod"]

#: The 56 industries, each a union of divisions of NACE Rev. 2.
WIOD56 = (
    "A01", "A02", "A03", "B", "C10-C12", "C13-C15", "C16", "C17", "C18", "C19", "C20",
    "C21", "C22", "C23", "C24", "C25", "C26", "C27", "C28", "C29", "C30", "C31_C32",
    "C33", "D35", "E36", "E37-E39", "F", "G45", "G46", "G47", "H49", "H50", "H51",
    "H52", "H53", "I", "J58", "J59_J60", "J61", "J62_J63", "K64", "K65", "K66", "L68",
    "M69_M70", "M71", "M72", "M73", "M74_M75", "N", "O84", "P85", "Q", "R_S", "T", "U",
)  # fmt: skip

#: Countries of the tables that have NUTS regions, as NUTS names them.
_NUTS = {
    "AUT": "AT", "BEL": "BE", "BGR": "BG", "CHE": "CH", "CYP": "CY", "CZE": "CZ",
    "DEU": "DE", "DNK": "DK", "ESP": "ES", "EST": "EE", "FIN": "FI", "FRA": "FR",
    "GBR": "UK", "GRC": "EL", "HRV": "HR", "HUN": "HU", "IRL": "IE", "ITA": "IT",
    "LTU": "LT", "LUX": "LU", "LVA": "LV", "MLT": "MT", "NLD": "NL", "NOR": "NO",
    "POL": "PL", "PRT": "PT", "ROU": "RO", "SVK": "SK", "SVN": "SI", "SWE": "SE",
    "TUR": "TR",
}  # fmt: skip
_ORIGINS = {"domestic": ("Domestic",), "total": ("Domestic", "Imports")}


def read_wiod(
    paths: Paths,
    *,
    year: int | None = None,
    country: str | None = None,
    origin: str = "domestic",
    industries: list[str] | None = None,
    classification: str = "nace2",
) -> pd.DataFrame:
    """Read intermediate flows between the 56 industries of a national table.

    Parameters
    ----------
    paths : path
        The long form (``country``, ``year``, ``origin``, ``row_code``, ``col_code``,
        ``value_musd``), or a square CSV with sellers in rows (``row_code``) and buyers
        in columns.
    year : int, optional
        Of the long form; the newest by default.
    country : str, optional
        Where the long form holds several.
    origin : {"domestic", "total"}
        Domestic flows, or domestic and imported ones together.
    industries : list of str, optional
        Codes of an economy (``"C"``, ``"G-I"``, ``"B+D+E"``, ``"10"``): the flows are
        added up onto them. An industry of the table that lies in several of them is
        divided by the number of its classes; flows of others are left out.
    classification : str
        In which ``industries`` are to be read.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value`` (million US dollars, current basic prices);
        ``attrs["country"]``: whose table it is, as NUTS names it, if that is known.

    Raises
    ------
    SourceError
        If the file, the year or the country is not there, or a flow has no value.
    ClassificationError
        If the classification is not known, or ``industries`` overlap or hold
        none of the table's.

    Notes
    -----
    Industries of ISIC Rev. 4, which are those of NACE Rev. 2 at this level. Timmer,
    Dietzenbacher, Los, Stehrer, de Vries (2015), Review of International Economics
    23(3).
    """
    check_option("origin", origin, tuple(_ORIGINS))
    tree = read_classification(classification)
    file = one_file(paths)
    raw = read_raw(file)
    ends = ["row_code", "col_code"]
    if "value_musd" in raw.columns or file.suffix == ".parquet":
        keys = ["year", "origin", *ends]
        require_columns(raw, [*keys, "value_musd"], file)
        whose = ["country"] if "country" in raw.columns else []
        require_keys(raw, [*whose, *keys], file)
        raw = raw.assign(year=whole_years_of(raw, file))
        long = _of_long(raw, file.name, year, country, origin)
    else:
        require_columns(raw, ["row_code", *WIOD56], file)
        long = raw.melt("row_code", list(WIOD56), "col_code", "value_musd")
        require_keys(long, ends, file)
    long = long[long["row_code"].isin(WIOD56) & long["col_code"].isin(WIOD56)]
    long = long.assign(value_musd=known_numbers_of(long, "value_musd", ends, file))
    sums = long.groupby(ends)["value_musd"].sum().reset_index()
    flows: pd.DataFrame = sums.set_axis(["seller", "buyer", "value"], axis=1)
    if industries is not None:
        carrier = roll_up(
            list(WIOD56), [str(i) for i in industries], tree, outside="drop"
        )
        flows = carried(flows, carrier)
    found = read_flows(flows)
    whose_table = _NUTS.get(country or _only_country(raw))
    if whose_table is not None:
        found.attrs["country"] = whose_table
    return found


def _only_country(raw: pd.DataFrame) -> str:
    """Return the country of a table of one; empty where it is not said."""
    if "country" not in raw.columns:
        return ""
    named = raw["country"].astype(str).unique()
    return str(named[0]) if len(named) == 1 else ""


def _of_long(
    raw: pd.DataFrame,
    name: str,
    year: int | None,
    country: str | None,
    origin: str,
) -> pd.DataFrame:
    if "country" in raw.columns:
        countries = sorted(raw["country"].astype(str).unique())
        chosen = country or (countries[0] if len(countries) == 1 else "")
        if chosen not in countries:
            raise SourceError(
                f"{name}: say country=, one of {', '.join(countries)} "
                f"(got {country!r})."
            )
        raw = raw[raw["country"].astype(str).eq(chosen)]
    wanted = int(raw["year"].max()) if year is None else int(year)
    raw = of_years(raw, [wanted], f"{name}:")
    keep = raw["origin"].isin(_ORIGINS[origin])
    return raw.loc[keep, ["row_code", "col_code", "value_musd"]]
