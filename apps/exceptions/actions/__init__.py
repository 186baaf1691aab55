"""Guided actions that exceptions offer, one per file."""
