"""What the sections of a study file say of each other, held together."""

from __future__ import annotations

from collections.abc import Sequence

from clusterid.errors import nearest
from clusterid.study.reading._collecting import Collected
from clusterid.study.reading._schema import (
    LayerSection,
    MethodSection,
    StudyFile,
    layer_names,
)

__all__ = ["check_cross_references"]


def check_cross_references(config: StudyFile, reading: Collected) -> None:
    """Tell what sections ask for and the study does not have, or cannot use."""
    names = [name for some in layer_names(config).values() for name in some]
    _check_layers(config.method, [*names, "colocation"], reading)
    _check_skills(config.skills, reading)
    for name, one in (
        ("plants", config.plants),
        ("regions", config.regions),
        ("templates", config.templates),
    ):
        if one is not None and len(one.files) > 1:
            rule = f"names {len(one.files)} files and takes one"
            reading.fault(name, rule, "put them into one file")
    if config.survey is not None and config.survey.places is None:
        reading.fault("survey", "names no places", "set places, or drop the section")


def _check_layers(method: MethodSection, names: list[str], reading: Collected) -> None:
    """Tell layers that [method] names and the study does not have."""
    asked = [("layers", name) for name in method.layers]
    if method.held_out is not None:
        asked.append(("held_out", method.held_out))
    for key, name in asked:
        if name not in names:
            rule = f"{key} names the layer {name!r}"
            mend = f"the study has {', '.join(names)}.{nearest(name, names)}"
            reading.fault("method", rule, mend, shown=f"{rule}; {mend}")
    if not method.layers and names == [method.held_out]:
        rule = f"held_out = {method.held_out!r} is the only layer: none would detect"
        reading.fault("method", rule, "add a layer, or leave held_out out")


def _check_skills(skills: Sequence[LayerSection], reading: Collected) -> None:
    """Tell options of flows that stand on links."""
    for where, section in reading.sections("skills", skills):
        if section.correspondence is not None:
            rule = "correspondence carries flows; a link cannot be divided"
            reading.fault(where, rule, "bring the links to the codes that are counted")
        idle = sorted({"weight", "scale"} & section.model_fields_set)
        if idle:
            reading.notes.append(
                f"[{where}] {' and '.join(idle)}: of no effect on links, only on flows."
            )
