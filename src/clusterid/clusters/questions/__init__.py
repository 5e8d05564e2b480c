"""The four questions that are asked of every kind of cluster in every region."""
