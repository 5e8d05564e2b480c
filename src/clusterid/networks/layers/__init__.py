"""Links of one kind as a network: made, cut to its backbone, stacked, read."""
