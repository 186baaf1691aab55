"""Intercompany matching; registered here, built on the mirror of accounting."""
