"""Templates that a study gives instead of detecting them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from clusterid.errors import Fault, TableError, check_option
from clusterid.study.reading._collecting import Collected, first_of, noted
from clusterid.study.reading._schema import StudyFile, TemplatesSection
from clusterid.study.reading._variables import expanded_all
from clusterid.tables import Economy, read_table
from clusterid.tables.parsing._checking import Check
from clusterid.tables.parsing._form import RawTable, Reading

if TYPE_CHECKING:
    import pandas as pd

    from clusterid.communities import Templates

__all__ = ["templates_of"]


def templates_of(
    config: StudyFile, reading: Collected, main: Economy | None
) -> Templates | None:
    """Return the templates that a study gives; None where it gives none."""
    section = config.templates
    if section is None:
        return None
    paths = reading.paths("templates", section.files)
    if not paths or main is None:
        return None
    return reading.attempt("templates", lambda: _read(section, paths[0], main))


def _read(section: TemplatesSection, path: Path, main: Economy) -> Templates:
    from clusterid.communities import given_templates

    check = _checked(section, path)
    given, counted = check.frame, main.industries
    inside = given["industry"].isin(counted)
    if not inside.any():
        fault = Fault(
            f"no industry of the templates is counted "
            f"({', '.join(given['industry'].iloc[:5])}, ...)",
            f"counted are {', '.join(counted[:5])}, ...",
        )
        raise TableError(check.name, [fault])
    if not given.loc[inside, "template"].notna().any():
        fault = Fault("no industry is in a template", "fill the column template")
        raise TableError(check.name, [fault])
    unknown = sorted(set(given.loc[~inside, "industry"]))
    if unknown:
        noted(
            f"{len(unknown)} industries of the templates are not counted and are "
            f"left out ({first_of(unknown)})."
        )
    return given_templates(given[inside], industries=counted)


def _checked(section: TemplatesSection, path: Path) -> Check:
    options = expanded_all(section.written)
    for name in options:
        check_option("templates option", name, list(Reading.__annotations__))
    columns = section.columns or None
    table: pd.DataFrame = read_table(
        path, columns=columns, name=section.name, **options
    )
    check = Check(RawTable(table, f"{section.name} ({path.name})"))
    check.columns(["industry", "template"])
    check.codes("industry", pad=0)
    check.codes("template", null=True, pad=0)
    check.done()
    return check
