from enum import Enum


class PluginErrorCode(Enum):
    INVALID = "invalid"
    REQUIRED = "required"
