"""One exception detector per file; a new file is all that a new detector needs."""
