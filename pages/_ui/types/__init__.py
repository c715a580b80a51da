"""Parts of the Rules page: relationship types and the working calendar."""
