"""The record: what was done, by whom, when, in a chain that shows every later touch."""
