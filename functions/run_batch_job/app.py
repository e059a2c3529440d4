"""run-batch-job: work off the batch jobs that messages name, and create those that a schedule asks for."""

from __future__ import annotations

from batch_strategies import STRATEGIES
from nightshift.batch_jobs.handler import batch_job_handler

lambda_handler = batch_job_handler(STRATEGIES)
