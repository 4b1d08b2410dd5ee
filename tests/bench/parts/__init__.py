"""What tests/bench/run is made of: a place to work in, a council of its own,
the peers, and one module for each row of the table."""
