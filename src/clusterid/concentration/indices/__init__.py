"""One number an industry or a region: inequality, entropy, variety, change."""
