"""Salesforce as the shop serves it: log-in, queries and writes of the REST API over one org in SQLite."""
