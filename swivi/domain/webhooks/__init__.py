"""Webhooks: events for other systems, delivered at least once.

Signed by the Standard Webhooks specification.
"""
