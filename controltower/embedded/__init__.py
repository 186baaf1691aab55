"""PostgreSQL and Valkey from wheels, started and stopped for the demo, the tests and the benches."""
