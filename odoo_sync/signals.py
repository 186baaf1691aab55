"""What the mirror announces; the sender must not know who listens."""

from django.dispatch import Signal

mirror_changed = Signal()
"""Sent after the commit: ``mirror`` (class), ``connection`` (Connection), ``ids`` (list of row keys, may be empty) and
``whole`` (bool: an initial load has ended, look at everything)."""

reading_changed = Signal()
"""Sent after the commit: ``connection`` (Connection). Models that could be read no longer can, or the other way round:
what was judged of it is to be looked at again."""
