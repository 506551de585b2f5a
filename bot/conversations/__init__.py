"""The conversations, one file each. They only read, and end in commands or in a last word."""
