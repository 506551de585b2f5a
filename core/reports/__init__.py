"""Reports: the orders of some days, each with its lines, its movements and how late it was closed; and their sums."""
