"""What a manifest costs a month on AWS: invocations, GB-seconds, DynamoDB units, dollars."""

from nightshift_tools.cost.model import Bill, JobCost, cost
from nightshift_tools.cost.prices import PRICES, Prices
from nightshift_tools.cost.usage import ASSUMPTIONS, Assumptions, Usage, usage_of

__all__ = ["ASSUMPTIONS", "PRICES", "Assumptions", "Bill", "JobCost", "Prices", "Usage", "cost", "usage_of"]
