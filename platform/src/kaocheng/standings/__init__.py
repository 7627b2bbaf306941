"""Stage 5: ranks and grades, seen before publication only with a trace, then published and signed."""
