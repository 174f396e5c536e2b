"""The items that the simulated scrapers write: one file per platform.

They follow the documented shapes of the real scrapers, and do not use the descriptions in
`domain/platforms`. So a test of the reader compares two independent sources.
"""
