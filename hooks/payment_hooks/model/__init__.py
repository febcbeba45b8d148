"""Values: money, cards, requests, results, records, errors; they know of nothing else."""
