"""Readers of files that hold many countries."""
