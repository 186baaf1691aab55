"""The tests of the control tower."""
