"""The clock: the worker process, which sends what waits and does what is due."""
