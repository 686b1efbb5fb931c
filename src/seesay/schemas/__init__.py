"""The tables in which the steps meet, a module for each package that writes them."""
