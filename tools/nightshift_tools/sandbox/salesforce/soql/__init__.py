"""SOQL, as far as jobs use it: read into a tree, and written as SQL for SQLite."""
