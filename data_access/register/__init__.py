"""The register of relationships: confirming, releasing, matching, approvals, conflicts."""
