"""What benchmarks/realtime.py is made of: one client, three servers, the claims."""
