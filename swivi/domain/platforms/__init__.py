"""Recognising links to videos and reading their views. Imports only `core`."""
