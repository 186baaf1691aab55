"""Live exceptions: detectors, cases, the board and its stream."""
