"""Small pure tools; imports nothing else of the project."""
