"""OpenTelemetry spans and metrics of payments; without the extra it costs nothing."""
