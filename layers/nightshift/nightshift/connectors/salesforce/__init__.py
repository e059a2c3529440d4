"""Salesforce through its REST API: queries, and writes whose records succeed or fail one by one."""

from nightshift.connectors.salesforce import soql
from nightshift.connectors.salesforce.answers import Refusal, Usage
from nightshift.connectors.salesforce.collection import Written
from nightshift.connectors.salesforce.description import FieldInfo
from nightshift.connectors.salesforce.org import Org
from nightshift.connectors.salesforce.package import Package
from nightshift.connectors.salesforce.record import Record
from nightshift.connectors.salesforce.together import Change

__all__ = ["Change", "FieldInfo", "Org", "Package", "Record", "Refusal", "Usage", "Written", "soql"]
