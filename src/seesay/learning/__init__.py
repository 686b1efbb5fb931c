"""Training: pairs, losses, controls, embeddings."""
