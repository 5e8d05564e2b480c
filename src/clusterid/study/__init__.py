"""A study file read, checked and run from end to end; results saved and read back."""
