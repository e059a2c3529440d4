"""Salesforce through its REST API: queries, and writes whose records succeed or fail one by one."""

from nightshift.connectors.salesforce import soql
from nightshift.connectors.salesforce.answers import Refusal, Usage
from nightshift.connectors.salesforce.collection import Written
from nightshift.connectors.salesforce.description import FieldInfo
from nightshift.connectors.salesforce.org import Org
from nightshift.connectors.salesforce.record import Record

__all__ = ["FieldInfo", "Org", "Record", "Refusal", "Usage", "Written", "soql"]
