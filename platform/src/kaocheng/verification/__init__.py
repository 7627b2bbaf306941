"""Stage 3: a second pair of eyes; whoever filed a figure does not vouch for it."""
