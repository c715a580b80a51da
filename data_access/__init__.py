"""The only layer that talks to the database: tables, scope, reads, commands, imports, refresh."""
