"""Where money lives.

An append-only table of transfers, the balances cached from it, and the audit log.

No other room writes a money column (`users.total_earnings/paid/reserved`, `campaigns.budget/spent`,
`clips.earnings/gross_credited`).
"""
