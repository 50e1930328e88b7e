"""What people do, one module a verb: writes in the caller's transaction, flushed, never committed."""
