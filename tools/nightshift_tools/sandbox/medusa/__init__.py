"""Medusa as the shop serves it: the admin routes that jobs write products through."""
