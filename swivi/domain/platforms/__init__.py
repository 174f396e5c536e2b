"""Recognising links to videos and reading their views. Knows nobody but `core`."""
