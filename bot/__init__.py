"""The chat: what a message means, what is answered, and how both travel."""
