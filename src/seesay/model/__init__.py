"""The two-branch network and its parts."""
