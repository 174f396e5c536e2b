"""The demo: seeded data and a simulated view reading service, so that Swivi runs without keys."""
