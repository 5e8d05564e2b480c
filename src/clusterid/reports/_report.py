"""One HTML file that says what was asked, found, and not found."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from clusterid._typed import typed
from clusterid.errors import StudyError, check_option
from clusterid.legend import LANGUAGES, allowed_text, markup_text, words
from clusterid.maps import study_title, write_page

__all__ = ["ReportPage", "report"]


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A report as one HTML file; in a notebook it shows itself.

    Attributes
    ----------
    html : str
        The whole page, figures inside; it makes no request.
    title : str
        Title of the study.
    """

    html: str
    title: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the report to a file, whole or not at all, and return its path.

        Raises
        ------
        SourceError
            If the folder does not exist or cannot be written to.
        """
        return write_page(self.html, path)

    def __repr__(self) -> str:
        size = len(self.html.encode("utf-8")) / 1e6
        return f"<ReportPage {self.title!r}: {size:.2f} MB; .save(path) writes it>"

    def _repr_html_(self) -> str:
        return (
            f'<iframe srcdoc="{escape(self.html, quote=True)}" '
            f'title="{markup_text(self.title)}" '
            'style="width:100%;height:620px;border:1px solid #ccc"></iframe>'
        )


@typed
def report(result: Any, *, language: str = "en") -> ReportPage:
    """Return the report of a study's result: one HTML file, figures inside.

    Sections: what was asked; data and vintage; concentration; networks and their
    coverage; templates; candidate clusters; declared fields and verdicts, each with
    its evidence and what would change it; survey; gaps; power of empty answers;
    planted against found (simulated studies); methods and references; provenance
    and warnings; what this cannot tell. A part the study does not have is left out.

    Parameters
    ----------
    result : Result
        As a study returns it; needs ``economy``.
    language : {"en", "de"}
        Language of the report.

    Returns
    -------
    ReportPage
        ``.save("report.html")`` writes it.

    Raises
    ------
    StudyError
        If the result has no economy.
    OptionError
        If the language is not offered.

    Examples
    --------
    >>> import pandas as pd
    >>> from types import SimpleNamespace
    >>> import clusterid as cid
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> page = report(SimpleNamespace(title="Two regions", economy=cid.economy(jobs)))
    >>> "Two regions" in page.html
    True
    """
    check_option("language", language, LANGUAGES)
    result = getattr(result, "published", lambda: result)()
    economy = getattr(result, "economy", None)
    if economy is None:
        raise StudyError("The result has no economy, so there is nothing to report.")
    from clusterid import __version__
    from clusterid.reports._sections import sections

    said = words(language, kind=economy.metadata.kind)
    known = study_title(result)
    if not isinstance(known, str):
        known = known[language]
    title = known or said("report.title")
    html = _template().render(
        title=title,
        language=language,
        said=said,
        simulated=economy.metadata.simulated,
        occupations=economy.metadata.kind == "occupation",
        sections=sections(result, said),
        version=__version__,
    )
    return ReportPage(html, title)


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    # the environment escapes whatever is put into the page; signs that HTML does not
    # allow are left out
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: allowed_text(value) if type(value) is str else value,
    )
    text = Path(__file__).with_name("_report.html.j2").read_text("utf-8")
    return environment.from_string(text)
