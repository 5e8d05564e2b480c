"""Everything a study reads, checked together."""
