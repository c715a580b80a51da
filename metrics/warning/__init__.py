"""The churn model: features, fit, test out of time, words."""
