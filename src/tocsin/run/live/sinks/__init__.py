"""sinks: who is told of alerts; each has its place in the outbox, and waits while it is down."""
