"""Results on disk: what a reader opens, and what a run reads back."""
