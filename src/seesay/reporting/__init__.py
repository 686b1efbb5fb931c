"""The report, its sections, and the study."""
