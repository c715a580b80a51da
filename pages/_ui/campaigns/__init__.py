"""The hand-out page: from a list to a campaign, its preview, its commit and what was handed out."""
