"""Readers of German official files."""
