"""What a seller's plan allows of listings: a bridge between listings and subscriptions."""
