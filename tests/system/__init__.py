"""The real program as processes of their own, with stand-ins of the platforms around it."""
