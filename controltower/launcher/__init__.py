"""The Python side of ./tower: environment, embedded servers, demo, tests, checks and benches."""
