"""The merchant of each channel: settings, connections and saved cards."""
