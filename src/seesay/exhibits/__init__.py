"""What one can hear and see in the report."""
