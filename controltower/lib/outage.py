"""Telling a database that is away from code that fails over what it reads."""

from __future__ import annotations

from django.db import InterfaceError, OperationalError

OUTAGES = (OperationalError, InterfaceError)
"""The database is away or in the way: the work is done again, and nothing is said of what it was about."""
