"""What of a result may be published: cells of few plants are held back."""

from __future__ import annotations
