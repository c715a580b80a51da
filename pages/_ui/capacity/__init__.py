"""Parts of the Capacity page: people, places, absences, neighbouring offices, contact work."""
