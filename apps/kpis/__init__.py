"""Governed key figures; registered here, built on the mirror."""
