"""What measurement and declaration say of each other: matching, agreement, verdicts."""

from clusterid.comparison._agreement import RaterAgreement, rater_agreement
from clusterid.comparison._compare import Comparison, compare
from clusterid.comparison._mapping import field_weights
from clusterid.comparison._matching import fuzzy_jaccard
from clusterid.comparison._posterior import PRIORS, LatentFit, Prior, hui_walter
from clusterid.comparison._units import filled_employment
from clusterid.comparison._verdicts import REASONS, VERDICTS, Rules, decide
from clusterid.comparison._words import with_sentences

__all__ = [
    "PRIORS",
    "REASONS",
    "VERDICTS",
    "Comparison",
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
    "rater_agreement",
    "with_sentences",
]
