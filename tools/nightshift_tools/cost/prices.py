"""List prices, with their date: the one file to change when AWS changes them. No free tier is taken off."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Prices:
    """Dollars. A million is 10**6, a GB of logs 10**9 bytes."""

    as_of: str
    region: str
    source: str
    lambda_gb_second: float
    lambda_million_requests: float
    dynamodb_million_writes: float
    dynamodb_million_reads: float
    logs_gb: float
    scheduler_million: float
    xray_million_traces: float
    metric_month: float
    alarm_month: float
    dashboard_month: float
    secret_month: float
    key_month: float


PRICES = Prices(
    as_of="2025",
    region="us-east-1, arm64, on demand",
    source="AWS's list prices as noted down then; compare them with AWS's before you rely on a sum",
    lambda_gb_second=0.0000133334,
    lambda_million_requests=0.20,
    dynamodb_million_writes=0.625,
    dynamodb_million_reads=0.125,
    logs_gb=0.50,
    scheduler_million=1.00,
    xray_million_traces=5.00,
    metric_month=0.30,
    alarm_month=0.10,
    dashboard_month=3.00,
    secret_month=0.40,
    key_month=1.00,
)
