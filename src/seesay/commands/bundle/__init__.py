"""`seesay bundle`: a finished run as one archive to publish, and the check of such an archive."""
