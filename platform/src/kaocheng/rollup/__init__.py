"""Stage 7: the level above reads what its subordinates published, recomputed, and nothing more."""
