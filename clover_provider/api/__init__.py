"""Clover's endpoints as pure functions: a body is built, an answer is read.

Nothing here sends; `calls` puts address, key, headers and body together for the wire.
"""
