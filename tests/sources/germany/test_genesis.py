"""Tables of the German Regionaldatenbank: raw CSV, Parquet, what adds up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clusterid import ClassificationError, OptionError, SourceError, TableError
from clusterid.sources import READERS
from clusterid.tables import TOTAL

#: Persons without a Kreis: 1,449 to 2,181 of more than 30 million.
NATIONAL_TOLERANCE = 0.0002

HEADER = """GENESIS-Tabelle: 13111-07-05-4
Titel;;;;;;;;
Stichtag: 30.06.2020;;;;;;;;
;;;Insgesamt;;;;;
"""
SECTORS = [
    "Land- und Forstwirtschaft, Fischerei (A)",
    "Produzierendes Gewerbe (B-F)",
    "Produzierendes Gewerbe ohne Baugewerbe (B-E)",
    "Verarbeitendes Gewerbe (C)",
    "Baugewerbe (F)",
    "Dienstleistungsbereiche (G-U)",
    "Handel, Gastgewerbe, Verkehr (G-I)",
    "Information und Kommunikation (J)",
    "Erbringung von Finanz- und Vers.leistungen (K)",
    "Grundstücks- und Wohnungswesen (L)",
    "Freiberufl,wissenschaftl. techn. Dienstl.,sonst.DL",
    "Öff.Verw.,Verteidig.,Sozialvers.,Erz.-u.Unterricht",
    "Kunst, Unterhaltung, Erholung, Priv. Haush.,usw.",
    "Insgesamt",
]
PARTS = [1, 60, 50, 40, 10, 38, 6, 5, 4, 3, 7, 8, 5]
FOOTNOTES = '__________\n"zu ""gesamter Tabelle"":\nWZ 2008\n \nStand: heute"\n'


def flat(path: Path, changes: dict[tuple[str, str], str] | None = None) -> Path:
    """Write a small flat CSV: Germany, a Land, two Kreise of equal size, one gone."""
    lines = []
    for code, name, times in (
        ("DG", "Deutschland", 2),
        ("01", "  Land", 2),
        ("01001", "      Stadt, Kreis", 1),
        ("01002", "      Dorf, Kreis", 1),
        ("01003", "      Weg, Kreis", 0),
    ):
        values = [str(v * times) if times else "-" for v in [*PARTS, 100 - 1]]
        for sector, value in zip(SECTORS, values, strict=True):
            value = (changes or {}).get((code, sector), value)
            lines.append(f"{code};{name};{sector};{value};1;1;1;1;.")
    path.write_text(HEADER + "\n".join(lines) + "\n" + FOOTNOTES, encoding="latin-1")
    return path


def test_small_table_by_hand(tmp_path: Path) -> None:
    changes = {("01002", SECTORS[3]): ".", ("01002", SECTORS[0]): "-"}
    sourced = READERS["genesis"](flat(tmp_path / "t.csv", changes))
    economy = sourced.economy()
    assert economy.metadata.year == 2020
    assert list(economy.regions) == ["01001", "01002"], "a Kreis without jobs is gone"
    assert list(economy.industries) == [
        "A", "B+D+E", "C", "F", "G-I", "J", "K", "L", "M-N", "O-Q", "R-U",
    ]  # fmt: skip
    assert economy.employment.loc["01001", "B+D+E"] == 10
    assert np.isnan(economy.employment.loc["01002", "C"])
    assert np.isnan(economy.employment.loc["01002", "B+D+E"])
    assert economy.employment.loc["01002", "A"] == 0, "a dash is none"
    assert economy.upper is not None
    assert economy.upper.loc["01002", "C"] == 50
    assert economy.margins.region["01002"] == 99
    assert economy.margins.industry["C"] == 80
    assert economy.hierarchies["industry"]["B+D+E"] == "B-E"
    assert economy.hierarchies["region"]["01001"] == "01"


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({("01001", SECTORS[0]): "zwölf"}, TableError, "neither a count"),
        ({("01001", SECTORS[0]): "-5"}, TableError, "neither a count"),
        ({("01001", SECTORS[0]): ""}, TableError, "neither a count"),
    ],
)
def test_broken_values(
    tmp_path: Path,
    change: dict[tuple[str, str], str],
    error: type[Exception],
    words: str,
) -> None:
    with pytest.raises(error, match=words):
        READERS["genesis"](flat(tmp_path / "t.csv", change))


def test_broken_files(tmp_path: Path) -> None:
    path = flat(tmp_path / "t.csv")
    text = path.read_text("latin-1")

    def broken(new: str, encoding: str = "latin-1") -> Path:
        other = tmp_path / "broken.csv"
        other.write_text(new, encoding=encoding)
        return other

    read = READERS["genesis"]
    with pytest.raises(SourceError, match="not there"):
        read(tmp_path / "absent.csv")
    with pytest.raises(SourceError, match="no flat CSV"):
        read(broken("region,industry\n1,2\n"))
    with pytest.raises(SourceError, match="not known here"):
        read(broken(text.replace("13111-07-05-4", "99999-01-01-4")))
    with pytest.raises(SourceError, match='say encoding="utf-8"'):
        read(broken(text, "utf-8"))
    with pytest.raises(SourceError, match="no rows"):
        read(broken(HEADER))
    with pytest.raises(SourceError, match="names no key date"):
        read(broken(text.replace("Stichtag", "Tag")))
    with pytest.raises(TableError, match="inside the table is no row"):
        read(broken(text.replace("01;  Land;Insg", "Hallo\n01;  Land;Insg", 1)))
    with pytest.raises(TableError, match="industry of the table is not known"):
        read(broken(text.replace("Baugewerbe (F)", "Bau")))
    with pytest.raises(TableError, match="name each file once"):
        read([path, path])
    with pytest.raises(SourceError, match="has no year 2019"):
        read(path, years=[2019])
    with pytest.raises(OptionError, match="Did you mean 'years'"):
        read(path, year=[2020])


def test_raw_csv_and_parquet_are_the_same(data_dir: Path) -> None:
    folder = data_dir / "de_svb_wz08_kreise"
    raw = READERS["genesis"](folder)
    kept = READERS["svb_wz08"](folder / "svb_wz08_2015_2020.parquet")
    pd.testing.assert_frame_equal(raw.table, kept.table)
    pd.testing.assert_frame_equal(raw.totals, kept.totals)
    assert raw.metadata == kept.metadata
    counts = raw.table.groupby("year")["region"].nunique().to_dict()
    assert counts == {2015: 402, 2016: 402, 2017: 401, 2018: 401, 2019: 401, 2020: 401}


def test_german_sums_reach_the_national_total(data_dir: Path) -> None:
    sourced = READERS["genesis"](data_dir / "de_svb_wz08_kreise")
    totals = sourced.totals
    for year in sourced.years:
        mine = totals[totals["year"].eq(year) & totals["industry"].eq(TOTAL)]
        germany = mine.loc[mine["region"].eq(TOTAL), "value"].item()
        kreise = mine.loc[mine["region"].str.len().eq(5) & mine["region"].ne(TOTAL)]
        assert kreise["value"].sum() / germany == pytest.approx(
            1, abs=NATIONAL_TOLERANCE
        )
        economy = sourced.economy(year)
        assert economy.margins.total == germany
        assert economy.margins.region.sum() == kreise["value"].sum()


def test_bounds_of_withheld_cells_hold_with_the_totals(data_dir: Path) -> None:
    economy = READERS["genesis"](data_dir / "de_svb_wz08_kreise").economy(2020)
    assert economy.lower is not None
    assert economy.upper is not None
    assert economy.withheld.to_numpy().sum() == 53
    assert (economy.lower <= economy.upper).to_numpy().all()
    assert np.isfinite(economy.upper.to_numpy()).all()
    totals = economy.totals
    assert totals is not None
    kreis = totals[
        totals["industry"].eq(TOTAL) & totals["region"].isin(economy.regions)
    ]
    kreis = kreis.set_index("region").reindex(economy.regions)
    assert (economy.lower.sum(axis=1) <= kreis["upper"]).all()
    assert (economy.upper.sum(axis=1) >= kreis["lower"]).all()


def test_annual_averages(data_dir: Path) -> None:
    folder = data_dir / "de_erwerbstaetige_kreise"
    raw = READERS["genesis"](folder / "13312-01-05-4.csv")
    kept = READERS["erwerbstaetige"](folder / "erwerbstaetige_2000_2021.parquet")
    pd.testing.assert_frame_equal(raw.table, kept.table)
    pd.testing.assert_frame_equal(raw.totals, kept.totals)
    assert raw.table["employment"].notna().all()
    assert len(raw.economies()) == 22
    germany = raw.economy(2021).margins.total
    assert germany == 44_980_000
    assert raw.economy(2021).employment.to_numpy().sum() == pytest.approx(
        germany, rel=NATIONAL_TOLERANCE
    )


def test_series_across_the_reform_of_2016_is_refused(data_dir: Path) -> None:
    sourced = READERS["genesis"](data_dir / "de_svb_wz08_kreise")
    with pytest.raises(ClassificationError, match=r"2016 .* before 2016-11, 2017"):
        sourced.economies()
    assert list(sourced.economies([2017, 2020])) == [2017, 2020]


def test_all_years_on_one_territory(data_dir: Path) -> None:
    folder = data_dir / "de_svb_wz08_kreise"
    own = READERS["genesis"](folder)
    one = READERS["genesis"](folder, territory=2018)
    assert set(one.table.groupby("year")["region"].nunique()) == {401}
    assert list(one.economies()) == list(range(2015, 2021))
    before, after = own.economy(2015), one.economy(2015)
    parts = before.employment.loc[["03152", "03156"]].sum(skipna=False)
    pd.testing.assert_series_equal(
        after.employment.loc["03159"], parts, check_names=False
    )
    assert after.margins.total == before.margins.total
    assert (
        after.margins.region["03159"] == before.margins.region[["03152", "03156"]].sum()
    )
    assert one.region_names["03159"]
    kept = READERS["svb_wz08"](folder / "svb_wz08_2015_2020.parquet", territory=2018)
    pd.testing.assert_frame_equal(kept.table, one.table)
    later = READERS["genesis"](folder, territory=2022, years=[2020]).economy()
    assert later.employment.shape == (400, 11)
    with pytest.raises(ClassificationError, match="was divided"):
        READERS["genesis"](folder, territory=2014)
