"""Kinds of cluster: templates and their parts, groups of codes, single industries."""
