"""Where each role lands: its own page, which says how things stand and what to do next."""
