"""Learning from whole captions (`training.unit: caption`): frames, scores, and the embedding."""
