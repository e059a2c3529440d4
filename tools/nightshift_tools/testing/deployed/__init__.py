"""A whole stack on this machine: the template deployed to moto's server, and its functions run for real.

    python -m nightshift_tools.testing.deployed --stack nightshift-dev

prints the variables that lead AWS's clients to it, and serves until Ctrl-C. moto keeps tables, queues and
secrets in memory; it fires no schedule, checks no rights, and runs no function: those run here, in a process
per call, with the environment that the stack gives them (docs/sam-local.md).
"""
