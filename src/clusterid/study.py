"""A study file read, checked, run, saved and read back."""
