"""The users of the demo.

Their passwords are random and not stored: one-click sign-in is the only way in.
"""

DEMO_DOMAIN = "demo.swivi"
DEMO_ADMIN_EMAIL = f"admin@{DEMO_DOMAIN}"
DEMO_CLIPPER_EMAIL = f"clipper@{DEMO_DOMAIN}"
DEMO_EMAILS = {"clipper": DEMO_CLIPPER_EMAIL, "admin": DEMO_ADMIN_EMAIL}
"""The account that one click signs in, by role."""
