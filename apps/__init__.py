"""The applications of the control tower, each owning tables of its own."""
