"""Words, policies and rules of the business: pure, dated, free of SQL, clock and environment."""
