"""inlets: what reads the feeds, each a task of its own that never gives up."""
