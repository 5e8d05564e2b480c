"""Plants as points: distances between them, densities, nearest neighbours."""
