"""Neighbouring regions that are alike: hot spots, autocorrelation."""
