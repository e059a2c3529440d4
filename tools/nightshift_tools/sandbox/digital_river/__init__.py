"""Digital River as the shop serves it: SKUs, checkouts, orders, fulfilments and what follows from them."""
