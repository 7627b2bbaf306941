"""The rules in force: a tenant's scheme in its versions, and the indicators it lets people hand in."""
