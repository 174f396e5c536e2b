"""Webhooks: telling other systems what happened, at least once, signed by the Standard Webhooks
specification.
"""
