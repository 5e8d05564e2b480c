"""Concentration beyond what a few large plants would make by chance."""
