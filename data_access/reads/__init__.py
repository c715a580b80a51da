"""What pages, metrics and command lines read; every read takes a scope."""
