"""Code trees, weighted correspondences, and the lexicon of fields."""

from clusterid.classifications._catalogue import (
    CLASSIFICATIONS,
    CORRESPONDENCES,
    canonical_name,
)
from clusterid.classifications._changes import kreis_reforms, territory_changes
from clusterid.classifications._classification import Classification
from clusterid.classifications._correspondence import (
    Correspondence,
    read_correspondence,
    roll_up,
)
from clusterid.classifications._field_weights import FieldWeights, fields_on
from clusterid.classifications._fields import field_synonyms, read_fields
from clusterid.classifications._names import name_in, written_out
from clusterid.classifications._short_titles import joined_titles, short_title
from clusterid.classifications._territory import (
    check_series,
    kreis_correspondence,
    territory_correspondence,
)
from clusterid.classifications._trees import read_classification
from clusterid.classifications._vintages import (
    mixed_in_one,
    mixed_vintages,
    vintage_hint,
)

__all__ = [
    "CLASSIFICATIONS",
    "CORRESPONDENCES",
    "Classification",
    "Correspondence",
    "FieldWeights",
    "canonical_name",
    "check_series",
    "field_synonyms",
    "fields_on",
    "joined_titles",
    "kreis_correspondence",
    "kreis_reforms",
    "mixed_in_one",
    "mixed_vintages",
    "name_in",
    "read_classification",
    "read_correspondence",
    "read_fields",
    "roll_up",
    "short_title",
    "territory_changes",
    "territory_correspondence",
    "vintage_hint",
    "written_out",
]
