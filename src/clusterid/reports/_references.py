"""The papers behind a result, chosen by what the result holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from clusterid._typed import typed

__all__ = ["Bibliography", "Reference", "cite"]


@dataclass(frozen=True, slots=True)
class Reference:
    """One paper: key, full reference, DOI, and what it was used for."""

    key: str
    text: str
    doi: str
    used_for_en: str
    used_for_de: str

    def __str__(self) -> str:
        doi = f" doi:{self.doi}" if self.doi else ""
        return f"{self.text}{doi} [{self.used_for_en}]"


@dataclass(frozen=True, slots=True)
class Bibliography:
    """Papers behind a result; prints as a list, iterates over references."""

    entries: tuple[Reference, ...]

    def __iter__(self) -> Iterator[Reference]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def __str__(self) -> str:
        return "\n".join(str(entry) for entry in self.entries)

    def __repr__(self) -> str:
        return f"<Bibliography: {len(self.entries)} papers; print() lists them>"

    def _repr_html_(self) -> str:
        return (
            "<ul>"
            + "".join(f"<li>{escape(str(entry))}</li>" for entry in self.entries)
            + "</ul>"
        )


@typed
def cite(result: Any) -> Bibliography:
    """Return the papers behind what a result holds.

    A paper is listed when the part that rests on it is in the result: a result
    without plants does not cite tests that need them.

    Parameters
    ----------
    result : Result
        As a study returns it.

    Returns
    -------
    Bibliography
        In order of authors; ``print(cid.cite(result))`` lists them.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> import pandas as pd
    >>> shown = SimpleNamespace(concentration=pd.DataFrame({"q_value": [0.1]}))
    >>> [entry.key for entry in cite(shown)]
    ['benjamini1995', 'odonoghue2004']
    """
    chosen = [entry for entry, applies in _ALL if applies(result)]
    return Bibliography(tuple(sorted(chosen, key=lambda entry: entry.text)))


def _part(result: Any, name: str) -> Any:
    part = getattr(result, name, None)
    if part is None or (hasattr(part, "__len__") and not len(part)):
        return None
    return part


def _has(name: str) -> Callable[[Any], bool]:
    return lambda result: _part(result, name) is not None


def _column(name: str, column: str) -> Callable[[Any], bool]:
    def applies(result: Any) -> bool:
        table = _part(result, name)
        return table is not None and column in table and table[column].notna().any()

    return applies


def _layer(word: str) -> Callable[[Any], bool]:
    def applies(result: Any) -> bool:
        graphs = [
            *dict(getattr(result, "layers", None) or {}).items(),
            *dict(getattr(result, "place_networks", None) or {}).items(),
        ]
        return any(
            word in str(name) or word in str(graph.graph.get("layer", ""))
            for name, graph in graphs
        )

    return applies


def _answers(result: Any) -> bool:
    answers = getattr(getattr(result, "survey", None), "answers", None)
    return answers is not None and len(answers) > 0


def _cells(column: str) -> Callable[[Any], bool]:
    def applies(result: Any) -> bool:
        cells = getattr(getattr(result, "candidates", None), "cells", None)
        return cells is not None and column in cells and cells[column].notna().any()

    return applies


def _withheld(result: Any) -> bool:
    economy = getattr(result, "economy", None)
    return economy is not None and bool(economy.withheld.to_numpy().any())


_ALL: tuple[tuple[Reference, Callable[[Any], bool]], ...] = (
    (
        Reference(
            "odonoghue2004",
            "O'Donoghue, D. and Gleave, B. (2004): A note on methods for measuring "
            "industrial agglomeration. Regional Studies 38(4), 419-427.",
            "10.1080/03434002000213932",
            "location quotients need a test",
            "Lokationsquotienten brauchen einen Test",
        ),
        _has("concentration"),
    ),
    (
        Reference(
            "guimaraes2009",
            "Guimarães, P., Figueiredo, O. and Woodward, D. (2009): Dartboard tests "
            "for the location quotient. Regional Science and Urban Economics 39(3), "
            "360-364.",
            "10.1016/j.regsciurbeco.2008.12.003",
            "testing quotients on plants, not on jobs",
            "Quotienten an Betrieben statt an Beschäftigten testen",
        ),
        _column("concentration", "n_plants"),
    ),
    (
        Reference(
            "benjamini1995",
            "Benjamini, Y. and Hochberg, Y. (1995): Controlling the false discovery "
            "rate: a practical and powerful approach to multiple testing. Journal of "
            "the Royal Statistical Society B 57(1), 289-300.",
            "10.1111/j.2517-6161.1995.tb02031.x",
            "q-values over all cells tested",
            "q-Werte über alle geprüften Zellen",
        ),
        _column("concentration", "q_value"),
    ),
    (
        Reference(
            "clayton1987",
            "Clayton, D. and Kaldor, J. (1987): Empirical Bayes estimates of "
            "age-standardized relative risks for use in disease mapping. Biometrics "
            "43(3), 671-681.",
            "10.2307/2532003",
            "shrinking quotients of small cells",
            "Schrumpfen der Quotienten kleiner Zellen",
        ),
        _column("concentration", "lq_shrunk"),
    ),
    (
        Reference(
            "isserman2006",
            "Isserman, A. M. and Westervelt, J. (2006): 1.5 million missing numbers: "
            "overcoming employment suppression in County Business Patterns data. "
            "International Regional Science Review 29(3), 311-335.",
            "10.1177/0160017606290359",
            "bounds of withheld cells",
            "Schranken geheim gehaltener Zellen",
        ),
        _withheld,
    ),
    (
        Reference(
            "ellison1997",
            "Ellison, G. and Glaeser, E. L. (1997): Geographic concentration in U.S. "
            "manufacturing industries: a dartboard approach. Journal of Political "
            "Economy 105(5), 889-927.",
            "10.1086/262098",
            "concentration of industries net of plant sizes",
            "Konzentration von Branchen, bereinigt um Betriebsgrößen",
        ),
        _column("industries", "gamma"),
    ),
    (
        Reference(
            "leontief1936",
            "Leontief, W. W. (1936): Quantitative input and output relations in the "
            "economic system of the United States. Review of Economics and Statistics "
            "18(3), 105-125.",
            "10.2307/1927837",
            "supply links",
            "Lieferverflechtung",
        ),
        _layer("supply"),
    ),
    (
        Reference(
            "neffke2013",
            "Neffke, F. and Henning, M. (2013): Skill relatedness and firm "
            "diversification. Strategic Management Journal 34(3), 297-316.",
            "10.1002/smj.2014",
            "links by skills",
            "Verbindungen über Qualifikationen",
        ),
        _layer("skill"),
    ),
    (
        Reference(
            "hidalgo2007",
            "Hidalgo, C. A., Klinger, B., Barabási, A.-L. and Hausmann, R. (2007): The "
            "product space conditions the development of nations. Science 317, "
            "482-487.",
            "10.1126/science.1144581",
            "links by co-location",
            "Verbindungen über gemeinsame Standorte",
        ),
        _layer("coloc"),
    ),
    (
        Reference(
            "newman2001",
            "Newman, M. E. J. (2001): Scientific collaboration networks. II. Shortest "
            "paths, weighted networks, and centrality. Physical Review E 64, 016132.",
            "10.1103/PhysRevE.64.016132",
            "fractional counting of joint projects",
            "anteilige Zählung gemeinsamer Projekte",
        ),
        _has("place_networks"),
    ),
    (
        Reference(
            "traag2011",
            "Traag, V. A., Van Dooren, P. and Nesterov, Y. (2011): Narrow scope for "
            "resolution-limit-free community detection. Physical Review E 84, 016114.",
            "10.1103/PhysRevE.84.016114",
            "quality of a grouping (constant Potts model)",
            "Güte einer Gruppierung (constant Potts model)",
        ),
        _has("templates"),
    ),
    (
        Reference(
            "traag2019",
            "Traag, V. A., Waltman, L. and van Eck, N. J. (2019): From Louvain to "
            "Leiden: guaranteeing well-connected communities. Scientific Reports 9, "
            "5233.",
            "10.1038/s41598-019-41695-z",
            "finding groups of linked industries",
            "Finden von Gruppen verbundener Branchen",
        ),
        _has("templates"),
    ),
    (
        Reference(
            "lancichinetti2012",
            "Lancichinetti, A. and Fortunato, S. (2012): Consensus clustering in "
            "complex networks. Scientific Reports 2, 336.",
            "10.1038/srep00336",
            "confidence of membership over many runs",
            "Sicherheit der Zuordnung über viele Läufe",
        ),
        _has("templates"),
    ),
    (
        Reference(
            "delgado2016",
            "Delgado, M., Porter, M. E. and Stern, S. (2016): Defining clusters of "
            "related industries. Journal of Economic Geography 16(1), 1-38.",
            "10.1093/jeg/lbv017",
            "choosing a grouping by a layer held out",
            "Wahl der Gruppierung an einer zurückgehaltenen Ebene",
        ),
        _has("templates"),
    ),
    (
        Reference(
            "ord1995",
            "Ord, J. K. and Getis, A. (1995): Local spatial autocorrelation "
            "statistics: distributional issues and an application. "
            "Geographical Analysis 27(4), 286-306.",
            "10.1111/j.1538-4632.1995.tb00912.x",
            "hot spots over neighbouring regions",
            "Häufungen über benachbarte Regionen",
        ),
        _cells("gi_z"),
    ),
    (
        Reference(
            "gwet2008",
            "Gwet, K. L. (2008): Computing inter-rater reliability and its variance in "
            "the presence of high agreement. British Journal of Mathematical and "
            "Statistical Psychology 61, 29-48.",
            "10.1348/000711006X126600",
            "agreement of declaration and measurement",
            "Übereinstimmung von Erklärung und Messung",
        ),
        lambda result: (
            "ac1" in str(getattr(_part(result, "comparison"), "agreement", "")).lower()
        ),
    ),
    (
        Reference(
            "strona2014",
            "Strona, G., Nappo, D., Boccacci, F., Fattorini, S. and San-Miguel-Ayanz, "
            "J. (2014): A fast and unbiased procedure to randomize ecological binary "
            "matrices with fixed row and column totals. Nature Communications 5, 4114.",
            "10.1038/ncomms5114",
            "agreement beyond chance, both margins fixed",
            "Übereinstimmung über den Zufall hinaus, beide Ränder fest",
        ),
        _has("comparison"),
    ),
    (
        Reference(
            "hui1980",
            "Hui, S. L. and Walter, S. D. (1980): Estimating the error rates of "
            "diagnostic tests. Biometrics 36(1), 167-171.",
            "10.2307/2530508",
            "neither declaration nor measurement is the truth",
            "weder Erklärung noch Messung ist die Wahrheit",
        ),
        lambda result: _part(_part(result, "comparison"), "posterior") is not None,
    ),
    (
        Reference(
            "floeting2008",
            "Floeting, H. (2008): survey of German municipalities above 50,000 "
            "inhabitants on cluster policy, 2007/08. REAL CORP 2008; German Institute "
            "of Urban Affairs (Difu).",
            "",
            "questions of the survey",
            "Fragen der Umfrage",
        ),
        _answers,
    ),
    (
        Reference(
            "wilson1927",
            "Wilson, E. B. (1927): Probable inference, the law of succession, and "
            "statistical inference. Journal of the American Statistical Association "
            "22, 209-212.",
            "10.1080/01621459.1927.10502953",
            "intervals of shares, here for a finite population",
            "Intervalle von Anteilen, hier für eine endliche Gesamtheit",
        ),
        _answers,
    ),
    (
        Reference(
            "saracco2017",
            "Saracco, F., Straka, M. J., Di Clemente, R., Gabrielli, A., Caldarelli, "
            "G. and Squartini, T. (2017): Inferring monopartite projections of "
            "bipartite networks: an entropy-based approach. New Journal of Physics "
            "19, 053022.",
            "10.1088/1367-2630/aa6b38",
            "which joint projects are more than chance",
            "welche gemeinsamen Projekte mehr als Zufall sind",
        ),
        lambda result: any(
            "bicm" in str(graph.graph).lower()
            for graph in dict(getattr(result, "place_networks", None) or {}).values()
        ),
    ),
)
