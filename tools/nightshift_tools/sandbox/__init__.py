"""The sandbox shop: DummyJSON, Medusa, Salesforce and Digital River on loopback, to try and test jobs.

It is a test double. It keeps everything in memory, knows only the routes the jobs use, and answers every
request with the header `x-sandbox: nightshift`, so that no log can mistake it for a shop.
"""
