"""E-mail by the SendGrid v3 API."""
