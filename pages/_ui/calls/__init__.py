"""Parts of the Call screen."""
