"""Servers that are really stopped while the loop runs."""
