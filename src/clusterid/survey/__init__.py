"""What municipalities say: reading, tabulation, weights, diffusion, labels."""

from clusterid.statistics import ShareInterval, fixed_margins, share_interval
from clusterid.survey._diffusion import diffusion
from clusterid.survey._granularity import granularity
from clusterid.survey._labels import label_homogeneity
from clusterid.survey._multiple_response import (
    MultipleResponseTest,
    marginal_independence,
    pairwise_independence,
)
from clusterid.survey._ranks import rank_shift
from clusterid.survey._reading import read_codebook, read_survey
from clusterid.survey._survey import Survey
from clusterid.survey._weights import design_effect, rake

__all__ = [
    "MultipleResponseTest",
    "ShareInterval",
    "Survey",
    "design_effect",
    "diffusion",
    "fixed_margins",
    "granularity",
    "label_homogeneity",
    "marginal_independence",
    "pairwise_independence",
    "rake",
    "rank_shift",
    "read_codebook",
    "read_survey",
    "share_interval",
]
