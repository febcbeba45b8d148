"""HTTP calls: deadlines, rate limits, retries; answers without the call's secrets."""
