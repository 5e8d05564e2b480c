"""What kind of organisation it is, and whether its seat speaks for many places."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from clusterid._typed import typed

__all__ = ["BUSINESS", "SCIENCE", "organisation_kinds", "seat_booked"]

#: Kinds that count as science, and as business, in a science-business link.
SCIENCE = ("university", "research institute")
BUSINESS = ("firm",)

# National research societies and agencies with sites all over a country that are
# booked at the seat. Patterns are matched on upper-case names without accents.
_SEATS: tuple[tuple[str, str], ...] = (
    (r"FRAUNHOFER", "Fraunhofer society"),
    (r"MAX[ -]?PLANCK[ -]?(GESELLSCHAFT|SOCIETY)|^MPG\b", "Max Planck Society"),
    (
        r"DEUTSCHES ZENTRUM F(UE|U)R LUFT|GERMAN AEROSPACE CENT|^DLR\b",
        "German Aerospace Center",
    ),
    (r"HELMHOLTZ[ -]?GEMEINSCHAFT|HELMHOLTZ ASSOCIATION", "Helmholtz Association"),
    (r"LEIBNIZ[ -]?GEMEINSCHAFT|WISSENSCHAFTSGEMEINSCHAFT G", "Leibniz Association"),
    (r"DEUTSCHE FORSCHUNGSGEMEINSCHAFT", "German Research Foundation"),
    (r"CENTRE NATIONAL DE LA RECHERCHE SCIENTIFIQUE|^CNRS\b", "CNRS"),
    (r"INSTITUT NATIONAL DE LA SANTE ET DE LA RECHERCHE|^INSERM\b", "INSERM"),
    (r"COMMISSARIAT A L.? ?ENERGIE ATOMIQUE|^CEA\b", "CEA"),
    (r"RECHERCHE EN INFORMATIQUE ET (EN )?AUTOMATIQUE|^INRIA\b", "INRIA"),
    (r"INSTITUT NATIONAL DE (LA )?RECHERCHE .*AGRONOM|^INRAE?\b", "INRAE"),
    (r"CONSIGLIO NAZIONALE DELLE RICERCHE", "CNR"),
    (r"CONSEJO SUPERIOR DE INVESTIGACIONES|AGENCIA ESTATAL CONSEJO SUPERIOR", "CSIC"),
    (r"TOEGEPAST[ -]?NATUURWETENSCHAPPELIJK|^TNO\b", "TNO"),
    (r"TEKNOLOGIAN TUTKIMUSKESKUS|^VTT\b|TECHNICAL RESEARCH CENT.* FINLAND", "VTT"),
    (r"^STIFTELSEN SINTEF|^SINTEF\b", "SINTEF"),
    (r"FUNDACION TECNALIA", "Tecnalia"),
    (r"POLSKA AKADEMIA NAUK|ACADEMY OF SCIENCES|AKADEMIE VED", "academy of sciences"),
    (r"JOINT RESEARCH CENT", "Joint Research Centre"),
)

# The first pattern that matches names the kind; order matters.
_KINDS: tuple[tuple[str, str], ...] = (
    (
        r"\bCHAMBER OF|HANDELSKAMMER|HANDWERKSKAMMER|\bIHK\b|WIRTSCHAFTSKAMMER|"
        r"CAMERA DI COMMERCIO|CHAMBRE DE COMMERCE|CAMARA DE COMERCIO",
        "association",
    ),
    (
        r"UNIVERSIT|HOCHSCHULE|UNIVERZIT|UNIWERSYTET|ECOLE |POLITECNICO|POLITEC|"
        r"\bCOLLEGE\b|\bINSTITUTE OF TECHNOLOGY\b|FACHHOCHSCHULE|YLIOPISTO|EGYETEM|"
        r"KLINIKUM|CHARITE",
        "university",
    ),
    (
        r"FRAUNHOFER|MAX[ -]?PLANCK|HELMHOLTZ|LEIBNIZ|LUFT[ -]? ?UND RAUMFAHRT|"
        r"FORSCHUNG|RESEARCH|RECHERCHE|RICERC|INVESTIGACI|ONDERZOEK|\bINSTITUT|"
        r"ACADEMY OF SCIENCES|AKADEMIE DER WISSENSCHAFTEN|LABORATOR|ISTITUTO|"
        r"\bCNRS\b|\bTNO\b|\bVTT\b|\bSINTEF\b",
        "research institute",
    ),
    (
        r"\bMINIST|BUNDESAMT|BUNDESANSTALT|LANDESAMT|\bSTADT\b|\bCITY OF\b|COMUNE DI|"
        r"LANDKREIS|FREISTAAT|LANDESHAUPTSTADT|\bAGENCY\b|AYUNTAMIENTO|MUNICIPAL|"
        r"\bCOUNCIL\b|REGIONE |\bLAND\b|BUNDESREPUBLIK|FREIE UND HANSESTADT",
        "public",
    ),
    (
        r"\bVERBAND\b|VERBAND |\bVEREIN|\bE\.? ?V\.?$|ASSOCIATION|ASSOCIAZIONE|"
        r"FEDERATION|\bNETZWERK\b|\bNETWORK\b|CLUSTER|STIFTUNG|FOUNDATION",
        "association",
    ),
    (
        r"\bG?MBH\b|\bAG\b|\bKG\b|\bSE\b|\bLTD\b|LIMITED|\bPLC\b|\bINC\b|\bS\.? ?P\.? "
        r"?A\.?\b|\bS\.? ?R\.? ?L\.?\b|\bS\.? ?A\.?\b|\bSAS\b|\bB\.? ?V\.?\b|\bN\.? "
        r"?V\.?\b|\bOY\b|\bOYJ\b|\bAB\b|\bAS\b|\bA/S\b|\bAPS\b|\bDOO\b|"
        r"\bGESELLSCHAFT MIT|AKTIENGESELLSCHAFT|\bUG\b|\bSL\b|\bSP\.? ?Z",
        "firm",
    ),
)


def _matched(
    names: Iterable[object], patterns: tuple[tuple[str, str], ...], name: str
) -> pd.Series:
    """Return the label of the first pattern that a name holds; each name once."""
    series = names if isinstance(names, pd.Series) else pd.Series(list(names))
    codes, distinct = pd.factorize(series)
    text = _plain(pd.Series(distinct))
    found = pd.Series(pd.NA, index=text.index, dtype="string")
    for pattern, label in patterns:
        safe = re.sub(r"\((?!\?)", "(?:", pattern)
        hit = text.str.contains(safe, regex=True).fillna(False).astype(bool)
        found = found.mask(hit & found.isna(), label)
    taken = found.reindex(pd.Index(codes)).array
    return pd.Series(taken, index=series.index, dtype="string", name=name)


def _plain(series: pd.Series) -> pd.Series:
    text = series.astype("string").str.upper()
    for sign, letters in (("Ä", "AE"), ("Ö", "OE"), ("Ü", "UE"), ("ß", "SS")):
        text = text.str.replace(sign, letters, regex=False)
    return (
        text.str
        .normalize("NFKD")
        .str.encode("ascii", "ignore")
        .str.decode("ascii")
        .str.replace(r"\s+", " ", regex=True)
        .str.strip()
    )


@typed
def seat_booked(names: Iterable[object]) -> pd.Series:
    """Return which names are bodies whose work is booked at the seat, and which body.

    National research societies work in dozens of places and sign in one: in FP7 they
    make the seat's Kreis look like a centre of everything. The list is of names, not
    of proof: a body with its own legal institutes elsewhere is not in it.

    Parameters
    ----------
    names : iterable of str
        Names of organisations; a Series keeps its index.

    Returns
    -------
    Series of str
        The body's name; missing where the organisation is not on the list.

    Examples
    --------
    >>> seat_booked(["Fraunhofer-Gesellschaft e.V.", "Meier GmbH"]).fillna("-").tolist()
    ['Fraunhofer society', '-']
    """
    return _matched(names, _SEATS, "seat_booked")


@typed
def organisation_kinds(names: Iterable[object]) -> pd.Series:
    """Return the kind of each organisation as far as its name tells.

    For sources that do not say. Legal forms and words of a dozen languages; what no
    pattern knows is missing, not "other".

    Parameters
    ----------
    names : iterable of str
        Names of organisations; a Series keeps its index.

    Returns
    -------
    Series of str
        ``university``, ``research institute``, ``public``, ``association`` (chambers
        included), ``firm``, or missing.

    Examples
    --------
    >>> organisation_kinds(["TU Universität X", "Meier GmbH", "Qwerty"]).tolist()
    ['university', 'firm', <NA>]
    """
    return _matched(names, _KINDS, "organisation_kind")
