"""Readers of American official files."""
