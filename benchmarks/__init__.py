"""What measures speed. Nothing here is timed in tests."""
