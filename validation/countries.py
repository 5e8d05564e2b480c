"""What an economist expects of real countries, and what the studies say of it.

``python -m validation.countries great_britain`` runs the study and prints the tables of
``docs/clusters/countries.md``; ``--page PAGE`` puts them between their marks there. The
expectations are common knowledge of regional economics, written down before looking;
codes and regions are those of the studies.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from validation.grades._page import source_of
from validation.grades._textbook import judged, shown
from validation.recovery._report import paste, show

STUDIES = Path(__file__).parents[1] / "data" / "studies"

#: Study -> (kind, beginnings of codes, regions where it is known to sit).
EXPECTED: dict[str, list[tuple[str, tuple[str, ...], tuple[str, ...]]]] = {
    "great_britain": [
        ("ceramics", ("234",), ("UKG2",)),
        ("oil and gas support", ("091",), ("UKM5",)),
        ("oil and gas extraction", ("061", "062"), ("UKM5",)),
        ("spirits", ("1101",), ("UKM6", "UKM7", "UKM8")),
        ("fund management", ("663",), ("UKI3", "UKM7")),
        ("finance", ("64", "65", "66"), ("UKI3", "UKM7")),
        ("motor vehicles", ("291", "292", "293"), ("UKG3", "UKG1", "UKC2")),
        ("aerospace", ("3030",), ("UKK1", "UKD4", "UKF1")),
        ("textiles", ("13",), ("UKE4", "UKD4", "UKM9")),
        ("footwear", ("152",), ("UKF2",)),
        ("pharmaceuticals", ("21",), ("UKD6", "UKJ1")),
        ("biotechnology research", ("7211",), ("UKJ1", "UKH1")),
        ("ship building", ("301",), ("UKD1", "UKM8")),
        ("nuclear fuel", ("2446",), ("UKD1",)),
        ("iron and steel", ("241",), ("UKL1", "UKE3", "UKE1")),
        ("cutlery and tools", ("2571", "2573"), ("UKE3",)),
        ("locks", ("2572",), ("UKG3",)),
        ("jewellery", ("321",), ("UKG3",)),
        ("film and television", ("591", "602"), ("UKI3", "UKI7")),
        ("sea fishing", ("031",), ("UKM5", "UKM6")),
    ],
    "germany_occupations": [
        ("metal", ("241", "242", "243", "244", "245"), ("05962", "05970", "05122")),
        ("precision and surgical tools", ("245",), ("08327", "05962", "05122")),
        ("watches and precision mechanics", ("245",), ("14628", "08326")),
        ("jewellery", ("935",), ("08231", "07134")),
        ("IT", ("431", "432", "433", "434"), ("08212", "06411", "09184", "08226")),
        ("film and broadcasting", ("944", "945"), ("05315", "12054", "09184", "07315")),
        ("porcelain and ceramics", ("214", "934"), ("09479", "07143")),
        ("glass and optics", ("213",), ("16053", "09476", "06532")),
        ("musical instruments", ("936",), ("14523",)),
        ("textiles", ("281", "282", "283"), ("09475", "08417")),
        ("vehicles and aircraft", ("252",), ("03103", "09161", "02000")),
        ("chemistry and pharmacy", ("413", "818"), ("07314", "07339")),
        ("insurance and finance", ("721",), ("09463", "06412")),
        ("furniture", ("223",), ("05754", "05758")),
        ("ships", ("524",), ("02000", "03352")),
        ("tourism", ("631", "632", "633"), ("01054", "09180")),
    ],
    "united_states": [
        ("motor vehicles", ("3361", "3362", "3363"), ("26", "18")),
        ("oil and gas", ("211", "213111", "213112"), ("48", "40")),
        ("coal", ("2121",), ("54", "56")),
        ("motion pictures", ("5121",), ("06",)),
        ("securities", ("523",), ("36", "09")),
        ("insurance carriers", ("5241",), ("09",)),
        ("casinos", ("72112", "71321"), ("32",)),
        ("carpets", ("31411",), ("13",)),
        ("furniture", ("3371", "3372"), ("37",)),
        ("aircraft", ("33641",), ("53", "20")),
        ("wine", ("31213",), ("06",)),
        ("spirits", ("31214",), ("21",)),
        ("semiconductors", ("3344",), ("06", "41")),
        ("pharmaceuticals", ("3254",), ("34",)),
        ("sea food", ("3117",), ("02", "23")),
    ],
    "us_metros": [
        ("carpets", ("31411",), ("19140",)),
        ("trailers and motor homes", ("33621",), ("21140",)),
        ("upholstered furniture", ("337121",), ("25860", "46180")),
        ("office furniture", ("337211",), ("27540",)),
        ("orthopaedic devices", ("339113",), ("47700",)),
        ("wine", ("31213",), ("34900", "42220")),
        ("oil and gas", ("2111", "2131"), ("33260", "26420")),
        ("aircraft", ("33641",), ("48620", "42660")),
        ("aircraft engines", ("336412",), ("25540",)),
        ("motor vehicles", ("3361", "3363"), ("19820",)),
        ("casino hotels", ("72112",), ("29820",)),
        ("motion pictures", ("5121",), ("31080",)),
        ("music", ("5122",), ("34980",)),
        ("securities", ("523",), ("35620", "14860")),
        ("insurance", ("5241",), ("19780", "25540")),
        ("semiconductors", ("3344",), ("41940", "38900")),
        ("software", ("5112",), ("42660", "41940")),
        ("life science research", ("5417",), ("14460", "41740")),
        ("medical devices", ("33451", "33911"), ("33460",)),
        ("tyres and rubber", ("3262",), ("10420",)),
    ],
    "europe": [
        ("shoes and leather", ("C15",), ("PT11", "ITI3", "ITI1", "ES52")),
        ("clothing", ("C14",), ("PT11",)),
        ("textiles", ("C13",), ("ITI1", "ITC1", "ITC4")),
        ("aerospace", ("C30",), ("FR62", "DE60", "UKF1")),
        ("motor vehicles", ("C29",), ("DE11", "CZ02", "HU22", "SE23")),
        ("machinery", ("C28",), ("DE14", "ITH5")),
        ("chemicals", ("C20",), ("DEB3", "DEA2")),
        ("pharmaceuticals", ("C21",), ("BE31", "DK01")),
        ("oil services", ("B09",), ("NO04", "NO05", "UKM5")),
        ("coal", ("B05",), ("PL22",)),
        ("film", ("J59",), ("UKI3",)),
        ("furniture", ("C31",), ("PL41", "PL62")),
        ("metals", ("C24",), ("DEA5",)),
        ("medical and watches", ("C32",), ("DE13",)),
        ("tyres", ("C22",), ("FR72",)),
        ("paper", ("C17",), ("SE31",)),
        ("champagne", ("C11",), ("FR21",)),
        ("tiles", ("C23",), ("ITH5", "ES52")),
        ("hotels", ("I55",), ("ES53", "ES70", "AT32")),
        ("shipping", ("H50",), ("EL30", "DE60")),
    ],
}  # fmt: skip


def judged_of(result: Any, name: str) -> pd.DataFrame:
    """Return one row an expected kind and place: its numbers, and where it stands."""
    names = result.regions["name"]
    listed = pd.DataFrame(
        [
            (f"{kind}, {names.get(region, region)}", region, ";".join(codes))
            for kind, codes, regions in EXPECTED[name]
            for region in regions
        ],
        columns=["name", "regions", "codes"],
    )
    study = shown(result.economy, result.candidates)
    rows = judged(study, listed.assign(lq=float("nan"), data_show_it=True))
    columns = ["name", "jobs", "quotient", "at A or B", "at any", "rank", "what"]
    return rows[columns].set_index("name")


def most_important(result: Any, count: int = 20) -> pd.DataFrame:
    """Return the clusters with most jobs above the usual, with grade and form."""
    table = result.candidates.table.sort_values("excess_jobs", ascending=False)
    rows = table.head(count)
    return pd.DataFrame({
        "cluster": rows["name"].astype(str),
        "grade": rows["grade"],
        "form": rows["form"].str.replace("_", " "),
        "regions": rows["n_regions"].astype(int),
        "jobs": rows["employment"].round(-1),
        "jobs above the usual": rows["excess_jobs"].round(-1),
        "LQ of jobs": rows["lq_jobs"].round(1),
    }).set_index("cluster")


def tables_of(name: str, results: Path | None) -> dict[str, pd.DataFrame]:
    """Return what is expected of one study and what is largest, by mark of the page."""
    import clusterid as cid

    if results is None:
        result: Any = cid.read_study(STUDIES / f"{name}.toml").run()
    else:
        result = cid.read_result(results / name)
    grades = result.candidates.table["grade"].value_counts().sort_index()
    counted = pd.DataFrame({"clusters": grades}).rename_axis("grade")
    return {
        f"{name}: grades": counted,
        f"{name}: most important": most_important(result),
        f"{name}: expected": judged_of(result, name),
    }


def main(arguments: list[str] | None = None) -> None:
    """Print the tables of the studies named, and put them on their page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", nargs="*", help=f"of {', '.join(EXPECTED)}; or all")
    parser.add_argument("--results", type=Path, help="folder of saved results")
    parser.add_argument("--page", type=Path, help="page whose marked tables to replace")
    options = parser.parse_args(arguments)
    for name in options.study or list(EXPECTED):
        tables = tables_of(name, options.results)
        show(tables)
        if options.page is not None:
            source = source_of(f"python -m validation.countries {name}")
            paste(tables, options.page, source)


if __name__ == "__main__":
    main()
