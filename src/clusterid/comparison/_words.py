"""Evidence and what would change it, in English and German, from stated rules."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from clusterid._typed import typed
from clusterid.comparison._verdicts import REASONS

__all__ = ["evidence", "with_sentences", "would_change"]

#: Cells of fewer plants are not described in words.
FEWEST_PLANTS = 3


def _number(value: float, language: str, digits: int = 0) -> str:
    if not math.isfinite(value):
        return "n/a" if language == "en" else "k. A."
    text = f"{value:,.{digits}f}"
    if language == "de":
        text = text.replace(",", "_").replace(".", ",").replace("_", ".")
    return text


def _about(value: float) -> float:
    """Round to two significant digits, so that a sentence tells no single cell."""
    if not math.isfinite(value) or value == 0:
        return value
    return round(value, 1 - math.floor(math.log10(abs(value))))


def _p(value: float, language: str) -> str:
    text = "< 0.001" if value < 0.001 else f"= {value:.3f}"
    return text.replace(".", ",") if language == "de" else text


def evidence(row: Any, language: str, *, kind: str = "industry", since: int = 0) -> str:
    """Return what was measured, in a few sentences.

    ``since`` is the earlier year that the trend is counted from, if it is known.
    """
    return _of_kind(_evidence(row, language, since), kind)


def _evidence(row: Any, language: str, since: int) -> str:
    en, nan = language == "en", math.nan
    rule = REASONS[row.reason][0 if en else 1]
    parts = [rule[0].upper() + rule[1:] + "."]
    if 0 < row.n_plants < FEWEST_PLANTS:
        parts.append(
            "Counts of fewer than three plants are held back."
            if en
            else "Zahlen von weniger als drei Betrieben werden nicht genannt."
        )
    elif math.isfinite(row.lq):
        jobs = _number(_about(row.employment), language)
        shrunk = _number(row.lq_shrunk, language, 1)
        lq = _number(row.lq, language, 1)
        text = (
            f"Location quotient {lq} (shrunk {shrunk})"
            if en
            else f"Lokationsquotient {lq} (geschrumpft {shrunk})"
        )
        if math.isfinite(row.employment):
            text += f", about {jobs} jobs" if en else f", rund {jobs} Beschäftigte"
        if math.isfinite(row.n_plants):
            plants = _number(row.n_plants, language)
            text += f" in {plants} " + ("plants" if en else "Betrieben")
        if math.isfinite(row.p_value):
            # the test counts plants where the table has them: jobs may say otherwise
            on = ("of plants " if en else "der Betriebe ") * math.isfinite(row.n_plants)
            if row.reason == "one_industry":
                # the p-value is that of what is left
                on = "without its largest part " if en else "ohne den größten Teil "
            text += f", {'test' if en else 'Test'} {on}p {_p(row.p_value, language)}"
        parts.append(text + ".")
    if math.isfinite(row.linkage):
        share = _number(100 * row.linkage, language)
        parts.append(
            f"{share} % of its links have both ends here."
            if en
            else f"{share} % seiner Verflechtungen liegen mit beiden Enden hier."
        )
    if math.isfinite(row.trend):
        size = _number(100 * abs(row.trend), language)
        change = f"{'+' if row.trend > 0 else '-'}{size} %"
        if size == "0":
            change = "unchanged" if en else "unverändert"
        year = (
            str(since) if since else ("the earlier year" if en else "dem früheren Jahr")
        )
        parts.append(f"Quotient {change} {'since' if en else 'seit'} {year}.")
    if isinstance(row.candidate, str) and row.candidate and row.match_score >= 0.005:
        score = _number(row.match_score, language, 2)
        parts.append(
            f"Matches cluster {row.candidate} ({score})."
            if en
            else f"Entspricht Cluster {row.candidate} ({score})."
        )
    if math.isfinite(row.posterior):
        share = _number(100 * row.posterior, language)
        ends = (
            getattr(row, "posterior_lower", nan),
            getattr(row, "posterior_upper", nan),
        )
        low, high = (_number(100 * value, language) for value in ends)
        range_en = f" ({low} to {high} % under other assumptions and readings)"
        range_de = f" (unter anderen Annahmen und Lesarten {low} bis {high} %)"
        known = all(math.isfinite(value) for value in ends)
        parts.append(
            f"Probability of a cluster given both sources {share} %{range_en * known}."
            if en
            else f"Wahrscheinlichkeit eines Clusters nach beiden Quellen {share} %"
            f"{range_de * known}."
        )
    return " ".join(parts)


@typed
def with_sentences(
    verdicts: pd.DataFrame, *, kind: str, since: int = 0
) -> pd.DataFrame:
    """Return the verdicts with their sentences said anew from the numbers in them.

    Parameters
    ----------
    verdicts : DataFrame
        Columns of :class:`clusterid.comparison.Comparison.verdicts`.
    kind : {"industry", "occupation"}
        What the sentences call the codes.
    since : int, default 0
        The earlier year that trends are counted from; 0 if it is not known.
    """
    table = verdicts.copy()
    rows = list(table.itertuples())
    for language in ("en", "de"):
        table[f"evidence_{language}"] = [
            evidence(r, language, kind=kind, since=since) for r in rows
        ]
        table[f"would_change_{language}"] = [
            would_change(r, language, kind=kind) for r in rows
        ]
    return table


#: What the sentences say where occupations are counted.
_OCCUPATIONS = (
    ("feineren Branchen", "feineren Berufen"), ("Partnerbranchen", "Partnerberufe"),
    ("einzigen Branche ", "einzigen Berufsgruppe "), ("Branchen", "Berufe"),
    ("weitere Branche ", "weitere Berufsgruppe "),
    ("industries", "occupations"), ("industry", "occupation"),
)  # fmt: skip


def _of_kind(text: str, kind: str) -> str:
    if kind == "occupation":
        for theirs, ours in _OCCUPATIONS:
            text = text.replace(theirs, ours)
    return text


def would_change(row: Any, language: str, *, kind: str = "industry") -> str:
    """Return which observation would change the verdict."""
    return _of_kind(_would_change(row, language), kind)


def _would_change(row: Any, language: str) -> str:
    en = language == "en"
    needed = _number(row.needed_lq, language, 2)
    known = math.isfinite(row.trend)
    earlier_en = "" if known else "an earlier year to see a trend, "
    earlier_de = "" if known else ", ein früheres Jahr für den Trend"
    texts = {
        "concentrated_and_linked": (
            f"A quotient below about {needed}, or losing half of its links.",
            f"Ein Quotient unter etwa {needed} oder der Verlust der Hälfte der "
            "Verflechtungen.",
        ),
        "concentrated_links_unknown": (
            f"A quotient below about {needed}; data on supply or skills that show few "
            "links.",
            f"Ein Quotient unter etwa {needed}; Daten zu Lieferungen oder "
            "Qualifikationen mit wenig Verflechtung.",
        ),
        "concentrated_few_links": (
            "Partner industries above average here, or joint research in the field.",
            "Überdurchschnittliche Partnerbranchen oder gemeinsame Forschung im Feld.",
        ),
        "cluster_nearby": (
            "The cluster beside it disappearing, or a quotient below 1 at home.",
            "Das Verschwinden des Clusters nebenan oder ein Quotient unter 1 vor Ort.",
        ),
        "weak_rising_linked": (
            f"A quotient above about {needed}, or an end of the rise.",
            f"Ein Quotient über etwa {needed} oder ein Ende des Anstiegs.",
        ),
        "no_sign": (
            f"A quotient above about {needed}, a rise over the years, links that these "
            "layers do not see, or another reading of the label.",
            f"Ein Quotient über etwa {needed}, ein Anstieg über die Jahre, hier nicht "
            "sichtbare Verflechtungen oder eine andere Lesart der Bezeichnung.",
        ),
        "concentrated_nearby": (
            "A place drawn wider, or proof of links to the region beside it.",
            "Ein weiter gefasster Ort oder belegte Verflechtung mit der Region "
            "nebenan.",
        ),
        "label_without_field": (
            "A line in the lexicon that maps the label to industries.",
            "Ein Eintrag im Lexikon, der die Bezeichnung Branchen zuordnet.",
        ),
        "field_not_separable": (
            "Counts by finer industries, or a list of the firms that belong to it.",
            "Zahlen nach feineren Branchen oder eine Liste der zugehörigen Betriebe.",
        ),
        "place_without_region": (
            "The code of the region in which the place lies.",
            "Der Schlüssel der Region, in der der Ort liegt.",
        ),
        "place_smaller_than_region": (
            "Counts for the place itself instead of the region around it.",
            "Zahlen für den Ort selbst statt für die Region um ihn herum.",
        ),
        "withheld": (
            "Published counts, or counts of plants, for the field here.",
            "Veröffentlichte Zahlen oder Betriebszahlen des Feldes an diesem Ort.",
        ),
        "region_empty": (
            "Counts for the region.",
            "Zahlen für die Region.",
        ),
        "group_absent": (
            "Counts for the industries of the field.",
            "Zahlen für die Branchen des Feldes.",
        ),
        "no_excess_jobs": (
            "Jobs clearly above the average, too.",
            "Auch deutlich überdurchschnittlich viele Beschäftigte.",
        ),
        "one_industry": (
            "Counts of plants or their sizes, or a second industry of the field above "
            "average.",
            "Zahlen oder Größen der Betriebe oder eine weitere Branche des Feldes über "
            "dem Durchschnitt.",
        ),
        "low_power": (
            f"Counts of plants, or a quotient above about {needed}.",
            f"Betriebszahlen oder ein Quotient über etwa {needed}.",
        ),
        "inconclusive": (
            f"A quotient above about {needed}, {earlier_en}or data on links.",
            f"Ein Quotient über etwa {needed}{earlier_de} oder Daten zu "
            "Verflechtungen.",
        ),
        "depends_on_lexicon": (
            "A definite list of the industries that the label means.",
            "Eine eindeutige Liste der Branchen, die die Bezeichnung meint.",
        ),
        "not_declared_linked": (
            "A declaration by the place, or a test of the same years that fails.",
            "Eine Nennung durch den Ort oder ein Test anderer Jahre ohne Befund.",
        ),
        "not_declared_few_links": (
            "A declaration by the place, or partner industries above average.",
            "Eine Nennung durch den Ort oder überdurchschnittliche Partnerbranchen.",
        ),
        "list_incomplete": (
            "A complete list of the clusters the place sees.",
            "Eine vollständige Liste der Cluster aus Sicht des Ortes.",
        ),
        "not_asked": (
            "Asking the place.",
            "Eine Befragung des Ortes.",
        ),
        "no_answer": (
            "An answer of the place.",
            "Eine Antwort des Ortes.",
        ),
    }
    return texts[row.reason][0 if en else 1]
