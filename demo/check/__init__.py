"""Drives the whole loop from outside, as clients would: HTTP, websocket and RPC; it imports nothing of the product."""
