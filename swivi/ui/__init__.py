"""Theme, layout and reusable components.

Knows no feature, makes no queries, holds no business state.
"""
