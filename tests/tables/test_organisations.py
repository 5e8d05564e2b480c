"""Kinds of organisations, and seats that speak for many places."""

from __future__ import annotations

import pandas as pd

from clusterid import networks as nw


def test_seats_and_kinds_of_organisations() -> None:
    names = pd.Series([
        "FRAUNHOFER GESELLSCHAFT ZUR FOERDERUNG DER ANGEWANDTEN FORSCHUNG E.V.",
        "Deutsches Zentrum für Luft- und Raumfahrt e.V.",
        "CENTRE NATIONAL DE LA RECHERCHE SCIENTIFIQUE",
        "Technische Universität München",
        "Industrie- und Handelskammer zu Köln",
        "SIEMENS AKTIENGESELLSCHAFT",
        "Stadt Köln",
        "Verband der Chemischen Industrie e.V.",
        "XYZ",
    ])
    seats = nw.seat_booked(names)
    assert seats.notna().tolist() == [True] * 3 + [False] * 6
    kinds = nw.organisation_kinds(names).fillna("-").tolist()
    assert kinds == [
        "research institute", "research institute", "research institute",
        "university", "association", "firm", "public", "association", "-",
    ]  # fmt: skip
