"""Is it right: recovery of known truth, real countries, a second pathway."""
