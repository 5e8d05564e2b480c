"""The steps of a study: each makes one part of the result from what is known."""
