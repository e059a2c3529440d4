"""Importers: schedules of other schedulers, read from their files as text, as entries of the manifest."""
