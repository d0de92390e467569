"""People of a Clerk application: session tokens and webhooks."""
