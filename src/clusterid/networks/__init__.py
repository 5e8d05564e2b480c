"""(room being built)."""
