"""Commands of the first minute: a config for one's own folders, and how far a run has come."""
