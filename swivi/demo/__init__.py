"""The demo: what makes Swivi worth a look without a key of the reading service."""
