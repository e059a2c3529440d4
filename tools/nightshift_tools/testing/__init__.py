"""What tests, benchmarks and tools share: DynamoDB Local, and tables as the template has them."""
