"""Live updates: what a commit changes is pushed to the tabs that show it."""
