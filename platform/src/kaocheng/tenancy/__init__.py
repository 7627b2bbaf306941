"""Stage 0: tenants, their units, forms and earlier results, each described by a folder."""
