"""One HTML file that says what was asked, found, and not found."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from clusterid._typed import typed
from clusterid.disclosure import shown
from clusterid.errors import check_option
from clusterid.legend import LANGUAGES, allowed_text, words
from clusterid.maps import Page, content_policy, study_title

if TYPE_CHECKING:
    from jinja2 import Template

    from clusterid.results import Result

__all__ = ["ReportPage", "report"]


@dataclass(frozen=True, slots=True, repr=False)
class ReportPage(Page):
    """A report as one HTML file, figures inside; in a notebook it shows itself."""

    html: str
    title: str


@typed
def report(
    result: Result, *, language: str = "en", region: str | None = None
) -> ReportPage:
    """Return the report of a study's result: one HTML file, figures inside.

    Sections: what was asked; data and vintage; concentration; networks and their
    coverage; templates; clusters by grade; every region's list; declared fields and
    verdicts, each with its evidence and what would change it; survey; gaps; what would
    decide on a grade; planted against found (simulated studies); methods and
    references; provenance and warnings; what this cannot tell. A part the study does
    not have is left out.

    Parameters
    ----------
    result : Result
        As a study returns it.
    language : {"en", "de"}
        Language of the report.
    region : str, optional
        Code or name of a region: a page on it alone, with its whole list.

    Returns
    -------
    ReportPage
        ``.save("report.html")`` writes it.

    Raises
    ------
    TableTypeError
        If it is not the result of a study.
    OptionError
        If the language is not offered, or the study has no such region.

    Examples
    --------
    >>> import geopandas as gpd, pandas as pd
    >>> from shapely import box
    >>> import clusterid as cid
    >>> from clusterid.results import Result
    >>> jobs = pd.DataFrame({"A": [5.0, 1.0], "B": [1.0, 5.0]}, index=["r", "s"])
    >>> regions = gpd.GeoDataFrame(
    ...     {"name": ["R", "S"]}, index=["r", "s"], crs=4326,
    ...     geometry=[box(8, 50, 9, 51), box(9, 50, 10, 51)])
    >>> page = report(Result("Two regions", "en", cid.economy(jobs), regions))
    >>> "Two regions" in page.html
    True
    """
    check_option("language", language, LANGUAGES)
    result = shown(result)
    from markupsafe import Markup

    from clusterid import __version__
    from clusterid.reports._regions import code_of_region
    from clusterid.reports._sections import region_sections, sections

    meta = result.economy.metadata
    said = words(language, kind=meta.kind)
    known = study_title(result)
    title = (known if isinstance(known, str) else known[language]) or said(
        "report.title"
    )
    if region is None:
        made = sections(result, said)
    else:
        code = code_of_region(result, region)
        made = region_sections(result, said, code)
        named = result.regions.get("name", {})
        title = f"{named.get(code, code)} · {title}"
    html = _template().render(
        title=title,
        language=language,
        said=said,
        simulated=meta.simulated,
        confidential=result.provenance.confidential,
        occupations=meta.kind == "occupation",
        sections=made,
        version=__version__,
        policy=Markup(content_policy()),
        style=Markup(_beside("_report.css")),
    )
    return ReportPage(html, title)


@cache
def _template() -> Template:
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
    return environment.from_string(_beside("_report.html.j2"))


@cache
def _beside(name: str) -> str:
    return Path(__file__).with_name(name).read_text("utf-8")
