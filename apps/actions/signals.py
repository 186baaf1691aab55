"""The one announcement of actions: a request has moved on."""

from django.dispatch import Signal

request_changed = Signal()
"""Sent inside the transaction: ``request`` (Request), whose ``about_type`` and ``about_key`` name what it helps;
``told`` (what has happened to it, of ``lifecycle.TOLD``); ``by`` (User, null when the tower acts alone), ``reason``.
"""
