"""One module a question; each measures a value against a floor in the same run."""
