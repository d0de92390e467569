"""A plugin that is installed for the tests of subscriptions."""
