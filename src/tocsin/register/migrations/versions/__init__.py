"""versions: one module for each step of the schema."""
