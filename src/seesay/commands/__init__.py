"""The command `seesay`: check, compare, search, export, fetch."""
