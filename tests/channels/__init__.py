"""The way in and the way out: webhooks, inbox, outbox, and what the platforms are sent."""
