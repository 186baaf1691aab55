"""Guided actions: plan, approval, outbox, verification."""
