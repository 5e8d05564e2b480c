"""Data sets fetched by name: continued, checked, kept in a cache."""
