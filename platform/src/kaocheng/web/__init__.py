"""The shell: it assembles the stages' pages and adds none of its own but the door, the role's home and the errors."""
