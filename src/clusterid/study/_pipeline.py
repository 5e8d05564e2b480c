"""From checked inputs to a result: one step a room, in the order data flow."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from clusterid.concentration import indices_by_industry
from clusterid.errors import ClusteridWarning
from clusterid.results import Provenance
from clusterid.study._provenance import StepLog, names_only, versions
from clusterid.study._result import Result
from clusterid.study.reading._guarded import held_cells, held_in_words
from clusterid.study.reading._regions import shapeless
from clusterid.study.steps._case import Case, estimated
from clusterid.study.steps._clusters import clusters_of
from clusterid.study.steps._concentration import concentration_table
from clusterid.study.steps._held_against import comparison_of, monitoring_of
from clusterid.study.steps._networks import networks_of
from clusterid.study.steps._templates import templates_of, with_standing

if TYPE_CHECKING:
    from clusterid.study.reading._inputs import Inputs
    from clusterid.study.reading._schema import StudyFile

__all__ = ["STEPS", "run_pipeline"]

STEPS = (
    "withheld cells",
    "concentration",
    "networks",
    "communities",
    "clusters",
    "comparison",
    "monitoring",
)


def run_pipeline(
    inputs: Inputs, config: StudyFile, *, log: StepLog, language: str, engine: str
) -> Result:
    """Compute everything a study asks for.

    What comes out is confidential where plants went in as they are; the public result
    of plants is the same pipeline on :func:`published_inputs`.
    """
    confidential = bool(inputs.guards)
    method, seed = config.method, config.study.seed
    notes = [*inputs.warnings, *inputs.private_notes]
    notes += [
        f"Withheld in the public result of {year or 'this study'}: {words}."
        for year, words in held_in_words(inputs).items()
    ]
    with _collected(notes):
        with log.step("withheld cells"):
            counts = estimated(inputs.economy, method, seed)
            case = Case(inputs, config, counts)
        with log.step("concentration"):
            concentration = concentration_table(counts, method, seed)
            industries = indices_by_industry(counts.economy, counts.imputed)
        with log.step("networks"):
            networks = networks_of(case)
        with log.step("communities"):
            templates = templates_of(case, networks)
        with log.step("clusters"):
            candidates = clusters_of(case, networks, templates)
            templates = with_standing(templates, candidates)
        with log.step("comparison"):
            comparison = comparison_of(case, networks, candidates)
        with log.step("monitoring"):
            monitoring = monitoring_of(case, candidates)
    unique = tuple(dict.fromkeys(notes))
    regions = inputs.regions
    if not inputs.has_shapes:
        regions = shapeless(regions)
        candidates = replace(candidates, table=shapeless(candidates.table))
    return Result(
        title=config.study.title_in(language),
        language=language,
        economy=inputs.economy,
        regions=regions,
        concentration=concentration,
        industries=industries,
        layers=networks.layers,
        place_networks=networks.places,
        stack=networks.stack,
        templates=templates,
        candidates=candidates,
        survey=inputs.survey,
        fields=inputs.lexicon,
        comparison=comparison,
        monitoring=monitoring,
        truth=inputs.truth,
        provenance=Provenance(
            versions=versions(),
            study=_shown(config, confidential=confidential),
            inputs=inputs.digests,
            seed=seed,
            engine=engine,
            steps=_seconds(log, whole=inputs.from_plants and not confidential),
            warnings=unique,
            confidential=confidential,
        ),
        warnings=unique,
        held=held_cells(inputs) if confidential else None,
    )


def _seconds(log: StepLog, *, whole: bool) -> dict[str, float]:
    """Return the seconds of the steps; whole ones where plants were looked at."""
    return {step: float(round(s)) if whole else s for step, s in log.seconds.items()}


def _shown(config: StudyFile, *, confidential: bool) -> dict[str, Any]:
    """Return the study file as the provenance of a result shows it.

    Who knows the share or the per cent of a rule can compute more from a withheld cell;
    offices keep them to themselves, and so does a public result of plants.
    """
    shown = names_only(config.model_dump(mode="json"))
    if config.plants is not None and not confidential:
        shown["disclosure"] = {"minimum_plants": config.fewest_plants}
    return shown


@contextmanager
def _collected(notes: list[str]) -> Iterator[None]:
    """Take clusterid's warnings as notes; those of others are given as they were."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ClusteridWarning)
        yield
    for w in caught:
        if issubclass(w.category, ClusteridWarning):
            notes.append(str(w.message))
        else:
            warnings.warn_explicit(w.message, w.category, w.filename, w.lineno)
