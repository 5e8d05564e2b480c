"""Which classifications and correspondences are embedded, and what their files say."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ALIASES",
    "CLASSIFICATIONS",
    "CORRESPONDENCES",
    "SAME_CODES",
    "ClassificationFile",
    "canonical_name",
]


@dataclass(frozen=True, slots=True)
class ClassificationFile:
    """One embedded classification: its file, levels from the root, and notation."""

    file: str
    title: str
    levels: tuple[str, ...]
    source: str
    #: how a code's parent is found where the file does not say: "prefix" or "order"
    parents: str = "prefix"


_NACE_LEVELS = ("section", "division", "group", "class")
_WZ_LEVELS = (*_NACE_LEVELS, "subclass")
_NAICS_LEVELS = ("sector", "subsector", "industry_group", "naics_industry", "industry")
_EUROSTAT = "Eurostat"
_UN = "United Nations Statistics Division"
_CENSUS = "US Census Bureau"
_DESTATIS = "Statistisches Bundesamt (Destatis)"

CLASSIFICATIONS: dict[str, ClassificationFile] = {
    "nace2": ClassificationFile(
        "nace_rev2.csv", "NACE Rev. 2", _NACE_LEVELS, _EUROSTAT
    ),
    "nace21": ClassificationFile(
        "nace21.csv", "NACE Rev. 2.1", _NACE_LEVELS, _EUROSTAT, "order"
    ),
    "nace1": ClassificationFile(
        "nace1.csv", "NACE Rev. 1.1 (incomplete)", _NACE_LEVELS[1:], _EUROSTAT
    ),
    "wz2008": ClassificationFile("wz2008_de.csv", "WZ 2008", _WZ_LEVELS, _DESTATIS),
    "wz2025": ClassificationFile("wz2025_de.csv", "WZ 2025", _WZ_LEVELS, _DESTATIS),
    "sic2007": ClassificationFile(
        "nace_rev2.csv", "UK SIC 2007 (to four digits)", _NACE_LEVELS, _EUROSTAT
    ),
    "isic31": ClassificationFile(
        "isic31.csv", "ISIC Rev. 3.1", _NACE_LEVELS, _UN, "order"
    ),
    "isic4": ClassificationFile("isic4.csv", "ISIC Rev. 4", _NACE_LEVELS, _UN, "order"),
    "isic5": ClassificationFile("isic5.csv", "ISIC Rev. 5", _NACE_LEVELS, _UN, "order"),
    "naics2012": ClassificationFile(
        "naics2012.csv", "NAICS 2012", _NAICS_LEVELS, _CENSUS
    ),
    "naics2017": ClassificationFile(
        "naics2017.csv", "NAICS 2017", _NAICS_LEVELS, _CENSUS
    ),
    "naics2022": ClassificationFile(
        "naics2022.csv", "NAICS 2022", _NAICS_LEVELS, _CENSUS
    ),
    "kldb2010": ClassificationFile(
        "kldb2010.csv",
        "KldB 2010 (occupations, to three digits)",
        ("area", "main_group", "group"),
        "Bundesagentur für Arbeit",
    ),
}

#: Other names of the same thing, as people and files write them.
ALIASES: dict[str, str] = {
    "nace_rev2": "nace2",
    "nacerev2": "nace2",
    "nace2.1": "nace21",
    "nace_rev21": "nace21",
    "wz08": "wz2008",
    "wz25": "wz2025",
    "uksic2007": "sic2007",
    "sic": "sic2007",
    "kldb": "kldb2010",
    "kldb3": "kldb2010",
    "isic_rev4": "isic4",
}

#: name -> (file, source column, target column)
CORRESPONDENCES: dict[str, tuple[str, str, str]] = {
    "nace1_to_nace2": ("nace1_to_nace2.csv", "nace1", "nace2"),
    "nace2_to_isic4": ("nace2_to_isic4.csv", "nace2", "isic4"),
    "nace21_to_nace2": ("nace21_to_nace2.csv", "nace21", "nace2"),
    "wz2025_to_wz2008": ("wz2025_to_wz2008.csv", "wz2025", "wz2008"),
    "isic31_to_isic4": ("isic31_to_isic4.csv", "isic31", "isic4"),
    "isic4_to_isic5": ("isic4_to_isic5.csv", "isic4", "isic5"),
    "naics2012_to_naics2017": ("naics2012_to_naics2017.csv", "naics2012", "naics2017"),
    "naics2022_to_naics2017": ("naics2022_to_naics2017.csv", "naics2022", "naics2017"),
    "naics2017_to_isic4": ("naics2017_to_isic4.csv", "naics2017", "isic4"),
}

#: Classifications that are the same up to notation, as far as both go.
SAME_CODES: dict[str, tuple[str, str]] = {
    "sic2007_to_nace2": ("sic2007", "nace2"),
    "nace2_to_sic2007": ("nace2", "sic2007"),
    "wz2008_to_nace2": ("wz2008", "nace2"),
    "nace2_to_wz2008": ("nace2", "wz2008"),
}


def canonical_name(name: str) -> str:
    """Return the name under which an embedded classification is kept."""
    key = name.strip().lower().replace(" ", "").replace("-", "_")
    return ALIASES.get(key, key)
