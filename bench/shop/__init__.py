"""Loopback servers that are fast enough not to matter: a source and a target, each a process of its own."""
