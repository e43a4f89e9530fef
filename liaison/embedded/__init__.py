"""PostgreSQL, Redis, web, worker and beat as child processes on one machine; for `./run` only."""
