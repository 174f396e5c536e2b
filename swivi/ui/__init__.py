"""Theme, layout and reusable components.

They know no feature, run no queries and hold no business state.
"""
