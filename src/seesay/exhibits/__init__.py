"""What the report lets one hear and see."""
