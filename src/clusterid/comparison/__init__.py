"""What measurement and declaration say of each other: matching, agreement, verdicts."""

from clusterid.comparison._coarser import NOTHING, CoarserEvidence, lend
from clusterid.comparison._compare import Comparison, compare
from clusterid.comparison._mapping import field_weights
from clusterid.comparison._matching import fuzzy_jaccard
from clusterid.comparison._posterior import PRIORS, LatentFit, Prior, hui_walter
from clusterid.comparison._raters import RaterAgreement, rater_agreement
from clusterid.comparison._sentences import with_sentences
from clusterid.comparison._units import filled_employment
from clusterid.comparison._verdicts import (
    REASONS,
    VERDICTS,
    ComparisonRules,
    Rules,
    decide,
)

__all__ = [
    "NOTHING",
    "PRIORS",
    "REASONS",
    "VERDICTS",
    "CoarserEvidence",
    "Comparison",
    "ComparisonRules",
    "LatentFit",
    "Prior",
    "RaterAgreement",
    "Rules",
    "compare",
    "decide",
    "field_weights",
    "filled_employment",
    "fuzzy_jaccard",
    "hui_walter",
    "lend",
    "rater_agreement",
    "with_sentences",
]
