"""Readers of British official files."""
