"""Pushing what changed to the pages that show it."""
