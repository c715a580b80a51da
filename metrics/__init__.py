"""What every figure means: catalogue, query, rows, why, figures and exports."""
