"""DummyJSON as the shop serves it: the product catalogue that jobs read."""
