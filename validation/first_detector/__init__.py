"""The first detector, kept as the peer the grades are measured against.

Until the grades one gate decided on every cluster: a Poisson count with log-normal
rates, estimated from the middle of each group's regions, and neighbours that vouch for
each other. It finds more weak and sparse clusters than grade A and alarms more often;
``python -m validation.grades --part planted`` prints both. What stands here is the
pathway for templates and complete tables of plants and jobs, word for word what
``identify_clusters(..., levels="templates")`` did.
"""

from validation.first_detector._detect import detect

__all__ = ["detect"]
