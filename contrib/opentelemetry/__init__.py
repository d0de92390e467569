"""Traces by OpenTelemetry's protocol (OTLP over HTTP)."""
