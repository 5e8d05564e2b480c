"""What places have in common: proximity, density, complexity."""
