"""Calls over HTTP: deadlines, rate limits, retries, and no secret in what comes back."""
