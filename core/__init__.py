"""The orders: agents, codes, movements and who may do what. Knows nothing of chats, channels or languages."""
