"""live: sources that never end, through journal and engine, to alerts, screens and sinks."""
