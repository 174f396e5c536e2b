"""What every room stands on: database, money, clock, errors, leases. Knows nobody."""
