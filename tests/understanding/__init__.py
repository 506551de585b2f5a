"""The understanding of what people type."""
