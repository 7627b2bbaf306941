"""Stage 4: a period's vouched inputs become an immutable score sheet that explains every score."""
