"""Stage 2: units report figures; a figure is never edited, only superseded."""
