"""Recovery of a known truth: what each road and each published rule finds."""
