"""The config, its experiments, and the code stamps by which stages rerun."""
