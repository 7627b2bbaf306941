"""The shell: it assembles the stages' pages, and adds the door, the role's home and the errors."""
