"""What changes the world: each command is one transaction that re-derives the actor, decides, writes and logs."""
