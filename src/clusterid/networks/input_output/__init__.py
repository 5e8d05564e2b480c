"""Who supplies whom: tables of flows, their requirements and networks."""
