"""A kiosk, for the tests of dashboards."""
