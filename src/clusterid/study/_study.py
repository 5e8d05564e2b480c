"""A study: its file and folder, checked, run and saved."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from clusterid._disk._whole_folder import (
    MANIFEST,
    Claim,
    changed_files,
    claim_folder,
    reading,
)
from clusterid._typed import typed
from clusterid.aggregation import ENGINES
from clusterid.errors import (
    DataWarning,
    Fault,
    FileWarning,
    StudyError,
    TableError,
    check_option,
)
from clusterid.legend import LANGUAGES
from clusterid.study._pipeline import STEPS, run_pipeline
from clusterid.study._provenance import Listener, StepLog
from clusterid.study._result import Result
from clusterid.study.reading._collecting import first_of, numbered
from clusterid.study.reading._guarded import held_in_words, published_inputs
from clusterid.study.reading._inputs import Inputs, read_inputs
from clusterid.study.reading._schema import (
    MethodSection,
    StudyFile,
    fault_of_preset,
)
from clusterid.study.reading._study_file import read_study_file
from clusterid.study.reading._unused import unused_columns
from clusterid.study.reading._variables import expanded
from clusterid.study.saving._outputs import save_result
from clusterid.study.saving._store import unstore
from clusterid.study.steps._case import estimated
from clusterid.study.steps._concentration import concentration_table
from clusterid.tables import Economy, economy, read_employment

__all__ = [
    "Study", "concentration_of_table", "confidential_folder", "demo_study",
    "read_result", "read_study",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Study:
    """A study file and the folder its paths start from.

    Parameters
    ----------
    config : StudyFile
        The file with every default filled in.
    root : Path
        Folder that relative paths start from.

    Examples
    --------
    >>> study = demo_study()
    >>> study.config.study.simulated
    True
    """

    config: StudyFile
    root: Path
    _folder: Any = field(default=None, repr=False, compare=False)

    @property
    def output_folder(self) -> Path:
        """Where results go: [output] folder, relative to the study file."""
        return self.root / expanded(self.config.output.folder)

    @property
    def economy(self) -> Economy:
        """The economy of the year the study is about, read and checked."""
        return self.inputs().economy

    def with_preset(self, preset: str) -> Study:
        """Return the study under another rule of [method] preset.

        Parameters
        ----------
        preset : str
            ``"default"``, or a published rule of :func:`clusters.presets`.

        Raises
        ------
        StudyError
            If the rule is not known, or ranks and cuts nothing.

        Examples
        --------
        >>> demo_study().with_preset("lq_1.25").config.method.preset
        'lq_1.25'
        """
        if rule := fault_of_preset(preset):
            fault = Fault(rule, "", where="[method] preset")
            raise StudyError(f"preset {preset!r} {rule}", [fault])
        method = self.config.method.model_copy(update={"preset": preset})
        return replace(self, config=self.config.model_copy(update={"method": method}))

    def inputs(self, *, engine: str = "duckdb") -> Inputs:
        """Read and check every file.

        Raises
        ------
        StudyError
            With the faults of all files.
        """
        return read_inputs(self.config, self.root, engine=engine)

    def check(
        self, *, progress: Listener | None = None
    ) -> list[tuple[str, dict[str, Any]]]:
        """Read and check everything; return lines that say what was found.

        Raises
        ------
        StudyError
            With the faults of all files.
        """
        log = StepLog(progress, 1)
        with log.step("reading"):
            inputs = self.inputs()
        try:
            claim_folder(self.output_folder, look_only=True)
        except StudyError as error:
            shown = self.config.output.folder
            rule = str(error).replace(str(self.output_folder), shown)
            rule = rule.replace(f"{self.root}{os.sep}", "")
            where = "[output] folder"
            listed = numbered([f"{where}: {rule}"])
            fault = Fault(rule, "", where=where)
            raise StudyError(f"the study has {listed}", [fault]) from None
        return _summary(inputs, unused_columns(self.config, self.root))

    def run(
        self,
        *,
        progress: Listener | None = None,
        engine: str | None = None,
        language: str | None = None,
        confidential: bool = False,
        inputs: Inputs | None = None,
    ) -> Result:
        """Run the study from its files to a Result.

        From plants, cells that may not be published are withheld first, and everything
        is computed from the tables that are left: the result can be published.

        Parameters
        ----------
        progress : callable, optional
            Hears (step, steps done, steps in all).
        engine : {"duckdb", "pandas", "spark"}, optional
            What aggregates plants.
        language : {"en", "de"}, optional
            Instead of the one of the study file.
        confidential : bool
            Compute from the plants as they are, for the house that owns them. Such a
            result cannot be published.
        inputs : Inputs, optional
            What :meth:`inputs` returned, so that files are read once for two runs.

        Raises
        ------
        StudyError
            With the faults of all files; also if a study of tables, which are public,
            is to be confidential.
        """
        if confidential and self.config.plants is None:
            raise StudyError(
                "Only a study from plants has a confidential result; this one reads "
                "[employment], which is published. Leave confidential out."
            )
        if language is not None:
            check_option("language", language, LANGUAGES)
        if engine is not None:
            check_option("engine", engine, ENGINES)
        log = StepLog(progress, len(STEPS) + 2)
        with log.step("reading"):
            if inputs is None:
                inputs = self.inputs(engine=engine or "duckdb")
            if not confidential:
                inputs = published_inputs(inputs)
        return run_pipeline(
            inputs,
            self.config,
            log=log,
            language=language or self.config.study.language,
            engine=(engine or "duckdb") if inputs.from_plants else "none",
        )

    def save(
        self,
        result: Result,
        folder: str | Path | None = None,
        *,
        claim: Claim | None = None,
    ) -> Path:
        """Save a result with the parts that [output] asks for.

        Only files that an earlier result made are replaced; what else stands in the
        folder stays as it is. ``claim`` is what the folder held before the run, so
        that a result which came meanwhile is said. A confidential result goes into a
        folder of its own beside that of the public one, unless ``folder`` names one.
        """
        parts = self.config.output.model_dump(exclude={"folder"})
        target = Path(folder) if folder is not None else self.output_folder
        if folder is None and result.provenance.confidential:
            target = confidential_folder(target)
        return save_result(
            result, target, language=result.language, parts=parts, claim=claim
        )


def confidential_folder(public: Path) -> Path:
    """Return the folder of the confidential result: beside the public one, not in it.

    A folder in the public one would be mailed with it.

    Examples
    --------
    >>> confidential_folder(Path("study/out")).as_posix()
    'study/out-confidential'
    """
    if public.name in {"", ".."}:  # ".", or a folder above
        public = public.resolve()
    return public.with_name(f"{public.name}-confidential")


def read_study(path: str | Path) -> Study:
    """Read and check a study file (not yet the files it names).

    Parameters
    ----------
    path : path
        The TOML file, or a folder with ``study.toml``.

    Returns
    -------
    Study

    Raises
    ------
    StudyError
        With every fault of the file; unknown keys name the nearest known one.

    Examples
    --------
    >>> read_study("nowhere.toml")
    Traceback (most recent call last):
    clusterid.errors.StudyError: nowhere.toml: there is no such file...
    """
    if not isinstance(path, (str, os.PathLike)):
        raise StudyError(f"A study is named by a path, not by {type(path).__name__}.")
    path = Path(path)
    config = read_study_file(path)
    return Study(config, path if path.is_dir() else path.resolve().parent)


@typed
def demo_study(*, seed: int = 0) -> Study:
    """Return the embedded study of a simulated economy, ready to run.

    Regions are mirrored and renamed outlines; every number is invented. What was
    planted stands in ``result.truth``.

    Parameters
    ----------
    seed : int
        Another simulated economy.

    Returns
    -------
    Study

    Examples
    --------
    >>> demo_study().config.study.simulated
    True
    """
    from clusterid.simulation import simulate_economy

    folder = tempfile.TemporaryDirectory(prefix="clusterid-demo-")
    path = simulate_economy(seed=seed).save(folder.name)
    study = read_study(path)
    return Study(study.config, study.root, folder)


@typed
def read_result(folder: str | Path) -> Result:
    """Read back a result that a study saved.

    Parameters
    ----------
    folder : path
        The folder of map, report and tables.

    Returns
    -------
    Result

    Raises
    ------
    StudyError
        If there is no result, or one that this version cannot read.

    Examples
    --------
    >>> read_result("nowhere")
    Traceback (most recent call last):
    clusterid.errors.StudyError: nowhere: no saved result of clusterid stands here...
    """
    with reading(folder) as place:
        if not (place / "state").is_dir() or not (place / MANIFEST).is_file():
            raise StudyError(
                f"{folder}: no saved result of clusterid stands here; run a study "
                "first, and name the folder it wrote."
            )
        changed = changed_files(place, "state")
        result = unstore(place / "state")
    if not isinstance(result, Result):
        raise StudyError(f"{folder}: is damaged (no result); run the study again.")
    if changed:
        note = (
            f"{len(changed)} files of this result were changed since the run wrote "
            f"them ({first_of(changed, 3)}): what is shown is not what the run found."
        )
        warnings.warn(FileWarning(f"{folder}: {note}"), stacklevel=2)
        result = replace(result, warnings=(*result.warnings, note))
    return result


def concentration_of_table(
    path: Path,
    *,
    columns: dict[str, str],
    year: int | None,
    seed: int,
    totals: Path | None = None,
    levels: dict[str, int] | None = None,
    total_codes: dict[str, str] | None = None,
    filters: dict[str, str] | None = None,
) -> pd.DataFrame:
    """Test the location quotients of one table of employment.

    Totals come from the table itself (``levels``, ``total_codes``) or from a file of
    their own; where neither has one, a total that holds a withheld cell is estimated
    within what is published, or said to be unknown.
    """
    from clusterid.sources import reader

    given: dict[str, Any] = {
        "totals": totals,
        "levels": levels,
        "total_codes": total_codes,
        "filter": filters,
    }
    options = {name: value for name, value in given.items() if value}
    if year is not None:
        options["years"] = [year]
    if columns:
        options["columns"] = columns
    if not (levels or total_codes or totals):
        table = read_employment(path, columns=columns or None, filter=filters or None)
        one = economy(table, year=year)
    else:
        sourced = reader("table", "employment")(path, **options)
        if len(sourced.years) > 1:
            economy(sourced.table)  # says that a year must be chosen
        one = sourced.economy()
        _check_totals(one)
    method = MethodSection()
    table = concentration_table(estimated(one, method, seed), method, seed)
    _say_undetermined(table, bool(options.keys() - {"columns", "years", "filter"}))
    _say_untested(table)
    return table


def _check_totals(one: Economy) -> None:
    """Refuse totals below the cells they hold, and name those that no cell is under.

    A total above its cells is right where the table leaves some of them out.
    """
    from clusterid.tables import TOTAL, rounding_slack

    if one.totals is None or not len(one.totals):
        return
    below = []
    for side, other in (("region", "industry"), ("industry", "region")):
        mine = one.totals[one.totals[other].eq(TOTAL)].set_index(side)["value"]
        table = one.employment if side == "industry" else one.employment.T
        cells = table.sum()
        both = pd.DataFrame({"total": mine.astype(float), "cells": cells}).dropna()
        slack = rounding_slack(both["cells"].to_numpy())
        for code, row in both[both["total"].lt(both["cells"] - slack)].iterrows():
            text = f"{row['total']:,.0f}, its cells {row['cells']:,.0f}"
            below.append((f"{side} {code}", text))
    if below:
        rule = "a total is less than the cells it holds"
        mend = "correct the total, or leave its row out"
        raise TableError("totals", [Fault(rule, mend, len(below), tuple(below[:5]))])
    for side, known in (("region", one.regions), ("industry", one.industries)):
        codes = {str(code) for code in known} | {TOTAL}
        if side in one.hierarchies:
            tree = one.hierarchies[side]
            codes |= set(map(str, tree.index)) | set(map(str, tree))
        unknown = sorted(set(one.totals[side].astype(str)) - codes)
        if unknown:
            warnings.warn(
                f"totals: no {side} of the table has {', '.join(unknown[:3])} "
                f"({len(unknown)} in all); these rows say nothing. {TOTAL} stands for "
                f"all {'regions' if side == 'region' else 'industries'}.",
                DataWarning,
                stacklevel=3,
            )


def _say_untested(table: pd.DataFrame) -> None:
    """Warn of a table without a single test, and say what would help."""
    if table["p_value"].notna().any():
        return
    warnings.warn(
        "no quotient is tested: nothing is known of plants. Name the column of their "
        "counts (--column establishments=...); without it the quotients of jobs stand "
        "as facts, without a p-value.",
        DataWarning,
        stacklevel=3,
    )


def _say_undetermined(table: pd.DataFrame, has_totals: bool) -> None:
    """Warn of cells that are known and have no quotient, and say what would help."""
    reasons = table["reason"].where(table["lq_jobs"].isna())
    unknown = reasons[reasons.str.contains("total|reference", na=False)]
    if not len(unknown):
        return
    mend = (
        "these totals are not published, or mostly estimates"
        if has_totals
        else "if the file holds totals, say which rows they are (--level, --total), or "
        "name a file of totals (--totals)"
    )
    warnings.warn(
        f"{len(unknown):,} of {len(table):,} quotients are missing though their cell "
        f"is known: a total they are held against holds withheld cells; {mend}.",
        DataWarning,
        stacklevel=2,
    )


def _summary(
    inputs: Inputs, unused: Sequence[str] = ()
) -> list[tuple[str, dict[str, Any]]]:
    """Return what was found, line by line, in words and as data."""
    one = inputs.economy
    n_regions, n_industries = one.employment.shape
    # every step works on a few tables of this shape and on industry x industry tables
    cells = 60 * n_regions * n_industries + 40 * n_industries**2
    memory = 8 * cells / 2**20 + 400
    years = sorted(inputs.economies)
    shapes = len(inputs.regions) if inputs.has_shapes else 0
    lines: list[tuple[str, dict[str, Any]]] = [
        (repr(one), {"regions": n_regions, "industries": n_industries}),
        (f"years: {', '.join(map(str, years))}", {"years": years}),
        (f"shapes: {shapes}", {"shapes": shapes}),
    ]
    for kind, tables in (
        ("supply", inputs.supply), ("skills", inputs.skills),
        ("research", inputs.research),
    ):  # fmt: skip
        sizes = {name: len(table) for name, (table, _) in tables.items()}
        lines += [(f"{kind} {k}: {n} rows", {kind: k}) for k, n in sizes.items()]
    if inputs.survey is not None:
        n_places, n_declared = len(inputs.survey.places), len(inputs.survey.declared)
        text = f"survey: {n_places} places, {n_declared} declared clusters"
        lines.append((text, {"places": n_places, "declared": n_declared}))
    for at, words in held_in_words(inputs).items():
        lines.append((f"withheld in the public result, {at}: {words}", {"held": words}))
    notes = [*unused, *inputs.warnings, *inputs.private_notes]
    lines += [(f"note: {note}", {"note": note}) for note in notes]
    text = f"no faults; the run will need about {memory:.0f} MiB of memory"
    return [*lines, (text, {"faults": 0, "memory_mib": round(memory)})]
