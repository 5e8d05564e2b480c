"""Detected templates on planted partitions, beside Louvain and Leiden."""
