"""What municipalities say: reading, tabulation, weights, diffusion, labels."""

from clusterid.survey._curveball import fixed_margins
from clusterid.survey._granularity import granularity
from clusterid.survey._intervals import ShareInterval, share_interval
from clusterid.survey._multiple_response import (
    MultipleResponseTest,
    marginal_independence,
    pairwise_independence,
)
from clusterid.survey._survey import Survey, read_codebook, read_survey
from clusterid.survey._weights import design_effect, rake

__all__ = [
    "MultipleResponseTest",
    "ShareInterval",
    "Survey",
    "design_effect",
    "fixed_margins",
    "granularity",
    "marginal_independence",
    "pairwise_independence",
    "rake",
    "read_codebook",
    "read_survey",
    "share_interval",
]
