"""What every step uses: errors, tables, randomness, sound, progress."""
