"""United Kingdom: input-output analytical tables 2010 (127 products)."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from clusterid.classifications import Correspondence
from clusterid.errors import SourceError, check_option
from clusterid.sources._carry import carried, employment_carrier, without_small
from clusterid.sources._files import (
    Paths,
    file_list,
    known_numbers_of,
    numbers_of,
    of_years,
    one_file,
    opened,
    read_raw,
    require_columns,
    whole_years_of,
)
from clusterid.sources.great_britain._bres import industry_prefix
from clusterid.tables import read_flows

__all__ = ["product_prefixes", "read_uk_io", "uk_io_correspondence"]

_TABLES = {
    "domestic": "Input-Output table (domestic use, basic prices, product by product)",
    "combined": "Combined use table at purchasers' prices (product by industry)",
}
#: Products whose code does not spell out the classes of SIC 2007 they hold.
_SPECIAL = {
    "11-01-6": ("1101", "1102", "1103", "1104", "1105", "1106"),
    "20A": ("2011", "2013", "2015"),
    "20B": ("2014", "2016", "2017", "206"),
    "20C": ("2012", "202"),
    "23OTHER": ("231", "232", "233", "234", "237", "239"),
    "25OTHER": ("251", "252", "253", "255", "256", "257", "259"),
    "30OTHER": ("302", "304", "309"),
    "33OTHER": ("3311", "3312", "3313", "3314", "3317", "3319", "332"),
    "68-2IMP": (),
}


def product_prefixes(code: str) -> tuple[str, ...]:
    """Return the beginnings of SIC 2007 codes that a product of the table holds.

    Market, non-market (``NM_``) and charity (``NPISH_``) products are the same
    industries. Imputed rents have no jobs and hold nothing.

    Examples
    --------
    >>> product_prefixes("10-2-3"), product_prefixes("06-07")
    (('102', '103'), ('06', '07'))
    >>> product_prefixes("33-15"), product_prefixes("NPISH_87-88")
    (('3315',), ('87', '88'))
    """
    plain = re.sub(r"^(NM|NPISH)_", "", code)
    if plain in _SPECIAL:
        return _SPECIAL[plain]
    first, *rest = plain.split("-")
    if not rest:
        return (first,)
    if len(rest) == 1 and len(rest[0]) == 2 and rest[0] > first:
        return tuple(f"{d:02d}" for d in range(int(first), int(rest[0]) + 1))
    if len(rest[0]) == 2:
        return (first + rest[0],)
    last = int(rest[-1])
    return tuple(f"{first}{d}" for d in range(int(rest[0]), last + 1))


def uk_io_correspondence(products: list[str], employment: pd.Series) -> Correspondence:
    """Return the weighted correspondence from products to SIC industries.

    Parameters
    ----------
    products : list of str
        Codes of the table.
    employment : Series by SIC code
        National employment, persons; a product is divided in proportion.

    Returns
    -------
    Correspondence
        Products that hold none of the industries are left out.
    """
    codes = pd.Index(employment.index.astype(str))
    members = {}
    for product in products:
        prefixes = product_prefixes(product)
        inside = [c for c in codes if prefixes and c.startswith(prefixes)]
        if not inside and prefixes:
            # the economy is coarser than the product: its own division holds it
            inside = [c for c in codes if any(p.startswith(c) for p in prefixes)]
        members[product] = inside
    return employment_carrier(members, employment, ("uk_io_2010", "sic2007"))


def read_uk_io(
    paths: Paths,
    *,
    table: str = "domestic",
    employment: str | Path | None = None,
    level: int = 4,
    year: int | None = None,
    minimum_share: float = 0.0,
) -> pd.DataFrame:
    """Read flows between products of the United Kingdom in 2010.

    Parameters
    ----------
    paths : path
        The long file (``uk_row``, ``uk_col``, ``values``, ``indicator``).
    table : {"domestic", "combined"}
        Domestic flows at basic prices, product by product; or domestic and imported
        ones at purchasers' prices, product by industry.
    employment : path, optional
        The BRES file: flows are carried onto its industries, a product divided in
        proportion to national employment. Without it, codes are those of the table.
    level : {5, 4, 3, 2}
        Digits of the industries.
    year : int, optional
        Year of the employment; the oldest by default, the nearest to 2010.
    minimum_share : float
        Leaves out flows below this share of both the buyer's purchases and the
        seller's sales; 0 keeps all.

    Returns
    -------
    DataFrame
        ``seller``, ``buyer``, ``value`` (million pounds). Small negative entries of
        the product-by-product table, which its construction makes, are left out.

    Raises
    ------
    SourceError
        If a file cannot be read, lacks the table, or a flow has no value.
    """
    check_option("table", table, tuple(_TABLES))
    file = one_file(paths)
    raw = opened(file, ["uk_row", "uk_col", "values", "indicator"])
    chosen = raw[raw["indicator"].eq(_TABLES[table])]
    if not len(chosen):
        raise SourceError(f"{file}: the table {_TABLES[table]!r} is not in it.")
    products = [
        str(code)
        for code in chosen["uk_row"].unique()
        if re.fullmatch(r"((NM|NPISH)_)?\d{2}[-\dA-Z]*", str(code))
    ]
    inside = chosen["uk_row"].isin(products) & chosen["uk_col"].isin(products)
    value = known_numbers_of(chosen[inside], "values", ["uk_row", "uk_col"], file)
    flows = pd.DataFrame({
        "seller": chosen.loc[inside, "uk_row"].astype(str),
        "buyer": chosen.loc[inside, "uk_col"].astype(str),
        "value": value,
    })
    flows = flows[flows["value"].gt(0)]
    if employment is not None:
        jobs = _national_employment(Path(employment), level, year)
        flows = carried(flows, uk_io_correspondence(products, jobs))
    return read_flows(without_small(flows, minimum_share))


def _national_employment(path: Path, level: int, year: int | None) -> pd.Series:
    raw = read_raw(file_list(path)[0])
    require_columns(raw, ["year", "sic5", "emp"], path)
    raw = raw.assign(year=whole_years_of(raw, path))
    wanted = int(raw["year"].min()) if year is None else int(year)
    mine = of_years(raw, [wanted], f"{path}:")
    jobs = pd.Series(numbers_of(mine, "emp", path), mine.index).fillna(0.0)
    total: pd.Series = jobs.groupby(industry_prefix(mine["sic5"], level)).sum()
    return total
