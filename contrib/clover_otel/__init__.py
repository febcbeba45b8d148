"""OpenTelemetry spans and metrics of payments; needs the extra `otel`.

Nothing else of this distribution imports it, so a shop without it pays nothing.
"""

from clover_otel.telemetry import Telemetry

__all__ = ["Telemetry"]
