"""Who is asking: people, their roles, and what a role may do."""
