"""The one announcement of the mirror; the sender must not know who listens."""

from django.dispatch import Signal

mirror_changed = Signal()
"""Sent after the commit: ``mirror`` (class), ``connection`` (Connection), ``ids`` (list of row keys, may be empty) and
``whole`` (bool: an initial load has ended, look at everything)."""
