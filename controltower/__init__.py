"""The wiring of the control tower, and a small library below everything."""
